"""Mid-size siting problems against another formulation of them, solved by scipy."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack

from facility_coverage.errors import LimitError
from facility_coverage.siting import branch_and_cut, cover
from facility_coverage.siting.branch_and_cut import close_gap
from facility_coverage.siting.capacitated import capacitated_mclp, capacitated_p_median
from facility_coverage.siting.cover import Levels, best_choice, levels_of, odd_cuts
from facility_coverage.siting.integer_program import Solver
from facility_coverage.siting.lscp import lscp
from facility_coverage.siting.mclp import covering, mclp
from facility_coverage.siting.p_center import p_center
from facility_coverage.siting.p_median import nearest_costs, p_median
from facility_coverage.siting.problem import Problem, SiteCount, siting_problem, within
from facility_coverage.siting.solution import Effort

SITES, PLACES = 30, 90
LIMIT = 1.0
FEW = SiteCount(6)
SMALL_CORE = Effort(core_pairs=50)


def strewn(seed: int, share: float = 0.07) -> Problem:
    """Return candidates that reach places at random, each place reached by some."""
    rng = np.random.default_rng(seed)
    cost = np.where(rng.random((PLACES, SITES)) < share, rng.integers(1, 9, (PLACES, SITES)), 0.0)
    cost[np.arange(PLACES), rng.integers(0, SITES, PLACES)] = 1.0
    cost[cost > 0] /= 9.0
    people = rng.integers(1, 9, PLACES).astype(float)
    ids = [f"{j:02d}" for j in range(SITES)]
    return siting_problem(csr_array(cost), people, ids, capacity=rng.integers(20, 90, SITES))


def fewest(problem: Problem, need: float) -> float:
    """Return the fewest sites with which so many people are reached."""
    d, m = problem.cost.shape
    marks = csr_array(problem.cost > 0, dtype=float)
    rows = vstack([hstack([marks, -eye_array(d)]), _row(np.append(np.zeros(m), problem.weight))])
    least = np.append(np.zeros(d), need)
    return _solved(np.append(np.ones(m), np.zeros(d)), rows, least, m)


def most(problem: Problem, sites: int) -> float:
    """Return the most people whom so many sites reach."""
    d, m = problem.cost.shape
    marks = csr_array(problem.cost > 0, dtype=float)
    rows = vstack([hstack([marks, -eye_array(d)]), _row(np.append(-np.ones(m), np.zeros(d)))])
    least = np.append(np.zeros(d), -sites)
    return -_solved(np.append(np.zeros(m), -problem.weight), rows, least, m)


def _row(values: NDArray[np.float64]) -> csr_array:
    return csr_array(values[None, :])


def _solved(
    cost: NDArray[np.float64], rows: csr_array, least: NDArray[np.float64], integral: int
) -> float:
    whole = (np.arange(len(cost)) < integral).astype(int)
    answer = milp(
        cost,
        constraints=LinearConstraint(rows.tocsc(), least, np.inf),
        integrality=whole,
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    return float(answer.fun)


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_cuts_and_branching_find_the_optimum(seed: int) -> None:
    problem = strewn(seed)
    covering = mclp(problem, FEW, limit=LIMIT)
    assert covering.status == "optimal"
    assert covering.objective == pytest.approx(most(problem, FEW.n))
    everybody = lscp(problem, limit=LIMIT)
    assert everybody.status == "optimal"
    assert everybody.objective == pytest.approx(fewest(problem, problem.weight.sum()))
    part = lscp(problem, limit=LIMIT, share=0.7)
    assert part.status == "optimal"
    assert part.objective == pytest.approx(fewest(problem, 0.7 * problem.weight.sum()))


def test_too_large_for_the_integer_solver_keeps_a_bound_that_holds() -> None:
    problem = strewn(3)
    best, rough = (mclp(problem, FEW, limit=LIMIT, effort=e) for e in (Effort(), SMALL_CORE))
    assert rough.status == "feasible"
    assert rough.bound >= best.objective >= rough.objective
    full, part = (lscp(problem, limit=LIMIT, effort=e) for e in (Effort(), SMALL_CORE))
    assert part.bound <= full.objective <= part.objective
    one, two = (
        capacitated_mclp(problem, FEW, limit=LIMIT, effort=e) for e in (Effort(), SMALL_CORE)
    )
    assert one.status == "optimal"
    assert two.bound >= one.objective >= two.objective > 0.0


def test_what_is_open_is_not_called_impossible() -> None:
    problem = strewn(0)
    needed = int(lscp(problem, limit=LIMIT).objective)
    with pytest.raises(LimitError, match="no proof that there are none"):
        p_center(problem, needed - 1, effort=Effort(rounds=5, core_pairs=0))
    found = p_center(problem, needed)
    assert (found.status, found.objective <= LIMIT) == ("optimal", True)
    tight = replace(problem, capacity=problem.capacity / 9.0)
    with pytest.raises(LimitError, match="no proof that there is none"):
        capacitated_p_median(tight, SiteCount(SITES), effort=Effort(checks=0, core_pairs=0))


def test_the_clock_can_end_the_integer_solver() -> None:
    """There is next to no time from the start; an end without a proof proves nothing."""
    problem = strewn(2)
    savings = covering(problem, FEW, within(problem, LIMIT))
    program = best_choice(levels_of(savings), savings.price, savings.allowance)
    for integral in (True, False):
        deadline = Effort(time_limit_s=1e-9, clock=lambda: 0.0).start()
        solver = Solver(program)
        answer = (
            solver.integral(None, deadline, enough=0.0) if integral else solver.relaxed(deadline)
        )
        assert deadline.hit
        assert answer.bound >= most(problem, FEW.n)


def test_rounds_of_cuts_come_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branch_and_cut, "_MOST_ROUNDS", 1)
    monkeypatch.setattr(cover, "_MOST_CUTS", 1)
    problem = strewn(3)
    found = mclp(problem, FEW, limit=LIMIT)
    assert (found.status, found.solver) == ("optimal", "highs")
    assert found.objective == pytest.approx(most(problem, FEW.n))


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_a_choice_that_serves_everybody_is_found_where_greed_finds_none(seed: int) -> None:
    problem = strewn(seed)
    needed = int(lscp(problem, limit=LIMIT).objective)
    found = p_median(problem, SiteCount(needed))
    assert found.status == "optimal"
    assert np.isfinite(nearest_costs(problem, found.chosen)).all()


def covers(*places: list[int]) -> Problem:
    """Return sites a, b, ... that each cover the listed places, one person each."""
    rows = [place for each in places for place in each]
    columns = [site for site, each in enumerate(places) for _ in each]
    marks = csr_array((np.ones(len(rows)), (rows, columns)))
    return siting_problem(marks, np.ones(marks.shape[0]), list("abcdef")[: len(places)])


def test_exchanges_save_a_site_that_greed_needs() -> None:
    """Four of five places: greed takes 2 and 3 first, and then needs two more for two others."""
    problem = covers([2, 3], [1, 3], [0], [4], [2, 4])
    found = lscp(problem, limit=LIMIT, share=0.8, effort=Effort(core_pairs=0))
    assert found.chosen.tolist() == [1, 4]


def test_a_site_that_later_ones_make_needless_is_left_out() -> None:
    """Greed takes the third, which the first two make needless."""
    found = lscp(covers([0, 1, 2], [3, 4, 5], [0, 1, 3, 4]), limit=LIMIT, share=0.99)
    assert found.chosen.tolist() == [0, 1]


def test_an_odd_cut_uses_each_row_once_and_none_that_is_too_slack() -> None:
    """Sites half open; two triangles of rows share their first row, its double is too slack."""
    rows = [[0, 1], [1, 2], [0, 2], [0, 1], [1, 3], [0, 3]]
    sets = csr_array(np.array([[float(j in row) for j in range(4)] for row in rows]))
    levels = Levels(sets, np.ones(6), np.zeros(6, dtype=bool))
    values = np.array([0.5, 0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 0.7, 0.8, 1.0])
    cuts = odd_cuts(levels, values)
    assert cuts.toarray().tolist() == [[-1.0, -1.0, -1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0]]


def test_without_a_choice_nothing_is_excluded_and_the_bound_stands() -> None:
    """No fractional answer can be mended here, and the integer solver may not look twice."""
    problem = strewn(0)
    savings = covering(problem, FEW, within(problem, LIMIT))
    levels = levels_of(savings)
    program = best_choice(levels, savings.price, savings.allowance)

    def hopeless(_: NDArray[np.float64]) -> tuple[NDArray[np.int64], float]:
        return np.empty(0, dtype=np.int64), -np.inf

    for checks in (0, 500):
        deadline = Effort(checks=checks).start()
        closed = close_gap(program, levels, (None, -np.inf), hopeless, deadline)
        assert closed.chosen is None
        assert not closed.excluded.any()
        assert closed.bound >= most(problem, FEW.n) * (1.0 - 1e-9)
