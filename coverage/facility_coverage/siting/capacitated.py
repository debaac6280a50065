"""Covering and median with room for so many people a site: the norm is 50 to 100 thousand a centre.

The people of a demand row may be split among sites: a row is many people. In persons z_ij::

    capacitated MCLP      max Σ_i Σ_{j ∈ N_i} z_ij
    capacitated p-median  min Σ_i Σ_j t_ij z_ij

subject to  Σ_j z_ij ≤ a_i (median: = a_i),  Σ_i z_ij ≤ C_j Y_j,  0 ≤ z_ij ≤ a_i Y_j,
Σ_{j ∉ F} Y_j ≤ p (or Σ_{j ∉ F} b_j Y_j ≤ B),  Y_j = 1 for j ∈ F (Current and Storbeck 1988; symbols
in ``problem``). Existing sites have room for C_j too.

Without capacities nobody is worse off: the uncapacitated bound holds, and stands where the model
is too large for the integer solver.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from facility_coverage.errors import LimitError
from facility_coverage.siting.lagrangian import knapsack
from facility_coverage.siting.local_search import greedy_order
from facility_coverage.siting.mclp import covering, mclp
from facility_coverage.siting.p_median import p_median
from facility_coverage.siting.problem import (
    Allowance,
    Budget,
    Problem,
    SiteCount,
    check_allowance,
    check_limit,
    within,
)
from facility_coverage.siting.solution import (
    Deadline,
    Effort,
    Reduction,
    Solution,
    infeasible,
    status_of,
)
from facility_coverage.siting.transport import Plan, Trips, assign, search, trips_of

_ROUNDING = 1e-7
"""Relative tolerance of HiGHS: as far as that, objective and bound are the same number."""
_LIKELY = 4
"""Where all sites are too many for the integer solver, so many per site asked are searched for a
better plan; the bound is of all sites."""


def capacitated_mclp(
    problem: Problem, allowance: Allowance, *, limit: float, effort: Effort | None = None
) -> Solution:
    """Choose the sites that can take the most people from within a threshold.

    Parameters
    ----------
    problem
        The problem; existing sites are locked.
    allowance
        How much may be built.
    limit
        T, inclusive.
    effort
        How long to look; the default effort if None.

    Returns
    -------
    Solution
        Objective and bound in people, those served by existing sites included; ``assigned`` tells
        who goes where.

    Raises
    ------
    InputError
        If an argument is not usable.
    """
    check_allowance(problem, allowance)
    check_limit("limit", limit)
    effort = effort or Effort()
    deadline = effort.start()
    free = mclp(problem, allowance, limit=limit, effort=_half(effort))
    case = _Case(problem, within(problem, limit), allowance, everybody=False)
    bound = min(free.bound, _room(case))
    return _solved(case, "capacitated_mclp", free, bound, deadline)


def capacitated_p_median(
    problem: Problem, allowance: Allowance, *, effort: Effort | None = None
) -> Solution:
    """Choose the sites with which the sum of all ways is least, if no site is overfull.

    Parameters
    ----------
    problem
        The problem; existing sites are locked.
    allowance
        How much may be built.
    effort
        How long to look; the default effort if None.

    Returns
    -------
    Solution
        Objective and bound in person-seconds (or metres); ``assigned`` tells who goes where.
        Infeasible if not everybody whom some site can serve finds room.

    Raises
    ------
    InputError
        If an argument is not usable.
    LimitError
        If within the effort neither a plan that serves everybody was found nor a proof that
        there is none.
    """
    check_allowance(problem, allowance)
    effort = effort or Effort()
    deadline = effort.start()
    free = p_median(problem, allowance, effort=_half(effort))
    if free.status == "infeasible":
        return replace(free, model="capacitated_p_median")
    case = _Case(problem, problem.cost, allowance, everybody=True)
    return _solved(case, "capacitated_p_median", free, -free.bound, deadline)


class _Case:
    """The trips of a problem and what may be built."""

    def __init__(
        self, problem: Problem, cost: csr_array, allowance: Allowance, *, everybody: bool
    ) -> None:
        counted = not isinstance(allowance, Budget)
        price = np.ones(len(problem.site_id)) if counted else problem.site_cost
        self.problem, self.cost = problem, cost
        self.trips: Trips = trips_of(problem, cost, price, everybody=everybody)
        self.most = float(allowance.total if isinstance(allowance, Budget) else allowance.n)


def _half(effort: Effort) -> Effort:
    """Return the effort with half the time."""
    limit_s = effort.time_limit_s
    return effort if limit_s is None else replace(effort, time_limit_s=limit_s / 2.0)


def _room(case: _Case) -> float:
    """Return how many people the sites can take at most, whoever they are."""
    trips = case.trips
    room = np.where(trips.locked, 0.0, trips.capacity)
    share, _ = knapsack(room, trips.price, case.most)
    return float(trips.capacity[trips.locked].sum() + room @ share)


def _solved(case: _Case, model: str, free: Solution, bound: float, deadline: Deadline) -> Solution:
    """Improve on the sites of the uncapacitated model and on its bound."""
    trips = case.trips
    open_ = np.isin(trips.column, free.chosen) | trips.locked
    plan = assign(trips, open_)
    solver = free.solver
    if not (plan is not None and _same(plan.value, bound)) and not deadline.over():
        whole = 3 * len(trips.group) <= deadline.effort.core_pairs
        likely = trips if whole else trips.only(open_ | _likely(case))
        proven, better = search(likely, case.most, plan, deadline)
        if better is not None and (plan is None or better.value > plan.value):
            plan = better
        if whole:
            bound, solver = min(bound, proven), "highs"
    if plan is None:
        blocking = _blocking(case, open_)
        if bound > -np.inf:
            msg = (
                "no plan found with room for everybody, {count} demand rows are left, "
                "and no proof that there is none; allow more sites or more capacity"
            )
            raise LimitError(msg, count=len(blocking))
        return infeasible(model, free.unit, free.reduction, free.unserved, blocking)
    return _answer(case, model, free, plan, bound, solver, deadline)


def _answer(
    case: _Case,
    model: str,
    free: Solution,
    plan: Plan,
    bound: float,
    solver: str,
    deadline: Deadline,
) -> Solution:
    """Tell what was found in the terms of the model."""
    sense = -1.0 if case.trips.everybody else 1.0
    if _same(plan.value, bound) or bound < plan.value:
        bound = plan.value
    load = np.bincount(plan.trips.site, weights=plan.persons, minlength=len(plan.open_))
    used = (load > _ROUNDING * case.problem.weight.sum()) & ~case.trips.locked
    return Solution(
        model=model,
        status=status_of(sense * plan.value, sense * bound, deadline),
        chosen=case.trips.column[used],
        objective=sense * plan.value,
        bound=sense * bound,
        unit=free.unit,
        unserved=free.unserved,
        blocking=np.empty(0, dtype=np.int64),
        ties=np.empty((0, 2), dtype=np.int64),
        reduction=Reduction(),
        solver=solver,
        assigned=_by_row(case.problem, plan),
    )


def _same(value: float, bound: float) -> bool:
    """Tell whether two numbers are the same within the solver's tolerance."""
    return abs(bound - value) <= _ROUNDING * abs(value)


