"""Geometry as short text: whole steps of 1e-5 degrees (about 1 m), as differences, in base64.

A shape is a row of whole numbers: how many polygons; for each, how many rings; for each ring, how
many points; then the points of all rings in order as ``lon, lat``, each as its difference to the
point before. Every number is zigzag-coded (0, -1, 1, -2 become 0, 1, 2, 3) and written in groups of
seven bits, lowest first. A set of lines is one polygon whose rings are the lines. The closing
point of a ring is left out. ``page/shapes.js`` reads it.
"""

import base64
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

STEPS_PER_DEGREE = 100_000
_POLYGON = 3
_BITS = 7
_LONGEST_BYTES = 5


def encode_polygons(geometry: shapely.Geometry | None) -> str:
    """Return the polygons of a geometry as text; whatever is not a polygon is left out.

    Parameters
    ----------
    geometry
        A geometry in EPSG:4326, or none.

    Returns
    -------
    str
        The shape; an empty one holds no polygon.
    """
    parts = shapely.get_parts(shapely.get_parts([geometry]))
    polygons = [p for p in parts if shapely.get_type_id(p) == _POLYGON and not p.is_empty]
    rings = [[np.asarray(ring.coords)[:-1] for ring in _rings(polygon)] for polygon in polygons]
    return _encode(rings)


def encode_lines(lines: Sequence[shapely.Geometry]) -> str:
    """Return lines as text.

    Parameters
    ----------
    lines
        LineStrings or MultiLineStrings in EPSG:4326.

    Returns
    -------
    str
        The shape: one polygon whose rings are the lines.
    """
    parts = shapely.get_parts(list(lines))
    coordinates, line = shapely.get_coordinates(parts, return_index=True)
    starts = np.flatnonzero(np.diff(line)) + 1
    return _encode([np.split(coordinates, starts)] if len(coordinates) else [])


def encode_points(points: Sequence[shapely.Point]) -> str:
    """Return points as text.

    Parameters
    ----------
    points
        Points in EPSG:4326, none of them empty.

    Returns
    -------
    str
        The shape: one polygon with one ring, which goes from point to point.
    """
    return _encode([[shapely.get_coordinates(list(points))]])


def _rings(polygon: shapely.Polygon) -> list[shapely.LinearRing]:
    """Return the outer ring of a polygon and its holes."""
    return [polygon.exterior, *polygon.interiors]


def _encode(polygons: list[list[NDArray[np.float64]]]) -> str:
    """Write polygons, each a list of rings of shape (n, 2), degrees."""
    header = [len(polygons)]
    for rings in polygons:
        header += [len(rings), *(len(ring) for ring in rings)]
    rings = [ring for polygon in polygons for ring in polygon]
    points = np.concatenate(rings) if rings else np.empty((0, 2))
    steps = np.rint(points * STEPS_PER_DEGREE).astype(np.int64)
    differences = np.diff(steps, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    numbers = np.concatenate([np.array(header, dtype=np.int64), differences.ravel()])
    return base64.b64encode(_varints(numbers)).decode("ascii")


def _varints(numbers: NDArray[np.int64]) -> bytes:
    """Write whole numbers zigzag-coded, seven bits a byte; the top bit says that more follow."""
    codes = (numbers << 1) ^ (numbers >> 63)
    shifts = np.arange(_LONGEST_BYTES) * _BITS
    groups = (codes[:, None] >> shifts) & ((1 << _BITS) - 1)
    used = (codes[:, None] >> shifts) > 0
    used[:, 0] = True
    more = np.zeros_like(used)
    more[:, :-1] = used[:, 1:]
    return (groups | (more.astype(np.int64) << _BITS)).astype(np.uint8)[used].tobytes()
