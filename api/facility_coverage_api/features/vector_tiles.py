"""Vector tiles of lines, as Mapbox Vector Tile 2.1 has it, in the squares of WebMercatorQuad."""

import math
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage_api.features.crs import WEB_MERCATOR
from facility_coverage_api.features.layers import Layer

EXTENT = 4096
"""Steps along the side of a tile."""
MAX_ZOOM = 22
LINES = frozenset({"LineString", "MultiLineString"})
"""Layers of these types have tiles."""

_HALF_WORLD_M = math.pi * 6_378_137
_BUFFER, _TOLERANCE = 64, 4
_MOVE_TO, _LINE_TO = 1, 2
_LINESTRING = 2
_VARINT, _FIXED64, _BYTES = 0, 1, 2
_VERSION = 2


def tile(layer: Layer, name: str, zoom: int, column: int, row: int) -> bytes:
    """Return a tile of a layer of lines.

    Parameters
    ----------
    layer
        Of one of ``LINES``.
    name
        Its name in the tile.
    zoom, column, row
        The tile; rows count from the north.

    Returns
    -------
    bytes
        The lines that cross the tile, clipped a little beyond its edge, simplified to a quarter
        of a pixel (of 256), with all their properties. Empty where there are none.
    """
    return layer.tiles.get((zoom, column, row), lambda: _tile(layer, name, zoom, column, row))


def _tile(layer: Layer, name: str, zoom: int, column: int, row: int) -> bytes:
    view = layer.shapes(WEB_MERCATOR)
    side_m = 2 * _HALF_WORLD_M / 2**zoom
    west, north = column * side_m - _HALF_WORLD_M, _HALF_WORLD_M - row * side_m
    step_m = side_m / EXTENT
    margin_m = _BUFFER * step_m
    box = (west - margin_m, north - side_m - margin_m, west + side_m + margin_m, north + margin_m)
    rows = np.sort(view.tree.query(shapely.box(*box)))
    rows = rows[_sizes(view.shapes[rows]) >= _TOLERANCE * step_m]
    clipped = shapely.clip_by_rect(view.shapes[rows], *box)
    lines = shapely.simplify(clipped, _TOLERANCE * step_m, preserve_topology=False)
    grid = shapely.transform(lines, lambda xy: np.rint((xy - (west, north)) / step_m * (1.0, -1.0)))
    drawn = {int(rows[at]): shape for at, shape in _drawn(grid).items()}
    return _field(3, _layer(layer, name, drawn)) if drawn else b""


def _sizes(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the longer side of each shape's box; what is smaller than a step is not seen."""
    west, south, east, north = shapely.bounds(shapes).T
    sizes: NDArray[np.float64] = np.maximum(east - west, north - south)
    return sizes


def _layer(layer: Layer, name: str, drawn: dict[int, bytes]) -> bytes:
    """Return a layer of a tile: its features, and the keys and values that they point to."""
    keys, values = list(layer.columns), dict[bytes, int]()
    rows = layer.frame.iloc[list(drawn)]
    records = zip(*(rows[key].tolist() for key in keys), strict=True)
    body = [_number(15, _VERSION), _field(1, name.encode())]
    for feature_id, record, shape in zip(rows.index, records, drawn.values(), strict=True):
        tags: list[int] = []
        for key, value in enumerate(record):
            coded = _value(value)
            if coded:
                tags += [key, values.setdefault(coded, len(values))]
        packed = _field(2, b"".join(map(_varint, tags)))
        feature = _number(1, feature_id) + packed + _number(3, _LINESTRING) + _field(4, shape)
        body.append(_field(2, feature))
    body += [_field(3, key.encode()) for key in keys]
    body += [_field(4, value) for value in values]
    return b"".join([*body, _number(5, EXTENT)])


def _drawn(lines: NDArray[np.object_]) -> dict[int, bytes]:
    """Return the commands that draw each line, by its place; what shrinks to a point has none."""
    parts, line_of = shapely.get_parts(lines, return_index=True)
    xy, part_of = shapely.get_coordinates(parts, return_index=True)
    moved = np.any(np.diff(xy, axis=0, prepend=np.nan) != 0, axis=1)
    kept = moved | (np.diff(part_of, prepend=-1) != 0)
    kept &= np.bincount(part_of[kept], minlength=len(parts))[part_of] > 1
    xy, part_of = xy[kept].astype(np.int64), part_of[kept]
    steps = np.diff(xy, axis=0, prepend=0)
    starts = np.diff(line_of[part_of], prepend=-1) != 0
    steps[starts] = xy[starts]
    coded = np.where(steps >= 0, steps << 1, (-steps << 1) - 1).ravel().tolist()
    drawn: dict[int, bytes] = {}
    found, first, counts = np.unique(part_of, return_index=True, return_counts=True)
    for line, at, count in zip(line_of[found], first, counts, strict=True):
        move = [_MOVE_TO | 1 << 3, *coded[2 * at : 2 * at + 2]]
        commands = [*move, _LINE_TO | int(count - 1) << 3, *coded[2 * at + 2 : 2 * (at + count)]]
        drawn[line] = drawn.get(line, b"") + b"".join(map(_varint, commands))
    return drawn


def _value(value: object) -> bytes:
    """Return a property as a protobuf message; nothing where it is missing."""
    if isinstance(value, bool):
        return _number(7, int(value))
    if isinstance(value, int):
        return _number(6, _zigzag(value))
    if isinstance(value, float):
        packed = np.float64(value).tobytes()
        return _varint(3 << 3 | _FIXED64) + packed if math.isfinite(value) else b""
    return _field(1, value.encode()) if isinstance(value, str) else b""


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3 | _VARINT) + _varint(value)


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


@lru_cache(maxsize=1 << 15)
def _varint(value: int) -> bytes:
    coded = bytearray()
    while value > 127:  # noqa: PLR2004  (seven bits a byte)
        coded.append(value & 127 | 128)
        value >>= 7
    coded.append(value)
    return bytes(coded)
