"""p-median: the new sites with which the way of all people together is shortest.

min Σ_i Σ_j a_i t_ij X_ij  subject to  Σ_j X_ij = 1,  X_ij ≤ Y_j,  Σ_{j ∉ F} Y_j ≤ p (or
Σ_{j ∉ F} b_j Y_j ≤ B),  Y_j = 1 for j ∈ F,  X_ij, Y_j ∈ {0, 1} (ReVelle and Swain 1970; symbols in
``problem``). Everybody goes to the nearest open site. Demand that no site can serve does not
count; it is listed. Whoever lives beyond every *open* site either must not (then a choice may not
exist) or counts with a cost that the caller names.
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from facility_coverage.errors import LimitError
from facility_coverage.siting.problem import (
    Allowance,
    Problem,
    check_allowance,
    check_limit,
    unserved_rows,
)
from facility_coverage.siting.savings import savings_of
from facility_coverage.siting.search import best_sites, solution_from
from facility_coverage.siting.solution import Effort, Solution, infeasible


def p_median(
    problem: Problem,
    allowance: Allowance,
    *,
    unserved_cost: float | None = None,
    effort: Effort | None = None,
) -> Solution:
    """Choose the sites with which the sum of all ways is least.

    Parameters
    ----------
    problem
        The problem; existing sites are locked.
    allowance
        How much may be built.
    unserved_cost
        What a person counts who lives beyond every open site, and the most that anybody counts:
        a farther site is no use. None: everybody whom some site can serve must be served.
    effort
        How long to look; the default effort if None.

    Returns
    -------
    Solution
        Objective and bound in person-seconds (or metres).

    Raises
    ------
    InputError
        If an argument is not usable.
    LimitError
        If everybody must be served, and within the effort neither a choice that does so was
        found nor a proof that there is none.
    """
    check_allowance(problem, allowance)
    deadline = (effort or Effort()).start()
    trips = problem.cost
    servable = (problem.weight > 0) & (np.diff(trips.indptr) > 0)
    if unserved_cost is None:
        beyond = float(trips.data.max(initial=0.0)) + 1.0
    else:
        check_limit("unserved_cost", unserved_cost)
        beyond = unserved_cost
    savings = savings_of(
        replace(problem, weight=np.where(servable, problem.weight, 0.0)),
        allowance,
        csr_array((beyond - trips.data, trips.indices, trips.indptr), shape=trips.shape),
        must=servable if unserved_cost is None else np.zeros_like(servable),
        worst=beyond * math.fsum(problem.weight[servable]),
        sense=-1.0,
    )
    found = best_sites(savings, deadline)
    unserved = unserved_rows(problem, trips)
    chosen = savings.column[found.chosen]
    nearest = nearest_costs(problem, chosen)
    if not found.serves_all:
        blocking = np.flatnonzero(servable & np.isinf(nearest))
        if found.bound > -np.inf:
            msg = (
                "no choice found that serves everybody, {count} demand rows are left, "
                "and no proof that there is none; allow more sites or name an unserved_cost"
            )
            raise LimitError(msg, count=len(blocking))
        return infeasible("p_median", "person-cost", found.reduction, unserved, blocking)
    spent = np.minimum(nearest, beyond)[servable] * problem.weight[servable]
    return solution_from(
        "p_median", "person-cost", savings, found, deadline,
        unserved=unserved, objective=math.fsum(spent),
    )  # fmt: skip


def nearest_costs(problem: Problem, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what it costs each demand row to get to its nearest open site.

    Parameters
    ----------
    problem
        The problem.
    chosen
        Columns of the new sites.

    Returns
    -------
    NDArray
        Shape (demand,), inf where no open site can be reached.
    """
    open_ = problem.locked.copy()
    open_[chosen] = True
    trips = problem.cost
    owner = np.repeat(np.arange(trips.shape[0]), np.diff(trips.indptr))
    kept = open_[trips.indices]
    nearest = np.full(trips.shape[0], np.inf)
    np.minimum.at(nearest, owner[kept], trips.data[kept])
    return nearest
