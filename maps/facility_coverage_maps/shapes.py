"""Geometry as short text: whole steps of 1e-5 degrees (about 1 m), as differences, in base64.

A shape is a row of whole numbers: how many polygons; for each, how many rings; for each ring, how
many points; then the points of all rings in order as ``lon, lat``, each as its difference to the
point before. Every number is zigzag-coded (0, -1, 1, -2 become 0, 1, 2, 3) and written in groups of
seven bits, lowest first. A set of lines is one polygon whose rings are the lines. The closing
point of a ring is left out. ``page/shapes.js`` reads it.

Many shapes are written at once, because a district has thousands and each holds little.
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


def encode_polygons(geometries: Sequence[shapely.Geometry | None]) -> list[str]:
    """Return the polygons of each geometry as text; whatever is not a polygon is left out.

    Parameters
    ----------
    geometries
        Geometries in EPSG:4326, or none.

    Returns
    -------
    list of str
        One shape for each; that of an empty geometry holds no polygon.
    """
    whole = np.asarray(geometries, dtype=object)
    parts, owner = shapely.get_parts(whole, return_index=True)
    parts, part = shapely.get_parts(parts, return_index=True)
    kept = (shapely.get_type_id(parts) == _POLYGON) & ~shapely.is_empty(parts)
    polygons, shape = parts[kept], owner[part[kept]]
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    closing = np.flatnonzero(np.diff(ring, append=len(rings)))
    points, ring = np.delete(points, closing, axis=0), np.delete(ring, closing)
    return _encode(len(whole), shape, polygon, ring, points)


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
    points, line = shapely.get_coordinates(parts, return_index=True)
    return _one_polygon(len(parts), line, points)


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
    ring = np.zeros(len(points), dtype=np.int64)
    return _one_polygon(1, ring, shapely.get_coordinates(list(points)))


def encode_numbers(numbers: NDArray[np.int64]) -> str:
    """Return whole numbers as text, each as its difference to the one before.

    Parameters
    ----------
    numbers
        Shape (n,); none is further than 2**30 from the one before.

    Returns
    -------
    str
        Zigzag-coded, seven bits a byte, in base64.
    """
    coded, _ = _varints(np.diff(numbers, prepend=0))
    return base64.b64encode(coded).decode("ascii")


def _one_polygon(count: int, ring: NDArray[np.int64], points: NDArray[np.float64]) -> str:
    """Write rings as one polygon; none at all are no polygon."""
    some = int(count > 0)
    polygon = np.zeros(count, dtype=np.int64)
    return _encode(1, np.zeros(some, dtype=np.int64), polygon, ring, points)[0]


def _encode(
    count: int,
    shape: NDArray[np.int64],
    polygon: NDArray[np.int64],
    ring: NDArray[np.int64],
    points: NDArray[np.float64],
) -> list[str]:
    """Write shapes: of each polygon its shape, of each ring its polygon, of each point its ring."""
    of_ring = shape[polygon]
    polygons, rings = np.arange(len(shape)), np.arange(len(polygon))
    sizes = (
        np.bincount(shape, minlength=count),
        np.bincount(polygon, minlength=len(shape)),
        np.bincount(ring, minlength=len(polygon)),
    )
    # A shape, then its polygons, each followed by its rings: sorted by all three, none before any.
    owner = np.concatenate([np.arange(count), shape, of_ring])
    within = np.concatenate([np.full(count, -1), polygons, polygon])
    innermost = np.concatenate([np.full(count + len(shape), -1), rings])
    order = np.lexsort((innermost, within, owner))
    header, header_end = _by_shape(np.concatenate(sizes)[order], owner[order], count)
    of_point = of_ring[ring]
    steps = np.rint(points * STEPS_PER_DEGREE).astype(np.int64)
    first = np.flatnonzero(np.diff(of_point, prepend=-1))
    differences = np.diff(steps, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    differences[first] = steps[first]
    body, body_end = _by_shape(differences.ravel(), np.repeat(of_point, 2), count)
    return [
        base64.b64encode(header[a:b] + body[c:d]).decode("ascii")
        for a, b, c, d in zip(
            header_end[:-1], header_end[1:], body_end[:-1], body_end[1:], strict=True
        )
    ]


def _by_shape(
    numbers: NDArray[np.int64], shape: NDArray[np.int64], count: int
) -> tuple[bytes, list[int]]:
    """Write numbers in the order of their shapes; return where each shape's bytes start."""
    coded, size = _varints(numbers)
    own = np.bincount(shape, weights=size, minlength=count)
    return coded, np.concatenate([[0], np.cumsum(own)]).astype(int).tolist()


def _varints(numbers: NDArray[np.int64]) -> tuple[bytes, NDArray[np.int64]]:
    """Write whole numbers zigzag-coded, seven bits a byte; the top bit says that more follow.

    Returned with it is how many bytes each took.
    """
    codes = ((numbers << 1) ^ (numbers >> 63)).astype(np.uint32)
    shifts = (np.arange(_LONGEST_BYTES) * _BITS).astype(np.uint32)
    groups = codes[:, None] >> shifts
    used = groups > 0
    used[:, 0] = True
    more = np.zeros(used.shape, dtype=np.uint8)
    more[:, :-1] = used[:, 1:]
    coded = (groups & ((1 << _BITS) - 1)).astype(np.uint8) | (more << _BITS)
    return coded[used].tobytes(), used.sum(axis=1)
