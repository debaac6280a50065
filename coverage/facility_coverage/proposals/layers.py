"""The layers of a review: for QGIS, and for the map on the sheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.crs import WGS84, project
from facility_coverage.prepared import PreparedStudy
from facility_coverage.proposals.circles import circles_of, opened_circles
from facility_coverage.proposals.comparison import Comparison
from facility_coverage.proposals.desk import Desk
from facility_coverage.proposals.proposal import Position, Proposal
from facility_coverage.proposals.sheet import ReviewSheet
from facility_coverage.siting.site_rules import REAL_STREETS

PLACE_COLUMNS = ["role", "place_id", "name", "rank", "people", "lon", "lat"]


@dataclass(frozen=True, eq=False)
class ReviewLayers:
    """Where a review plays, in the study's CRS.

    Attributes
    ----------
    circles
        See ``circles.circles_of``.
    places
        ``role`` (``proposal``, ``other``, ``closes``, ``existing``, ``nearby``, ``best``),
        ``place_id, name, rank`` (of better spots nearby), ``people`` (newly covered; of existing
        ones those whom it is relieved of), ``lon, lat, geometry`` (point).
    parcels
        ``place_id, name, geometry`` (MultiPolygon): land of the proposals.
    units
        ``unit_id, unit_name, population, before, after, gained, lost`` at the target,
        ``geometry``.
    streets
        Lines of the streets around, for the map.
    """

    circles: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    parcels: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    streets: NDArray[np.object_]


def layers_of(desk: Desk, sheet: ReviewSheet) -> ReviewLayers:
    """Draw a review.

    Parameters
    ----------
    desk
        The study.
    sheet
        The review.

    Returns
    -------
    ReviewLayers
        Rows sorted by role and id.
    """
    before, own = desk.measured, desk.measured.prepared
    circles = circles_of(before, before.with_proposals([sheet.proposal]))
    crs = own.network.crs
    return ReviewLayers(
        circles=circles,
        places=_places(own, sheet),
        parcels=_parcels([sheet.proposal, *sheet.others], crs),
        units=_units(own, sheet),
        streets=_streets(own, shapely.box(*circles.total_bounds)),
    )


def _places(prepared: PreparedStudy, sheet: ReviewSheet) -> gpd.GeoDataFrame:
    """Return everything that stands somewhere."""
    rows = [*_proposed(sheet), *_better(sheet)]
    rows += _existing(prepared, sheet)
    table = pd.DataFrame(rows, columns=PLACE_COLUMNS).astype({"rank": "Int64", "people": float})
    xy = project(table[["lon", "lat"]].to_numpy(dtype=float), WGS84, prepared.network.crs)
    return gpd.GeoDataFrame(table, geometry=shapely.points(xy), crs=prepared.network.crs)


def _row(role: str, place_id: str, name: str, lonlat: Position, **more: Any) -> dict[str, Any]:  # noqa: ANN401  (cells of a table)
    lon, lat = lonlat
    return {"role": role, "place_id": place_id, "name": name, "lon": lon, "lat": lat, **more}


def _proposed(sheet: ReviewSheet) -> Iterator[dict[str, Any]]:
    own = sheet.proposal
    for role, one in [("proposal", own), *(("other", other) for other in sheet.others)]:
        if one.lonlat is not None:
            yield _row(role, one.id, one.name, one.lonlat, people=sheet.standing.of(one.id)[0])


def _better(sheet: ReviewSheet) -> Iterator[dict[str, Any]]:
    rank = sheet.rank
    if rank is None:
        return
    for at, spot in enumerate(rank.nearby, start=1):
        name = spot.candidate_name
        yield _row("nearby", spot.candidate_id, name, spot.lonlat, rank=at, people=spot.gain)
    if rank.best_lonlat is not None:
        best = rank.best_candidate_id
        yield _row("best", best, "", rank.best_lonlat, people=rank.best_gain)


def _existing(prepared: PreparedStudy, sheet: ReviewSheet) -> list[dict[str, Any]]:
    """Return the facilities that have a street, and which of them close."""
    found = prepared.sites.found
    table = prepared.facilities.table[found]
    lonlat = project(prepared.facilities.xy[found], prepared.network.crs, WGS84)
    relief = {
        one.facility_id: one.residents_before - one.residents_after
        for one in sheet.overlap.relieved
    }
    return [
        _row(
            "closes" if name in sheet.proposal.closes else "existing",
            name,
            title,
            (lon, lat),
            people=relief.get(name, 0.0),
        )
        for name, title, (lon, lat) in zip(
            table["facility_id"], table["facility_name"], lonlat.tolist(), strict=True
        )
    ]


def _parcels(proposals: list[Proposal], crs: str) -> gpd.GeoDataFrame:
    rows = [(one.id, one.name, one.parcel) for one in proposals if one.parcel is not None]
    shapes = [
        shapely.MultiPolygon([shapely.Polygon(part[0], part[1:]) for part in parcel])
        for _, _, parcel in rows
    ]
    placed = shapely.transform(np.array(shapes, dtype=object), lambda xy: project(xy, WGS84, crs))
    return gpd.GeoDataFrame(
        {
            "place_id": pd.Series([row[0] for row in rows], dtype=object),
            "name": pd.Series([row[1] for row in rows], dtype=object),
        },
        geometry=list(placed),
        crs=crs,
    )


def _units(prepared: PreparedStudy, sheet: ReviewSheet) -> gpd.GeoDataFrame:
    """Return the subdistricts with what changes in them at the target."""
    changes = {
        one.unit_id: one for one in sheet.change.units if one.threshold == sheet.study.target
    }
    units = prepared.boundaries.units
    own = [changes[unit_id].people for unit_id in units["unit_id"]]
    table = pd.DataFrame(
        {
            "unit_id": units["unit_id"],
            "unit_name": units["unit_name"],
            **{
                name: [getattr(one, name) for one in own]
                for name in ("population", "before", "after", "gained", "lost")
            },
        }
    )
    return gpd.GeoDataFrame(table, geometry=units.geometry, crs=units.crs)


def _streets(prepared: PreparedStudy, area: shapely.Polygon) -> NDArray[np.object_]:
    """Return the real streets that touch an area."""
    network = prepared.network
    real = np.array([name in REAL_STREETS for name in network.way_class], dtype=bool)
    start, end = network.vertex_offset[:-1], network.vertex_offset[1:]
    wanted = np.flatnonzero(real[network.vertex_way[start]])
    size = (end - start)[wanted]
    line = np.repeat(np.arange(len(wanted)), size)
    at = np.arange(size.sum()) + np.repeat(start[wanted] - (np.cumsum(size) - size), size)
    lines = shapely.linestrings(network.vertex_xy[at], indices=line)
    lines = lines[shapely.intersects(lines, area)]
    merged: NDArray[np.object_] = shapely.get_parts(
        shapely.line_merge(shapely.multilinestrings(lines))
    )
    return merged


@dataclass(frozen=True, eq=False)
class ComparisonLayers:
    """Where the proposals of a study stand, in its CRS.

    Attributes
    ----------
    proposals
        The table of the comparison with points; a pure closure stands where what it closes does.
    circles
        ``proposal_id, title, threshold, area_m2, geometry``: what each proposal reaches within
        the target.
    facilities
        ``facility_id, facility_name, geometry``: those that have a street.
    units
        ``unit_id, unit_name, geometry``.
    """

    proposals: gpd.GeoDataFrame
    circles: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    units: gpd.GeoDataFrame


def comparison_layers(desk: Desk, comparison: Comparison) -> ComparisonLayers:
    """Draw a comparison.

    Parameters
    ----------
    desk
        The study.
    comparison
        Its proposals.

    Returns
    -------
    ComparisonLayers
        Proposals by rank.
    """
    own = desk.measured.prepared
    crs, found = own.network.crs, own.sites.found
    names = own.facilities.table.loc[found, ["facility_id", "facility_name"]]
    standing = gpd.GeoDataFrame(
        names.reset_index(drop=True), geometry=shapely.points(own.served.xy), crs=crs
    )
    where = dict(zip(standing["facility_id"], standing.geometry, strict=True))
    proposals = {one.proposal.id: one.proposal for one in comparison.proposals}
    table = comparison.table()
    points = [_point(proposals[name], where, crs) for name in table.get("proposal_id", [])]
    units = own.boundaries.units[["unit_id", "unit_name", "geometry"]]
    return ComparisonLayers(
        gpd.GeoDataFrame(table, geometry=points, crs=crs),
        opened_circles(desk.measured, [proposals[name] for name in sorted(proposals)]),
        standing,
        units,
    )


def _point(proposal: Proposal, where: dict[str, shapely.Point], crs: str) -> shapely.Point:
    """Return where a proposal stands, else where the first facility that it closes does."""
    if proposal.lonlat is not None:
        return shapely.Point(project(np.array([proposal.lonlat]), WGS84, crs)[0])
    return where.get(proposal.closes[0], shapely.Point())
