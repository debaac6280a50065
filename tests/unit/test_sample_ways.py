"""Drafted ways are parted, cut and joined as their points say."""

import numpy as np
import pytest
import shapely

from facility_coverage.sample.lattice import divide
from facility_coverage.sample.terrain import GRID_M
from facility_coverage.sample.ways import Way, cut, largest_connected, pieces, straight

ROAD = {"highway": "service"}


def test_straight_has_a_point_each_step() -> None:
    assert straight((0, 0), (0, 150), 50) == ((0, 0), (0, 50), (0, 100), (0, 150))
    assert straight((0, 100), (100, 0), 50) == ((0, 100), (50, 50), (100, 0))


def test_pieces_share_the_point_where_the_kind_changes() -> None:
    line = straight((0, 0), (200, 0), 50)
    assert list(pieces(line, ["a", "b", None, "b"])) == [
        ("a", ((0, 0), (50, 0))),
        ("b", ((50, 0), (100, 0))),
        ("b", ((150, 0), (200, 0))),
    ]


def test_cut_removes_the_steps_that_touch_and_keeps_the_rest() -> None:
    way = Way(straight((0, 0), (300, 0), 50), ROAD, homes=3)
    left = cut([way], shapely.box(120, -10, 160, 10))
    assert [piece.points for piece in left] == [
        ((0, 0), (50, 0), (100, 0)),
        ((200, 0), (250, 0), (300, 0)),
    ]
    assert {piece.homes for piece in left} == {3}


def test_cut_leaves_dry_ways_alone() -> None:
    way = Way(((0, 0), (50, 0)), ROAD)
    assert cut([way], shapely.box(0, 10, 50, 20)) == [way]


def test_largest_connected_joins_at_shared_points_only() -> None:
    joined = [Way(((0, 0), (50, 0)), ROAD), Way(((50, 0), (50, 50)), ROAD)]
    crossing_without_a_point = Way(((25, -10), (25, 10)), ROAD)
    assert largest_connected([crossing_without_a_point, *joined]) == joined


@pytest.mark.parametrize("between", [(100, 200), (150, 250), (350, 700), (1100, 2200)])
def test_divide_keeps_to_its_bounds_and_to_the_grid(between: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    for length in range(between[0], 6000, GRID_M):
        cuts = divide(rng, 1000, 1000 + length, between)
        gaps = np.diff(cuts)
        assert (cuts[0], cuts[-1]) == (1000, 1000 + length)
        assert (gaps % GRID_M == 0).all()
        assert between[0] <= gaps.min()
        assert gaps.max() <= between[1]
