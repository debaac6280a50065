"""The stages' findings as the tables and layers of a study result."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.assessment.facility_reach import people_reached
from facility_coverage.assessment.gaps import Gaps
from facility_coverage.crs import WGS84, project
from facility_coverage.inputs.demand import Demand
from facility_coverage.inputs.facilities import Facilities, facility_points
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.snapping import Snaps, street_points
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.study_file import Study
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import Access
from facility_coverage.travel.service_areas import (
    StreetPieces,
    complement,
    difference,
    piece_lines,
)
from facility_coverage.travel.times import Nearest
from facility_coverage.words import Remark

ASSESSED, REFUSED, UNASSESSED = "assessed", "refused", "unassessed"


def facility_layer(
    facilities: Facilities,
    sites: Snaps,
    unit_id: NDArray[np.object_],
    accesses: list[Access],
    demand: Demand,
    network: StreetNetwork,
    study: Study,
) -> gpd.GeoDataFrame:
    """Return every facility with what it reaches, or why it was refused.

    Parameters
    ----------
    facilities
        The register.
    sites
        Its facilities, tied to streets.
    unit_id
        Shape (f,), the subdistrict that each lies in.
    accesses
        One per kind of threshold, over the facilities that have a street.
    demand
        The people.
    network
        The street network.
    study
        Its language, and the longest off-street leg.

    Returns
    -------
    geopandas.GeoDataFrame
        See ``StudyResult.facilities``.
    """
    table = facilities.table.drop(columns="reason").assign(unit_id=unit_id)
    found = sites.found
    message = "no street within {limit_m:g} m (off_street_limit_m); correct its position"
    far = Remark(message, limit_m=study.coverage.off_street_limit_m)
    reasons = [
        "" if ok else (reason or far).told(study.study.language)
        for ok, reason in zip(found, facilities.table["reason"], strict=True)
    ]
    table["status"] = np.where(found, ASSESSED, REFUSED)
    table["reason"] = np.array(reasons, dtype=object)
    table["access_m"] = np.where(found, sites.off_street_m, np.nan)
    for access in accesses:
        for threshold in access.thresholds:
            total, unique = people_reached(access.od, demand.population, threshold)
            for name, people in (("people_reached", total), ("people_reached_only", unique)):
                column = np.full(len(table), np.nan)
                column[found] = people
                table[f"{name}_{threshold.label}"] = column
    return gpd.GeoDataFrame(table, geometry=facility_points(facilities), crs=network.crs)


def street_layer(
    network: StreetNetwork, reached: dict[Threshold, StreetPieces], target: Threshold
) -> gpd.GeoDataFrame:
    """Return the streets cut where each circle of the target's kind ends.

    Parameters
    ----------
    network
        The street network.
    reached
        Reached pieces per threshold.
    target
        Its kind (minutes or metres) is the one that is drawn.

    Returns
    -------
    geopandas.GeoDataFrame
        See ``StudyResult.streets``; the lengths add up to the whole network.
    """
    bands: list[tuple[str, StreetPieces]] = []
    inner: StreetPieces | None = None
    for threshold in sorted(t for t in reached if t.kind == target.kind):
        pieces = reached[threshold]
        fresh = pieces if inner is None else difference(network, pieces, inner)
        bands.append((threshold.label, fresh))
        inner = pieces
    if inner is not None:
        bands.append(("beyond", complement(network, inner)))
    edge = np.concatenate([pieces.edge for _, pieces in bands])
    start = np.concatenate([pieces.start_m for _, pieces in bands])
    end = np.concatenate([pieces.end_m for _, pieces in bands])
    band = np.repeat([name for name, _ in bands], [len(pieces.edge) for _, pieces in bands])
    order = np.lexsort((start, edge))
    pieces = StreetPieces(edge[order], start[order], end[order])
    way = network.vertex_way[network.vertex_offset[pieces.edge]]
    classes = np.array(network.way_class, dtype=object)
    return gpd.GeoDataFrame(
        {
            "street_id": np.arange(1, len(order) + 1),
            "way_id": network.way_id[way],
            "street_class": classes[way],
            "band": band[order].astype(object),
            "length_m": pieces.end_m - pieces.start_m,
        },
        geometry=piece_lines(network, pieces),
        crs=network.crs,
    )


def demand_layer(
    demand: Demand,
    homes: Snaps,
    covered: NDArray[np.bool_],
    nearest: Nearest,
    facility_id: pd.Series,
    units: gpd.GeoDataFrame,
    network: StreetNetwork,
) -> gpd.GeoDataFrame:
    """Return every demand point with its time to the nearest facility.

    Parameters
    ----------
    demand
        The people.
    homes
        Their points, tied to streets.
    covered
        Shape (d,), within the target.
    nearest
        The facility nearest to each point, and seconds to it, however far.
    facility_id
        Ids of the facilities that have a street, in their order.
    units
        The subdistricts, with the row outside.
    network
        The street network.

    Returns
    -------
    geopandas.GeoDataFrame
        See ``StudyResult.demand``.
    """
    status = np.where(covered, "covered", np.where(homes.found, "uncovered", UNASSESSED))
    return gpd.GeoDataFrame(
        {
            "demand_id": list(demand.demand_id),
            "unit_id": units["unit_id"].to_numpy()[demand.main_unit],
            "population": demand.population,
            "travel_time_s": nearest.cost,
            "nearest_facility_id": np.append(facility_id, [None])[nearest.origin],
            "status": status.astype(object),
        },
        geometry=shapely.points(demand.xy),
        crs=network.crs,
    )


def gap_layer(
    gaps: Gaps,
    demand: Demand,
    nearest_s: NDArray[np.float64],
    units: gpd.GeoDataFrame,
    crs: str,
) -> gpd.GeoDataFrame:
    """Return the gaps, the one with the most people first.

    Parameters
    ----------
    gaps
        Groups of uncovered demand.
    demand
        The people.
    nearest_s
        Shape (d,), seconds to the nearest facility, however far.
    units
        The subdistricts, with the row outside.
    crs
        The study's metric CRS.

    Returns
    -------
    geopandas.GeoDataFrame
        See ``StudyResult.gaps``.
    """
    main_unit = demand.main_unit
    records = []
    for i, rows in enumerate(gaps.rows):
        people = demand.population[rows]
        by_unit = np.bincount(main_unit[rows], weights=people, minlength=len(units))
        unit = units.iloc[int(np.argmax(by_unit))]
        timed = np.isfinite(nearest_s[rows])
        mean_s = np.average(nearest_s[rows][timed], weights=people[timed]) if timed.any() else None
        records.append(
            {
                "gap_id": f"gap-{i + 1:03d}",
                "rank": i + 1,
                "population": float(gaps.population[i]),
                "demand_points": len(rows),
                "unit_id": unit["unit_id"],
                "unit_name": unit["unit_name"],
                "mean_travel_time_s": mean_s,
            }
        )
    columns = [
        "gap_id", "rank", "population", "demand_points", "unit_id", "unit_name",
        "mean_travel_time_s",
    ]  # fmt: skip
    table = pd.DataFrame(records, columns=columns).astype({"mean_travel_time_s": float})
    return gpd.GeoDataFrame(table, geometry=list(gaps.shapes), crs=crs)


def snap_audit(
    index: StreetIndex,
    facilities: gpd.GeoDataFrame,
    sites: Snaps,
    demand: Demand,
    homes: Snaps,
    study: Study,
) -> pd.DataFrame:
    """Return how every facility and demand point was tied to the network.

    Parameters
    ----------
    index
        The network's segments.
    facilities, sites
        The facilities, and their streets.
    demand, homes
        The people, and their streets.
    study
        Its language, and the longest off-street leg.

    Returns
    -------
    pandas.DataFrame
        See ``StudyResult.snap_audit``.
    """
    limit_m = study.coverage.off_street_limit_m
    far = Remark("no street within {limit_m:g} m", limit_m=limit_m).told(study.study.language)
    home_status = np.where(homes.found, ASSESSED, UNASSESSED)
    home_reason = np.where(homes.found, "", far)
    frames = []
    for layer, ids, snaps, status, reason in (
        ("facility", facilities["facility_id"], sites, facilities["status"], facilities["reason"]),
        ("demand", list(demand.demand_id), homes, home_status, home_reason),
    ):
        network, found = index.network, snaps.found
        edge, vertex = snaps.edge[found], snaps.vertex[found]
        whole = pd.array(np.zeros(len(found), dtype=np.int64), dtype="Int64")
        edge_id, way_id, component = whole.copy(), whole.copy(), whole.copy()
        for column in (edge_id, way_id, component):
            column[~found] = pd.NA
        edge_id[found] = edge
        way_id[found] = network.way_id[network.vertex_way[vertex]]
        component[found] = network.component[network.edge_node[edge, 0]]
        lonlat = project(snaps.xy, network.crs, WGS84)
        street = project(street_points(index, snaps), network.crs, WGS84)
        lonlat[~np.isfinite(lonlat)] = np.nan
        street[~np.isfinite(street)] = np.nan
        frames.append(
            pd.DataFrame(
                {
                    "layer": layer,
                    "id": list(ids),
                    "lon": lonlat[:, 0],
                    "lat": lonlat[:, 1],
                    "edge_id": edge_id,
                    "way_id": way_id,
                    "street_lon": street[:, 0],
                    "street_lat": street[:, 1],
                    "distance_m": np.where(found, snaps.off_street_m, np.nan),
                    "component": component,
                    "status": list(status),
                    "reason": list(reason),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
