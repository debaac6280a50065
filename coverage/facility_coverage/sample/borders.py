"""Synthetic borders: cells around the subdistricts' label points, a coverage without a gap."""

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.sample.plane import to_degrees
from facility_coverage.sample.terrain import MAIN_RIVER, bend

_OUTLINE_CONCAVITY = 0.5
_OUTLINE_MARGIN_M = 1500.0
"""Together with the river in the south they give the district its 136 km² (wikipedia: 136.57)."""

_VERTEX_SPACING_M = 90.0
_WIGGLE_M, _WIGGLE_WAVELENGTH_M = 55.0, 640.0
_NORTH_M = 2_600_000.0


def outline(labels_m: NDArray[np.float64]) -> shapely.Polygon:
    """Return the district's outline in the draft: the land around the labels down to mid-river.

    Parameters
    ----------
    labels_m
        Shape (n, 2): label points, draft metres.

    Returns
    -------
    Polygon
        One polygon.
    """
    around = shapely.concave_hull(shapely.MultiPoint(labels_m), ratio=_OUTLINE_CONCAVITY)
    south = MAIN_RIVER.course.points()
    corners = [(south[-1, 0], _NORTH_M), (south[0, 0], _NORTH_M)]
    return around.buffer(_OUTLINE_MARGIN_M).intersection(
        shapely.Polygon(np.vstack([south, corners]))
    )


def cells(labels_m: NDArray[np.float64]) -> list[shapely.Polygon]:
    """Return one polygon per label point; together they are a valid coverage of the district.

    All borders are drawn once as noded lines, then bent and rounded vertex by vertex, so two
    neighbours have every vertex of their common border in common.

    Parameters
    ----------
    labels_m
        Shape (n, 2): label points, draft metres.

    Returns
    -------
    list of Polygon
        In the order of the labels, in degrees (WGS 84), exterior rings counter-clockwise.
    """
    edge = outline(labels_m)
    divides = shapely.voronoi_polygons(
        shapely.MultiPoint(labels_m), extend_to=edge.buffer(_OUTLINE_MARGIN_M), only_edges=True
    )
    lines = shapely.segmentize(shapely.union_all([divides, edge.exterior]), _VERTEX_SPACING_M)
    drawn = shapely.transform(lines, lambda xy: to_degrees(bend(_wiggled(xy))))
    pieces = shapely.get_parts(shapely.polygonize(shapely.get_parts(drawn)))
    marks = shapely.points(to_degrees(bend(labels_m)))
    found = [next(piece for piece in pieces if piece.contains(mark)) for mark in marks]
    return [shapely.orient_polygons(piece) for piece in found]


def _wiggled(xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points moved a little, smoothly, so that borders are not straight."""
    turn = 2.0 * np.pi / _WIGGLE_WAVELENGTH_M
    along, across = xy_m[:, 0] + 0.4 * xy_m[:, 1], xy_m[:, 1] - 0.4 * xy_m[:, 0]
    move = np.column_stack([np.sin(across * turn + 1.1), np.sin(along * turn + 2.3)])
    return xy_m + _WIGGLE_M * move
