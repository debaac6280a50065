"""The circles around what a proposal opens and closes: before, after, and the difference."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.network.cell_grid import CellGrid
from facility_coverage.network.snapping import Snaps, joined, snap
from facility_coverage.prepared import PreparedStudy
from facility_coverage.proposals.measured import Measured
from facility_coverage.proposals.place import places_xy
from facility_coverage.proposals.proposal import Proposal
from facility_coverage.thresholds import Threshold, by_kind
from facility_coverage.travel.buffered_streets import buffered_streets
from facility_coverage.travel.circles import Box, furthest, reach_box
from facility_coverage.travel.impedance import impedance_for
from facility_coverage.travel.isochrones import Canvas
from facility_coverage.travel.times import all_together

STATES = ("before", "after", "gained", "lost")
_LEAST_M2 = 1.0
"""Smaller parts of a difference are the rounding of two borders that are the same."""


def circles_of(before: Measured, after: Measured) -> gpd.GeoDataFrame:
    """Draw what facilities reach before and after, where that can differ.

    Parameters
    ----------
    before, after
        The study without and with proposals.

    Returns
    -------
    geopandas.GeoDataFrame
        ``state`` (``before``, ``after``, ``gained``, ``lost``), ``threshold``, ``area_m2``,
        ``geometry`` (MultiPolygon), in the study's CRS: the union of the whole circles of what
        opens, what closes and all facilities whose circles could meet those. In there it is the
        union of all circles of the study.
    """
    prepared = before.prepared
    section = prepared.study.coverage
    furthest_m = furthest(prepared.network, section.thresholds, section.off_street_limit_m)
    box = _reach(prepared, _changed(before, after))
    near = [_near(each.prepared.served, box, furthest_m) for each in (before, after)]
    canvas = _canvas(prepared, joined(*near))
    rows = []
    for group in by_kind(section.thresholds):
        areas = (_areas(prepared, canvas, places, group) for places in near)
        for threshold, old, new in zip(group, *areas, strict=True):
            shapes = (old, new, _less(new, old), _less(old, new))
            rows += [
                {"state": state, "threshold": threshold.label, "geometry": shape}
                for state, shape in zip(STATES, shapes, strict=True)
            ]
    frame = pd.DataFrame(rows, columns=["state", "threshold", "geometry"])
    frame.insert(2, "area_m2", shapely.area(frame["geometry"].to_numpy()))
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=prepared.network.crs)


def opened_circles(before: Measured, proposals: Sequence[Proposal]) -> gpd.GeoDataFrame:
    """Draw what proposals reach within the study's target, each alone.

    Parameters
    ----------
    before
        The study without them.
    proposals
        Each with a street; pure closures have no circle.

    Returns
    -------
    geopandas.GeoDataFrame
        ``proposal_id, title, threshold, area_m2, geometry`` (MultiPolygon), in their order.
    """
    prepared, target = before.prepared, before.target
    opening = [one for one in proposals if one.lonlat is not None]
    limit_m = prepared.study.coverage.off_street_limit_m
    places = snap(prepared.index, places_xy(prepared, opening), off_street_limit_m=limit_m)
    shapes: list[shapely.MultiPolygon] = []
    if opening:
        canvas = _canvas(prepared, places)
        groups = [places.take(np.array([row])) for row in range(len(opening))]
        shapes = [_areas(prepared, canvas, place, (target,))[0] for place in groups]
    return gpd.GeoDataFrame(
        {
            "proposal_id": pd.Series([one.id for one in opening], dtype=object),
            "title": pd.Series([one.title for one in opening], dtype=object),
            "threshold": pd.Series([target.label] * len(opening), dtype=object),
            "area_m2": shapely.area(np.array(shapes, dtype=object)).astype(float),
        },
        geometry=shapes,
        crs=prepared.network.crs,
    )


def _changed(before: Measured, after: Measured) -> NDArray[np.float64]:
    """Return where facilities with a street open and close, shape (n, 2), metres."""
    ids = [set(each.served_ids) for each in (before, after)]
    places = [
        each.prepared.served.xy[[name not in others for name in each.served_ids]]
        for each, others in ((before, ids[1]), (after, ids[0]))
    ]
    return np.concatenate(places)


def _reach(prepared: PreparedStudy, xy: NDArray[np.float64]) -> Box:
    """Return a box around everything that places could reach."""
    section = prepared.study.coverage
    return reach_box(prepared.network, xy, section.thresholds, section.off_street_limit_m)


def _near(served: Snaps, box: Box, furthest_m: float) -> Snaps:
    """Return the facilities whose circles could meet a box."""
    low, high = np.array(box[:2]) - furthest_m, np.array(box[2:]) + furthest_m
    inside = (served.xy >= low) & (served.xy <= high)
    return served.take(inside[:, 0] & inside[:, 1])


def _canvas(prepared: PreparedStudy, places: Snaps) -> Canvas | None:
    """Return a grid over all that places could reach; None where streets are drawn instead."""
    section = prepared.study.coverage
    if section.method != "exact":
        return None
    grid = CellGrid.over(
        prepared.index,
        _reach(prepared, places.xy),
        size_m=section.cell_size_m,
        off_street_limit_m=section.off_street_limit_m,
    )
    return Canvas.of(prepared.network, grid)


def _areas(
    prepared: PreparedStudy, canvas: Canvas | None, places: Snaps, group: tuple[Threshold, ...]
) -> list[shapely.MultiPolygon]:
    """Return the union of the circles of some facilities within each threshold of one kind."""
    impedance = impedance_for(prepared.network, group[0])
    limits = tuple(threshold.limit for threshold in group)
    together = all_together(places)
    if canvas is not None:
        shapes = canvas.polygons(together, impedance, limits)
    else:
        margin_m = prepared.study.coverage.street_buffer_m
        shapes = buffered_streets(prepared.network, together, impedance, limits, margin_m)
    areas: list[shapely.MultiPolygon] = shapes[0].tolist()
    return areas


def _less(one: shapely.Geometry, other: shapely.Geometry) -> shapely.MultiPolygon:
    """Return the parts of an area that another one leaves out."""
    parts = shapely.get_parts(shapely.get_parts(shapely.difference(one, other)))
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return shapely.multipolygons(polygons[shapely.area(polygons) >= _LEAST_M2])
