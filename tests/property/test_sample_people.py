"""Sharing out whole persons loses and invents nobody."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from facility_coverage.sample.people import shared_out

weights = st.lists(st.integers(0, 3000), min_size=1, max_size=60).filter(any)


@given(st.integers(0, 300_000), weights)
def test_everyone_is_counted_once(total: int, weight: list[int]) -> None:
    persons = shared_out(total, np.array(weight))
    assert persons.sum() == total
    assert persons.min() >= 0


@given(st.integers(0, 300_000), weights)
def test_nobody_is_further_than_one_from_the_exact_share(total: int, weight: list[int]) -> None:
    persons = shared_out(total, np.array(weight))
    exact = total * np.array(weight) / sum(weight)
    assert np.abs(persons - exact).max() < 1.0 + 1e-9


@given(st.integers(0, 300_000), weights)
def test_no_weight_no_people(total: int, weight: list[int]) -> None:
    persons = shared_out(total, np.array(weight))
    assert not persons[np.array(weight) == 0].any()
