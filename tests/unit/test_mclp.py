"""Maximal covering, worked by hand."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from facility_coverage.siting.mclp import coverage_curve, mclp
from facility_coverage.siting.problem import Allowance, Budget, Problem, SiteCount, siting_problem
from facility_coverage.siting.solution import Effort, Solution


def problem_of(
    covers: list[list[int]],
    weight: list[float],
    *,
    locked: list[bool] | None = None,
    site_cost: list[float] | None = None,
) -> Problem:
    """Return candidates that each cover the listed places at no cost."""
    rows = [place for places in covers for place in places]
    columns = [site for site, places in enumerate(covers) for _ in places]
    marks = csr_array((np.zeros(len(rows)), (rows, columns)), shape=(len(weight), len(covers)))
    return siting_problem(
        marks,
        weight,
        [f"{site:02d}" for site in range(len(covers))],
        locked=locked,
        site_cost=site_cost,
    )


def chosen(
    covers: list[list[int]],
    weight: list[float],
    allowance: Allowance,
    *,
    locked: list[bool] | None = None,
    site_cost: list[float] | None = None,
) -> Solution:
    problem = problem_of(covers, weight, locked=locked, site_cost=site_cost)
    return mclp(problem, allowance, limit=0.0)


def test_an_exchange_mends_what_greed_took_first() -> None:
    """Greed takes the middle (6 people) and then one side (2 more). Both sides cover all 10."""
    middle, left, right = [1, 2, 3], [0, 1, 2], [3, 4]
    found = chosen([middle, left, right], [2.0] * 5, SiteCount(2))
    assert found.chosen.tolist() == [1, 2]
    assert (found.status, found.objective, found.bound) == ("optimal", 10.0, 10.0)


def test_no_site_is_chosen_that_adds_nobody() -> None:
    """The second covers what the first does, the third only where nobody lives."""
    found = chosen([[0, 1], [0], [2]], [5.0, 1.0, 0.0], SiteCount(3))
    assert found.chosen.tolist() == [0]
    assert found.objective == 6.0
    assert found.reduction.sites_dominated == 2


def test_ties_go_to_the_lower_id_and_are_told() -> None:
    found = chosen([[1], [0], [2]], [4.0, 4.0, 4.0], SiteCount(1))
    assert found.chosen.tolist() == [0]
    assert found.ties.tolist() == [[0, 1], [0, 2]]


def test_existing_sites_count_but_are_not_counted() -> None:
    """The locked first covers 5; the second adds nobody, the third 2."""
    found = chosen([[0], [0], [1]], [5.0, 2.0, 3.0], SiteCount(1), locked=[True, False, False])
    assert found.chosen.tolist() == [2]
    assert found.objective == 7.0
    assert found.unserved.tolist() == [2]
    assert found.reduction.demand_served == 1


def test_a_budget_buys_two_cheap_sites_rather_than_a_dear_one() -> None:
    """The dear site covers 5 for 3, the two cheap ones 3 each for 1.5."""
    covers, weight = [[0], [1], [2]], [5.0, 3.0, 3.0]
    found = chosen(covers, weight, Budget(3.0), site_cost=[3.0, 1.5, 1.5])
    assert found.chosen.tolist() == [1, 2]
    assert found.objective == 6.0


def test_a_site_that_costs_nothing_is_built() -> None:
    found = chosen([[0], [1]], [5.0, 3.0], Budget(0.0), site_cost=[1.0, 0.0])
    assert found.chosen.tolist() == [1]


def test_nothing_to_choose_from() -> None:
    assert chosen([[]], [1.0], SiteCount(1)).chosen.tolist() == []
    assert chosen([[0]], [1.0], SiteCount(0)).chosen.tolist() == []
    assert chosen([], [1.0], SiteCount(0)).unserved.tolist() == [0]
    nobody_new = chosen([[0], [0]], [1.0], SiteCount(1), locked=[True, False])
    assert (nobody_new.status, nobody_new.objective) == ("optimal", 1.0)


def test_the_curve_repeats_its_last_number() -> None:
    people, bound = coverage_curve(problem_of([[0, 1], [1], [2]], [5.0, 1.0, 2.0]), 3, limit=0.0)
    assert people.tolist() == [0.0, 6.0, 8.0, 8.0]
    assert bound.tolist() == pytest.approx([0.0, 6.0, 8.0, 8.0], abs=0.5)
    nobody = coverage_curve(problem_of([[], []], [1.0]), 2, limit=0.0)
    assert [values.tolist() for values in nobody] == [[0.0] * 3] * 2


def rivals(seed: int) -> tuple[list[list[int]], list[float]]:
    """Return 30 candidates and 100 places on which the multipliers leave a gap."""
    rng = np.random.default_rng(seed)
    marks = rng.random((30, 100)) < 0.08
    return [np.flatnonzero(row).tolist() for row in marks], [1.0] * 100


def test_branch_and_cut_proves_what_multipliers_cannot() -> None:
    problem = problem_of(*rivals(3))
    best = mclp(problem, SiteCount(6), limit=0.0)
    assert (best.status, best.solver) == ("optimal", "highs")
    rough = mclp(problem, SiteCount(6), limit=0.0, effort=Effort(core_pairs=0))
    assert rough.status == "feasible"
    assert rough.bound >= best.objective >= rough.objective


def test_a_gap_that_is_good_enough_ends_the_search() -> None:
    found = mclp(problem_of(*rivals(3)), SiteCount(6), limit=0.0, effort=Effort(gap=0.2))
    assert found.status == "feasible"
    assert 0.0 < found.gap <= 0.2


def test_no_time_leaves_a_labelled_answer_and_a_bound_that_holds() -> None:
    problem = problem_of(*rivals(3))
    best = mclp(problem, SiteCount(6), limit=0.0)
    late = mclp(problem, SiteCount(6), limit=0.0, effort=Effort(time_limit_s=0.0))
    assert late.status == "time_limit"
    assert late.bound >= best.objective >= late.objective > 0.0


def test_equal_effort_gives_an_equal_answer() -> None:
    """A few checks of the integer solver end at the same place every time."""
    problem = problem_of(*rivals(2))
    answers = [
        mclp(problem, SiteCount(6), limit=0.0, effort=Effort(rounds=30, checks=3)) for _ in range(2)
    ]
    assert repr(answers[0]) == repr(answers[1])
