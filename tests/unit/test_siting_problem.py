"""What a siting problem may not be, and what its effort may not be."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.sparse import csr_array

from facility_coverage.errors import InputError, LimitError
from facility_coverage.siting.capacitated import capacitated_p_median
from facility_coverage.siting.lscp import lscp
from facility_coverage.siting.mclp import mclp
from facility_coverage.siting.p_center import p_center
from facility_coverage.siting.p_median import p_median
from facility_coverage.siting.problem import Budget, Problem, SiteCount, siting_problem
from facility_coverage.siting.solution import Effort, relative_gap
from facility_coverage.siting.two_tier import TierCounts, two_tier


def cost(rows: list[list[float]]) -> csr_array:
    return csr_array(np.array(rows))


def two(**more: object) -> Problem:
    """Return two sites, each with its own place."""
    arguments: dict[str, object] = {"weight": [1.0, 2.0], "site_id": ["a", "b"], **more}
    return siting_problem(cost([[3.0, 0.0], [0.0, 4.0]]), **arguments)  # type: ignore[arg-type] # wrong on purpose


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"weight": [1.0]}, "weight has shape (1,), but there are 2 demand rows"),
        ({"weight": [1.0, -2.0]}, "weight -2.0 at position 1"),
        ({"weight": [np.nan, 2.0]}, "weight nan at position 0"),
        ({"weight": [0.0, 0.0]}, "nobody lives at the 2 demand rows"),
        ({"site_id": ["a", "a"]}, "1 different ids for 2 sites"),
        ({"capacity": [1.0, -1.0]}, "capacity -1.0 at position 1"),
        ({"site_cost": [np.inf, 1.0]}, "site_cost inf at position 0"),
        ({"locked": [True]}, "locked has shape (1,), but there are 2 sites"),
    ],
)
def test_a_wrong_problem_is_refused_in_one_line(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=r"^[^\n]+$") as caught:
        two(**wrong)
    assert says in str(caught.value)


def test_a_trip_without_a_number_is_refused() -> None:
    with pytest.raises(InputError, match="cost of a trip nan at position 0"):
        siting_problem(cost([[np.nan]]), [1.0], ["a"])


CALLS: list[tuple[Callable[[], object], str]] = [
    (lambda: mclp(two(), SiteCount(3), limit=5.0), "3 sites asked of 2 candidates"),
    (lambda: mclp(two(), SiteCount(-1), limit=5.0), "-1 sites asked of 2 candidates"),
    (lambda: mclp(two(), Budget(-1.0), limit=5.0), "a budget of -1.0"),
    (lambda: mclp(two(), SiteCount(1), limit=np.nan), "limit nan"),
    (lambda: lscp(two(), limit=-1.0), "limit -1.0"),
    (lambda: lscp(two(), limit=5.0, share=0.0), "share 0.0"),
    (lambda: p_median(two(), SiteCount(1), unserved_cost=-1.0), "unserved_cost -1.0"),
    (lambda: p_center(two(locked=[True, False]), 2), "2 sites asked of 1 candidates"),
    (lambda: Effort(time_limit_s=-1.0).start(), "time_limit_s -1.0"),
    (lambda: Effort(gap=np.nan).start(), "gap nan"),
    (lambda: tiers(two(weight=[1.0, 3.0]), cost([[1.0, 0.0], [0.0, 0.0]])), "different demand"),
    (lambda: tiers(two(), cost([[1.0]])), "near has shape (1, 1)"),
]


def tiers(stations: Problem, near: csr_array) -> object:
    return two_tier(
        two(), stations, near, centre_limit=5.0, station_limit=5.0, allowance=TierCounts(1, 1)
    )


@pytest.mark.parametrize(("call", "says"), CALLS)
def test_a_wrong_question_is_refused_in_one_line(call: Callable[[], object], says: str) -> None:
    with pytest.raises(InputError, match=r"^[^\n]+$") as caught:
        call()
    assert says in str(caught.value)


def test_what_cannot_be_is_told_with_the_rows_that_make_it_so() -> None:
    """Each of two places has its own site; one site leaves one of them, the lighter by ways."""
    for found in (p_median(two(), SiteCount(1)), p_center(two(), 1)):
        assert found.status == "infeasible"
        assert len(found.blocking) == 1
        assert np.isnan(found.objective)
        assert np.isnan(found.gap)
    crowded = two(capacity=[1.0, 1.5])
    found = capacitated_p_median(crowded, SiteCount(2))
    assert (found.status, found.blocking.tolist()) == ("infeasible", [1])
    assert lscp(
        siting_problem(cost([[3.0], [0.0]]), [1.0, 2.0], ["a"]), limit=5.0, share=0.5
    ).blocking.tolist() == [1]


def test_without_the_time_for_a_proof_it_is_not_called_infeasible() -> None:
    late = Effort(time_limit_s=0.0)
    with pytest.raises(LimitError, match="1 demand rows are left, and no proof that there is"):
        p_median(two(), SiteCount(1), effort=late)
    with pytest.raises(LimitError, match="1 demand rows are left, and no proof that there is"):
        capacitated_p_median(two(capacity=[1.0, 1.5]), SiteCount(2), effort=late)


def test_the_clock_is_read_only_where_there_is_a_limit() -> None:
    def broken() -> float:
        raise AssertionError

    assert mclp(two(), SiteCount(1), limit=5.0, effort=Effort(clock=broken)).status == "optimal"
    ticks = iter(range(1000))
    timed = Effort(time_limit_s=500.0, clock=lambda: float(next(ticks)))
    assert mclp(two(), SiteCount(1), limit=5.0, effort=timed).status == "optimal"


def test_a_gap_from_nothing_is_infinite() -> None:
    assert relative_gap(0.0, 1.0) == np.inf
    assert relative_gap(0.0, 0.0) == 0.0
    assert relative_gap(4.0, 5.0) == 0.25
