"""People whom each facility reaches, and whom it alone reaches."""

import numpy as np
from scipy.sparse import csr_array

from facility_coverage.assessment.facility_reach import people_reached
from facility_coverage.thresholds import Threshold

PEOPLE = np.array([100.0, 20.0, 3.0, 0.5])


def od(*rows: dict[int, float]) -> csr_array:
    """Return costs by facility; a cost of 0 is a cost."""
    offset = np.cumsum([0, *(len(row) for row in rows)])
    columns = [column for row in rows for column in row]
    return csr_array(
        ([cost for row in rows for cost in row.values()], columns, offset), shape=(len(rows), 4)
    )


def test_shared_people_count_for_each_and_for_none_alone() -> None:
    """Within 300 s: f reaches homes 0 and 1, g reaches 1 and 2; home 3 is 301 s from g.

    Alone: f 100 people, g 3; the 20 of home 1 belong to neither.
    """
    costs = od({0: 0.0, 1: 300.0}, {1: 10.0, 2: 299.0, 3: 301.0})
    total, unique = people_reached(costs, PEOPLE, Threshold("minutes", 5.0))
    assert total.tolist() == [120.0, 23.0]
    assert unique.tolist() == [100.0, 3.0]


def test_being_beyond_the_threshold_of_another_is_being_alone() -> None:
    """Home 1 is in the table of both, yet within 5 minutes of the second only."""
    costs = od({1: 300.1}, {1: 300.0})
    total, unique = people_reached(costs, PEOPLE, Threshold("minutes", 5.0))
    assert total.tolist() == [0.0, 20.0]
    assert unique.tolist() == [0.0, 20.0]


def test_two_facilities_on_one_spot_lose_nobody_when_one_closes() -> None:
    costs = od({0: 5.0, 3: 5.0}, {0: 5.0, 3: 5.0})
    total, unique = people_reached(costs, PEOPLE, Threshold("metres", 5.0))
    assert total.tolist() == [100.5, 100.5]
    assert unique.tolist() == [0.0, 0.0]


def test_a_facility_that_reaches_nobody() -> None:
    total, unique = people_reached(od({}, {2: 1.0}), PEOPLE, Threshold("metres", 5.0))
    assert total.tolist() == [0.0, 3.0]
    assert unique.tolist() == [0.0, 3.0]
