"""Choosing sites, worked by hand."""

import numpy as np
from scipy.sparse import csr_array

from facility_coverage.siting.mclp import ChosenSites, choose_sites


def chosen(covers: list[list[int]], weight: list[float], sites: int) -> ChosenSites:
    """Choose among candidates that each cover the listed places."""
    columns = [place for row in covers for place in row]
    offset = np.cumsum([0, *(len(row) for row in covers)])
    marks = csr_array((np.zeros(len(columns)), columns, offset), shape=(len(covers), len(weight)))
    return choose_sites(marks, np.array(weight), sites)


def test_an_exchange_mends_what_greed_took_first() -> None:
    """Greed takes the middle (6 people) and then one side (2 more). Both sides cover all 10."""
    middle, left, right = [1, 2, 3], [0, 1, 2], [3, 4]
    weight = [2.0, 2.0, 2.0, 2.0, 2.0]
    found = chosen([middle, left, right], weight, 2)
    assert found.candidate.tolist() == [1, 2]
    assert found.gain.tolist() == [6.0, 4.0]


def test_sites_come_in_the_order_of_what_they_add() -> None:
    """Alone they cover 3, 5 and 4 people; after the second the third adds 3, the first 2."""
    covers, weight = [[0, 1], [1, 2, 3], [3, 4]], [2.0, 1.0, 3.0, 1.0, 3.0]
    found = chosen(covers, weight, 3)
    assert found.candidate.tolist() == [1, 2, 0]
    assert found.gain.tolist() == [5.0, 3.0, 2.0]


def test_no_site_is_chosen_that_adds_nobody() -> None:
    """The second covers what the first does, the third only where nobody lives."""
    found = chosen([[0, 1], [0], [2]], [5.0, 1.0, 0.0], 3)
    assert found.candidate.tolist() == [0]
    assert found.gain.tolist() == [6.0]


def test_ties_go_to_the_lower_row() -> None:
    assert chosen([[1], [0], [2]], [4.0, 4.0, 4.0], 2).candidate.tolist() == [0, 1]


def test_a_stored_zero_marks_a_place_as_covered() -> None:
    """A candidate in front of a home is 0 s away: the mark counts, not its value."""
    assert chosen([[0]], [7.0], 1).gain.tolist() == [7.0]


def test_nothing_to_choose_from() -> None:
    nobody_near: list[list[int]] = [[]]
    for found in (chosen([], [1.0], 2), chosen([[0]], [1.0], 0), chosen(nobody_near, [1.0], 1)):
        assert found.candidate.tolist() == []
        assert found.gain.tolist() == []
