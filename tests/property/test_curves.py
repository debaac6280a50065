"""The curves of a report, against their definitions written out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_coverage.assessment.curves import lorenz_curve, reach_curve

SHARES = st.one_of(st.floats(0.0, 1.0), st.just(float("nan")))
GROUPS = st.lists(st.tuples(SHARES, st.integers(0, 1000)), min_size=1, max_size=12)
TIMES = st.one_of(st.integers(0, 40).map(float), st.just(float("inf")))


@settings(max_examples=40)
@given(GROUPS)
def test_gini_is_the_mean_difference_of_all_pairs(groups: list[tuple[float, int]]) -> None:
    x, people = np.array(groups, dtype=float).T
    curve = lorenz_curve(x, people)
    known = np.isfinite(x)
    x, people = x[known], people[known]
    held = float((x * people).sum())
    if held <= 0:
        assert curve.gini is None
        return
    total, mean = people.sum(), held / people.sum()
    pairs = (people[:, None] * people[None, :] * np.abs(x[:, None] - x[None, :])).sum()
    assert curve.gini == pytest.approx(pairs / (2 * total**2 * mean), abs=1e-9)


@settings(max_examples=40)
@given(GROUPS)
def test_lorenz_curve_hangs_below_the_diagonal(groups: list[tuple[float, int]]) -> None:
    x, people = np.array(groups, dtype=float).T
    curve = lorenz_curve(x, people)
    ends = [curve.people_share[0], curve.held_share[0], curve.people_share[-1]]
    assert ends == [0.0, 0.0, 1.0]
    assert curve.held_share[-1] == pytest.approx(1.0)
    assert (np.diff(curve.people_share) >= 0).all()
    assert (curve.held_share <= curve.people_share + 1e-9).all()


@settings(max_examples=40)
@given(st.lists(st.tuples(TIMES, st.integers(0, 50)), max_size=30), st.integers(0, 45))
def test_reach_curve_counts_who_is_within(rows: list[tuple[float, int]], limit_s: int) -> None:
    times = np.array([time for time, _ in rows], dtype=float)
    people = np.array([count for _, count in rows], dtype=float)
    curve = reach_curve(times, people)
    assert curve.within(limit_s) == people[times <= limit_s].sum()
    assert (np.diff(curve.travel_time_s) > 0).all()
