"""What each chosen site adds: the laws of marginal gains, against every order of building."""

from itertools import permutations
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from street_scenes import laws

from facility_coverage.siting.gains import rank_by_gain

Choice = tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.int64]]


@st.composite
def choices(draw: st.DrawFn) -> Choice:
    """Draw which of up to 8 candidates covers which of 10 places, people, and up to 5 sites."""
    rows = draw(st.lists(st.lists(st.booleans(), min_size=10, max_size=10), min_size=1, max_size=8))
    people = draw(st.lists(st.integers(0, 9), min_size=10, max_size=10))
    site = st.integers(0, len(rows) - 1)
    chosen = draw(st.lists(site, max_size=5, unique=True))
    return np.array(rows), np.array(people, dtype=float), np.array(chosen, dtype=np.int64)


def costs(covers: NDArray[np.bool_]) -> csr_array:
    """Return the marks as costs: stored zeros mark too."""
    rows, columns = np.nonzero(covers)
    offset = np.concatenate([[0], np.cumsum(covers.sum(axis=1))])
    return csr_array((np.zeros(len(rows)), columns, offset), shape=covers.shape)


def gain_in_order(
    covers: NDArray[np.bool_], people: NDArray[np.float64], order: tuple[int, ...]
) -> dict[int, float]:
    """Build sites one after another and count whom each newly covers."""
    covered = np.zeros(len(people), dtype=bool)
    gains = {}
    for site in order:
        gains[site] = float(people[covers[site] & ~covered].sum())
        covered |= covers[site]
    return gains


@laws(50)
@given(choices())
def test_the_mean_is_that_of_every_order_of_building(choice: Choice) -> None:
    covers, people, chosen = choice
    gains = rank_by_gain(costs(covers), people, chosen)
    orders = [gain_in_order(covers, people, order) for order in permutations(chosen.tolist())]
    for row, site in enumerate(gains.site.tolist()):
        assert np.isclose(gains.mean[row], np.mean([order[site] for order in orders]))
        assert gains.alone[row] == max(order[site] for order in orders)
        assert gains.last[row] == min(order[site] for order in orders)


@laws(50)
@given(choices())
def test_last_mean_and_alone_rise_and_the_means_add_up(choice: Choice) -> None:
    covers, people, chosen = choice
    gains = rank_by_gain(costs(covers), people, chosen)
    assert (gains.last <= gains.mean).all()
    assert (gains.mean <= gains.alone).all()
    total = people[covers[chosen].any(axis=0)].sum()
    assert np.isclose(gains.mean.sum(), total)
    assert gains.gain.sum() == total
    assert np.array_equal(gains.by_point.sum(axis=1), gains.gain)


@laws(50)
@given(choices(), st.randoms(use_true_random=False))
def test_ranks_follow_the_greatest_gain_whatever_the_order_of_the_choice(
    choice: Choice, random: Random
) -> None:
    covers, people, chosen = choice
    gains = rank_by_gain(costs(covers), people, chosen)
    assert sorted(gains.site.tolist()) == sorted(chosen.tolist())
    assert (np.diff(gains.gain) <= 0).all()
    in_order = gain_in_order(covers, people, tuple(gains.site.tolist()))
    assert gains.gain.tolist() == [in_order[site] for site in gains.site.tolist()]
    mixed = chosen.tolist()
    random.shuffle(mixed)
    again = rank_by_gain(costs(covers), people, np.array(mixed, dtype=np.int64))
    assert again.site.tolist() == gains.site.tolist()
