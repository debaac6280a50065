"""A study from beginning to end: who reads this from top to bottom has read the program."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from facility_coverage.assessment.gaps import find_gaps
from facility_coverage.assessment.street_shares import pieces_by_unit, street_lengths
from facility_coverage.assessment.subdistricts import (
    Coverage,
    facilities_by_unit,
    subdistrict_table,
    with_flags,
)
from facility_coverage.crs import require_true_lengths
from facility_coverage.errors import UnreachableError
from facility_coverage.figures import study_notes, total_figures
from facility_coverage.inputs.boundaries import read_boundaries
from facility_coverage.inputs.demand import read_demand
from facility_coverage.inputs.facilities import Facilities, facility_points, read_facilities
from facility_coverage.layers import (
    candidate_layer,
    demand_layer,
    facility_layer,
    gap_layer,
    snap_audit,
    street_layer,
)
from facility_coverage.network.cache import street_network
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.profiles import walk
from facility_coverage.network.snapping import Snaps, snap
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.progress import Progress, silent
from facility_coverage.result import OUTSIDE_UNIT_ID, StudyResult
from facility_coverage.siting.suggestion import suggest_sites
from facility_coverage.study_file import FacilitiesSection, Study
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import Access, measure_access, nearest_times_s
from facility_coverage.travel.circles import circles, grid_around
from facility_coverage.travel.service_areas import reached_pieces


def run_study(
    study: Study, *, progress: Progress = silent, cache_folder: Path | None = None
) -> StudyResult:
    """Answer a study: who is covered, which subdistricts fall short, where to build next.

    Parameters
    ----------
    study
        What to do, with absolute paths.
    progress
        Told where the work stands.
    cache_folder
        Where built networks are kept; None keeps none.

    Returns
    -------
    StudyResult
        The answer; the same study gives the same answer, whatever the order of its rows.

    Raises
    ------
    FacilityCoverageError
        An input cannot be used (see the readers), or no facility at all lies near a street.
    """
    progress("Reading streets", 0.0)
    profile = walk(study.network.speed_kph)
    source = Path(study.network.source)
    network = street_network(source, profile, crs=study.study.crs, cache_folder=cache_folder)

    progress("Reading subdistricts, facilities and people", 0.35)
    boundaries = read_boundaries(study.boundaries, network.crs)
    west, south, east, north = boundaries.units.total_bounds
    corners = np.array([(west, south), (west, north), (east, south), (east, north)])
    require_true_lengths(network.crs, corners, study.boundaries.source)
    facilities = read_facilities(study.facilities, network.crs, extract=source)
    demand = read_demand(study.demand, boundaries, network.crs)

    progress("Tying places to streets", 0.45)
    limit_m = study.coverage.off_street_limit_m
    index = StreetIndex.of(network)
    sites = snap(index, facilities.xy, off_street_limit_m=limit_m)
    homes = snap(index, demand.xy, off_street_limit_m=limit_m)
    require_some_street(facilities, sites, limit_m, study.facilities.source)

    progress("Measuring walking times", 0.5)
    thresholds, target = study.coverage.thresholds, study.coverage.target
    served = sites.take(sites.found)
    accesses = [measure_access(network, served, homes, group) for group in by_kind(thresholds)]
    nearest_s = nearest_times_s(network, served, homes)

    progress("Drawing service circles", 0.55)
    names = facilities.table[sites.found]
    isochrones = isochrone_layer(
        index, accesses, names, limit_m=limit_m, cell_size_m=study.coverage.cell_size_m
    )

    progress("Judging subdistricts", 0.8)
    pieces = pieces_by_unit(network, boundaries)
    street_m = street_lengths(network, pieces)
    require_streets_inside(street_m, study)
    reached = {
        threshold: reached_pieces(
            network, access.origins, access.found, access.impedance, threshold.limit
        )
        for access in accesses
        for threshold in access.thresholds
    }
    unions = isochrones[isochrones["scope"] == "all"].set_index("threshold").geometry
    coverages = tuple(
        Coverage(
            threshold,
            access.covered(threshold),
            unions[threshold.label],
            street_lengths(network, pieces, reached[threshold]),
        )
        for access in accesses
        for threshold in access.thresholds
    )
    units = subdistrict_table(boundaries, demand, homes.found, coverages, street_m)
    owner = boundaries.unit_of(facility_points(facilities))
    unit_id = np.append(boundaries.units["unit_id"].to_numpy(dtype=object), OUTSIDE_UNIT_ID)[owner]
    unit_id[~np.isfinite(facilities.xy).all(axis=1)] = ""
    inside = facilities_by_unit(facilities, unit_id)
    units = with_flags(
        units,
        inside,
        ownership_stated=facilities.ownership_stated,
        target=target,
        target_share=study.coverage.target_share,
    )

    progress("Finding gaps and sites", 0.9)
    covered = next(c.people for c in coverages if c.threshold == target)
    uncovered = homes.found & ~covered
    gaps = find_gaps(demand.xy, demand.population, uncovered, spacing_m=demand.spacing_m)
    suggestion = suggest_sites(
        index, homes, np.where(uncovered, demand.population, 0.0), target, study.siting
    )

    progress("Putting the answer together", 0.95)
    facility_table = facility_layer(facilities, sites, unit_id, accesses, demand, network, limit_m)
    audit = snap_audit(index, facility_table, sites, demand, homes, limit_m)
    return StudyResult(
        study=study,
        crs=network.crs,
        thresholds=thresholds,
        target=target,
        units=units,
        facilities_by_unit=inside,
        total=total_figures(units, facility_table, thresholds, gaps),
        facilities=facility_table,
        isochrones=isochrones,
        streets=street_layer(network, reached, target),
        demand=demand_layer(demand, homes, covered, nearest_s, units, network.crs),
        gaps=gap_layer(gaps, demand, nearest_s, units, network.crs),
        candidates=candidate_layer(suggestion, boundaries, units, network, target),
        snap_audit=audit,
        overlaps=boundaries.faults,
        network=network.summary(),
        notes=study_notes(study, facilities, audit, units, boundaries, suggestion),
    )


def facility_isochrones(
    network: StreetNetwork,
    section: FacilitiesSection,
    thresholds: tuple[Threshold, ...],
    *,
    off_street_limit_m: float,
    cell_size_m: float,
) -> gpd.GeoDataFrame:
    """Return the isochrones of facilities alone, without people or subdistricts.

    Parameters
    ----------
    network
        The street network.
    section
        The register of facilities.
    thresholds
        The tests.
    off_street_limit_m
        Longest off-street leg.
    cell_size_m
        Cell of the grid that turns times into polygons.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per facility near a street and threshold, as in ``StudyResult.isochrones``.

    Raises
    ------
    FacilityCoverageError
        The register cannot be used, or no facility lies near a street.
    """
    facilities = read_facilities(section, network.crs, extract=None)
    index = StreetIndex.of(network)
    sites = snap(index, facilities.xy, off_street_limit_m=off_street_limit_m)
    require_some_street(facilities, sites, off_street_limit_m, section.source)
    nobody = sites.take(np.zeros(len(sites.edge), dtype=bool))
    served = sites.take(sites.found)
    accesses = [measure_access(network, served, nobody, group) for group in by_kind(thresholds)]
    layer = isochrone_layer(
        index,
        accesses,
        facilities.table[sites.found],
        limit_m=off_street_limit_m,
        cell_size_m=cell_size_m,
    )
    return layer[layer["scope"] == "facility"].reset_index(drop=True)


def isochrone_layer(
    index: StreetIndex,
    accesses: list[Access],
    names: pd.DataFrame,
    *,
    limit_m: float,
    cell_size_m: float,
) -> gpd.GeoDataFrame:
    """Return the isochrones of every kind of threshold, on one grid.

    Parameters
    ----------
    index
        The network's segments.
    accesses
        One per kind of threshold.
    names
        ``facility_id, facility_name`` of the facilities, in their order.
    limit_m
        Longest off-street leg.
    cell_size_m
        Cell of the grid.

    Returns
    -------
    geopandas.GeoDataFrame
        See ``StudyResult.isochrones``.
    """
    grid = grid_around(
        index,
        accesses[0].origins.snaps.xy,
        tuple(threshold for access in accesses for threshold in access.thresholds),
        cell_size_m=cell_size_m,
        off_street_limit_m=limit_m,
    )
    layers = [circles(index.network, access, grid, names) for access in accesses]
    return gpd.GeoDataFrame(
        pd.concat(layers, ignore_index=True), geometry="geometry", crs=index.network.crs
    )


def by_kind(thresholds: tuple[Threshold, ...]) -> list[tuple[Threshold, ...]]:
    """Group thresholds by what they count: minutes, metres.

    Parameters
    ----------
    thresholds
        Rising, minutes first.

    Returns
    -------
    list of tuple of Threshold
        One group for each kind that occurs.
    """
    kinds = dict.fromkeys(threshold.kind for threshold in thresholds)
    return [tuple(t for t in thresholds if t.kind == kind) for kind in kinds]


def require_streets_inside(street_m: NDArray[np.float64], study: Study) -> None:
    """Refuse to judge subdistricts of another place than the streets'.

    Parameters
    ----------
    street_m
        Shape (u,), street length of each subdistrict, metres.
    study
        The study, for the message.

    Raises
    ------
    UnreachableError
        Not one subdistrict holds a street.
    """
    if street_m.sum() > 0:
        return
    msg = (
        f"{study.boundaries.source}: no street of {study.network.source} lies in any subdistrict; "
        f"name the extract of this district"
    )
    raise UnreachableError(msg)


def require_some_street(facilities: Facilities, sites: Snaps, limit_m: float, source: str) -> None:
    """Refuse to go on when not one facility lies near a street.

    Parameters
    ----------
    facilities
        The register.
    sites
        Its facilities, tied to streets.
    limit_m
        Longest off-street leg.
    source
        Where the register stands, for the message.

    Raises
    ------
    UnreachableError
        None has a street within the limit.
    """
    if sites.found.any():
        return
    first = facilities.table.iloc[0]
    reason = first["reason"] or f"no street within {limit_m:g} m"
    msg = (
        f"{source}: none of the {len(facilities.table)} facilities lies on the street network "
        f"(first: {first['facility_id']}: {reason}); check their coordinates and the extract"
    )
    raise UnreachableError(msg)
