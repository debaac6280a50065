"""Shapes: what is decoded is what was encoded, to the step of 1e-5 degrees."""

import base64

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shape_reader import Ring, decode, numbers_of

from facility_coverage_maps.shapes import (
    STEPS_PER_DEGREE,
    encode_lines,
    encode_numbers,
    encode_polygons,
)

points = st.tuples(st.integers(-18_000_000, 18_000_000), st.integers(-9_000_000, 9_000_000))


@given(st.lists(st.lists(points, min_size=2, max_size=6), max_size=5))
def test_lines_come_back(lines: list[Ring]) -> None:
    geometries = [
        shapely.LineString([(x / STEPS_PER_DEGREE, y / STEPS_PER_DEGREE) for x, y in line])
        for line in lines
    ]
    assert decode(encode_lines(geometries)) == ([lines] if lines else [])


@given(st.lists(st.lists(st.lists(points, min_size=3, max_size=6), min_size=1, max_size=3)))
def test_polygons_come_back_with_their_holes(polygons: list[list[Ring]]) -> None:
    def ring(steps: Ring) -> list[tuple[float, float]]:
        return [(x / STEPS_PER_DEGREE, y / STEPS_PER_DEGREE) for x, y in [*steps, steps[0]]]

    geometry = shapely.MultiPolygon([(ring(p[0]), [ring(h) for h in p[1:]]) for p in polygons])
    # Between others its text is the same: no shape knows of its neighbours.
    others = shapely.box(0, 0, 1, 1), shapely.MultiPolygon()
    texts = encode_polygons([others[0], geometry, others[1]])
    assert decode(texts[1]) == polygons
    assert [texts[0], texts[2]] == encode_polygons(others)


def test_a_polygon_worked_by_hand() -> None:
    # One polygon, one ring, three points: (1, 0), then +1 +0, then -1 -2 steps, zigzag-coded:
    # 1->2, 1->2, 3->6 | 1->2, 0->0 | 1->2, 0->0 | -1->1, -2->3.
    triangle = shapely.Polygon([(0.00001, 0), (0.00002, 0), (0.00001, -0.00002)])
    assert base64.b64decode(encode_polygons([triangle])[0]) == bytes([2, 2, 6, 2, 0, 2, 0, 1, 3])


def test_what_is_no_polygon_is_left_out() -> None:
    mixed = shapely.GeometryCollection([shapely.Point(1, 1), shapely.MultiPolygon()])
    assert [decode(text) for text in encode_polygons([mixed, None])] == [[], []]
    assert encode_polygons([]) == []


@given(st.lists(st.integers(-(2**20), 2**20), max_size=20))
def test_numbers_come_back(numbers: list[int]) -> None:
    steps = list(numbers_of(encode_numbers(np.array(numbers, dtype=np.int64))))
    assert np.cumsum(steps).tolist() == numbers
