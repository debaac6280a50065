"""The bend of the synthetic land is one-to-one, and rivers are where their course is."""

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from facility_coverage.sample.terrain import (
    BROOK,
    GRID_M,
    MAIN_RIVER,
    RIVERS,
    River,
    bend,
    hills,
    unbend,
)

WEST, SOUTH, EAST, NORTH = 424_000.0, 2_554_000.0, 446_000.0, 2_574_000.0


def draft(number: int) -> NDArray[np.float64]:
    return np.random.default_rng(3).uniform((WEST, SOUTH), (EAST, NORTH), (number, 2))


def test_unbend_undoes_bend() -> None:
    points = draft(500)
    assert np.abs(unbend(bend(points)) - points).max() < 1e-6


def test_bend_never_folds() -> None:
    points, step = draft(20_000), 0.5
    east = (bend(points + np.array([step, 0.0])) - bend(points)) / step
    north = (bend(points + np.array([0.0, step])) - bend(points)) / step
    assert (east[:, 0] * north[:, 1] - east[:, 1] * north[:, 0]).min() > 0.1


def test_bend_changes_its_argument_not() -> None:
    points = draft(5)
    before = points.copy()
    bend(points)
    assert (points == before).all()


@pytest.mark.parametrize("river", RIVERS)
def test_a_river_is_as_wide_as_it_says_all_along(river: River) -> None:
    middle = river.course.points()
    bank = river.course.points(river.half_width_m)
    assert np.allclose(np.hypot(*(bank - middle).T), river.half_width_m)
    assert river.shape().is_valid
    assert shapely.contains_xy(river.shape(), *middle[1:-1].T).all()
    axis = 0 if river.course.axis == "x" else 1
    assert (np.diff(middle[:, axis]) == GRID_M).all()


def test_the_brook_flows_into_the_river() -> None:
    mouth = shapely.Point(BROOK.course.points()[0])
    assert MAIN_RIVER.shape().contains(mouth)


def test_hills_leave_the_valley_free() -> None:
    valley = np.array([(435_464.0, 2_564_301.0), (436_959.0, 2_569_290.0)])
    assert hills(valley, 700.0).distance(shapely.LineString(valley)) >= 690.0