def _likely(case: _Case) -> NDArray[np.bool_]:
    """Tell which sites the greedy choice of several times as many sites would take."""
    free = int((~case.problem.locked).sum())
    asked = case.most / max(float(case.trips.price.max(initial=0.0)), 1.0)
    wide = SiteCount(min(free, _LIKELY * max(int(asked), 1)))
    savings = covering(case.problem, wide, case.cost)
    return np.isin(case.trips.column, savings.column[greedy_order(savings)])


def _blocking(case: _Case, open_: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the rows that are not all served when open sites take as many as they can."""
    trips = replace(case.trips, gain=np.ones(len(case.trips.gain)), everybody=False)
    plan = assign(trips, open_)
    served = np.zeros(len(trips.people)) if plan is None else plan.served()
    left = served < trips.people * (1.0 - _ROUNDING)
    return np.flatnonzero(np.append(left, False)[trips.member])


def _by_row(problem: Problem, plan: Plan) -> csr_array:
    """Share the persons of a group out to its demand rows, by their people."""
    trips = plan.trips
    by_group = csr_array(
        (plan.persons, (trips.group, trips.column[trips.site])),
        shape=(len(trips.people), len(problem.site_id)),
    )
    rows = np.flatnonzero(trips.member >= 0)
    part = problem.weight[rows] / trips.people[trips.member[rows]]
    shares = csr_array(
        (part, (rows, trips.member[rows])), shape=(len(problem.weight), len(trips.people))
    )
    table = csr_array(shares @ by_group)
    table.eliminate_zeros()
    table.sort_indices()
    return table
