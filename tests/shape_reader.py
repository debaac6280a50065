"""Reads the shapes of a map page, from their description alone."""

import base64
from collections.abc import Iterator

Ring = list[tuple[int, int]]


def numbers_of(shape: str) -> Iterator[int]:
    """Read the numbers of a text one bit group after the other, as the format is described."""
    code = shift = 0
    for byte in base64.b64decode(shape):
        code |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield code // 2 if code % 2 == 0 else -(code + 1) // 2
            code = shift = 0


def decode(shape: str) -> list[list[Ring]]:
    """Read a shape as polygons of rings of points, in steps."""
    stream = numbers_of(shape)
    counts = [[next(stream) for _ in range(next(stream))] for _ in range(next(stream))]
    lon = lat = 0
    polygons = []
    for sizes in counts:
        rings = []
        for size in sizes:
            ring = []
            for _ in range(size):
                lon, lat = lon + next(stream), lat + next(stream)
                ring.append((lon, lat))
            rings.append(ring)
        polygons.append(rings)
    assert next(stream, None) is None
    return polygons
