"""Set covering: the fewest new sites with which everybody, or a share of all, is within reach.

LSCP: min Σ_j Y_j  subject to  Σ_{j ∈ N_i} Y_j ≥ 1 for every i with N_i ≠ ∅ (Toregas and others
1971). Partial: min Σ_j Y_j  subject to  Σ_i a_i X_i ≥ α Σ_i a_i,  X_i ≤ Σ_{j ∈ N_i} Y_j. In both
Y_j = 1 for existing sites, which are not counted. Demand that no site can serve is listed; it is
part of Σ_i a_i in the partial problem, so that α is a share of all people.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from facility_coverage.errors import InputError
from facility_coverage.siting.branch_and_cut import close_gap
from facility_coverage.siting.cover import count_entries, fewest_sites, levels_of
from facility_coverage.siting.kernels import implied_rows
from facility_coverage.siting.lagrangian import bounds_by_count, relax
from facility_coverage.siting.local_search import greedy_order, improved, losses
from facility_coverage.siting.mclp import covering
from facility_coverage.siting.problem import (
    Problem,
    SiteCount,
    check_limit,
    unserved_rows,
    within,
)
from facility_coverage.siting.savings import Savings
from facility_coverage.siting.solution import (
    Deadline,
    Effort,
    Reduction,
    Solution,
    infeasible,
    status_of,
)

ROUNDING = 1e-9
"""Relative rounding of a sum of people."""


def lscp(
    problem: Problem, *, limit: float, share: float = 1.0, effort: Effort | None = None
) -> Solution:
    """Find the fewest new sites that bring people within a threshold.

    Parameters
    ----------
    problem
        The problem; existing sites are locked.
    limit
        T, inclusive.
    share
        Share of all people, above 0. 1: all whom some site can serve.
    effort
        How long to look; the default effort if None.

    Returns
    -------
    Solution
        Objective and bound in sites. Infeasible if fewer than the share can be served at all.

    Raises
    ------
    InputError
        If an argument is not usable.
    """
    check_limit("limit", limit)
    if not 0.0 < share <= 1.0:
        msg = "share {share} is not usable; give a number above 0, at most 1"
        raise InputError(msg, share=share)
    model = "lscp" if share == 1.0 else "partial_lscp"
    deadline = (effort or Effort()).start()
    trips = within(problem, limit)
    unserved = unserved_rows(problem, trips)
    sites = SiteCount(int((~problem.locked).sum()))
    savings = covering(problem, sites, trips)
    need = share * math.fsum(problem.weight) - savings.offset
    if share == 1.0:
        savings = replace(savings, must=np.ones(len(savings.weight), dtype=bool))
        need = math.fsum(savings.weight)
    elif need > math.fsum(savings.weight) * (1.0 + ROUNDING):
        return infeasible(model, "sites", savings.reduction, unserved, unserved)
    found = fewest(savings, need, deadline)
    objective, bound = float(len(found.chosen)), float(found.bound)
    return Solution(
        model=model,
        status=status_of(objective, bound, deadline),
        chosen=savings.column[found.chosen],
        objective=objective,
        bound=bound,
        unit="sites",
        unserved=unserved,
        blocking=np.empty(0, dtype=np.int64),
        ties=savings.column[_ties(savings, need, found.chosen)],
        reduction=found.reduction,
        solver=found.solver,
    )


@dataclass(frozen=True, eq=False)
class Fewest:
    """The fewest sites known that cover enough.

    Attributes
    ----------
    chosen
        Positions of sites in the savings given, ascending.
    bound
        Fewer sites than this cannot do.
    reduction
        What was left out.
    solver
        What gave the bound.
    """

    chosen: NDArray[np.int64]
    bound: int
    reduction: Reduction
    solver: str


def fewest(
    savings: Savings, need: float, deadline: Deadline, *, target: int | None = None
) -> Fewest:
    """Find the fewest sites that cover enough people, or whether ``target`` sites can.

    Parameters
    ----------
    savings
        A covering problem whose allowance is all sites; every row must be served, or none.
    need
        People to be covered; all of them together can be.
    deadline
        When to stop.
    target
        Stop when it is settled whether so many sites do; None: go on to the fewest.

    Returns
    -------
    Fewest
        A choice that does, and a bound.
    """
    small = _reduced(savings) if savings.must.any() else savings.without_dominated()
    need = min(need, math.fsum(small.weight)) * (1.0 - ROUNDING)
    chosen = _fewer(small, need, _first(small, need), deadline)
    bound, solver = _least(small, need, chosen, deadline), "lagrangian"
    goal = bound if target is None else target
    settled = len(chosen) <= goal or bound > goal
    small_enough = count_entries(small) <= deadline.effort.core_pairs
    if not settled and small_enough and not deadline.over():
        chosen, bound = _closed(small, need, chosen, bound, deadline)
        solver = "highs"
    at = np.flatnonzero(np.isin(savings.column, small.column[chosen]))
    return Fewest(at, bound, small.reduction, solver)


def _reduced(savings: Savings) -> Savings:
    """Drop sites that another one outdoes and rows that are covered whenever another one is."""
    while True:
        small = savings.without_dominated()
        out = implied_rows(
            small.columns.indptr, small.columns.indices, small.rows.indptr, small.rows.indices
        )
        if not out.any():
            return small
        reduction = replace(
            small.reduction, demand_implied=small.reduction.demand_implied + int(out.sum())
        )
        savings = replace(
            small,
            unit=csr_array(small.unit[np.flatnonzero(~out)]),
            weight=small.weight[~out],
            must=small.must[~out],
            reduction=reduction,
        )


def _enough(small: Savings, need: float, order: NDArray[np.int64]) -> int:
    """Return how many sites of an order cover enough, all of them if not even these do."""
    return bisect_left(range(len(order)), 1, key=lambda n: int(small.value(order[:n]) >= need))


def _first(small: Savings, need: float) -> NDArray[np.int64]:
    """Take the site that covers most until they do; then leave out what is not needed."""
    order = greedy_order(replace(small, must=np.zeros_like(small.must)))
    chosen = order[: _enough(small, need, order)]
    while len(chosen):
        spare = small.value(chosen) - need
        needless = np.flatnonzero(losses(small, chosen) <= spare)
        if not len(needless):
            break
        chosen = np.delete(chosen, needless[-1])
    return np.sort(chosen)


def _fewer(
    small: Savings, need: float, chosen: NDArray[np.int64], deadline: Deadline
) -> NDArray[np.int64]:
    """Do with one site less while exchanges then still reach enough people."""
    free = replace(small, must=np.zeros_like(small.must))
    while len(chosen) > 1 and not deadline.over():
        start = np.delete(chosen, int(np.argmin(losses(small, chosen))))
        less = improved(replace(free, allowance=float(len(start))), start, deadline)
        if small.value(less) < need:
            break
        chosen = less
    return chosen


def _least(small: Savings, need: float, chosen: NDArray[np.int64], deadline: Deadline) -> int:
    """Return how many sites are needed at least, by the multipliers of one site less."""
    if len(chosen) <= 1:
        return len(chosen)
    part = replace(small, allowance=float(len(chosen) - 1), must=np.zeros_like(small.must))
    relaxed = relax(part, chosen[:-1], deadline)
    bounds = bounds_by_count(part, relaxed.paid, len(chosen) - 1)
    return int(np.count_nonzero(bounds < need * (1.0 - ROUNDING)))


def _closed(
    small: Savings, need: float, chosen: NDArray[np.int64], bound: int, deadline: Deadline
) -> tuple[NDArray[np.int64], int]:
    """Branch and cut."""
    levels = levels_of(small)

    def mend(share: NDArray[np.float64]) -> tuple[NDArray[np.int64], float]:
        liked = np.flatnonzero(share > ROUNDING)
        order = liked[np.argsort(-share[liked], kind="stable")]
        count = _enough(small, need, order)
        enough = small.value(order[:count]) >= need
        return np.sort(order[:count]), -float(count) if enough else -np.inf

    closed = close_gap(
        fewest_sites(levels, small.price, need),
        levels,
        (chosen, -float(len(chosen))),
        mend,
        deadline,
        enough=1.0 - 1e-6,
    )
    best = chosen if closed.chosen is None else closed.chosen
    return best, max(bound, math.ceil(-closed.bound - 1e-6))


def _ties(savings: Savings, need: float, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return exchanges after which as many sites still do, shape (t, 2)."""
    others = np.setdiff1d(np.arange(len(savings.price)), chosen)
    pairs = []
    for site in chosen.tolist():
        rest = chosen[chosen != site]
        left = np.where(savings.unit[:, rest].sum(axis=1) > 0, 0.0, savings.weight)
        reached = math.fsum(savings.weight) - left.sum() + left @ savings.unit[:, others]
        fits = others[reached >= need * (1.0 - ROUNDING)]
        pairs += [(site, int(other)) for other in fits]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)
