"""The search that all models in the form of savings share, from a quick choice to a proof."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from facility_coverage.siting.branch_and_cut import Closed, close_gap
from facility_coverage.siting.cover import best_choice, count_entries, levels_of
from facility_coverage.siting.lagrangian import Relaxed, relax
from facility_coverage.siting.local_search import equal_exchanges, greedy, improved
from facility_coverage.siting.savings import Savings
from facility_coverage.siting.solution import (
    PROVEN,
    Deadline,
    Reduction,
    Solution,
    relative_gap,
    status_of,
)

_SAME = 1e-9
_NO_TIES = np.empty((0, 2), dtype=np.int64)
_LIKELY, _CHECKS = 4, 10
"""Where all sites are too many for branch and cut, so many per chosen one are searched for a
better choice, with so many checks at most; the bound is of all sites."""


@dataclass(frozen=True, eq=False)
class Found:
    """What the search found, in positions of the savings it was given.

    Attributes
    ----------
    chosen
        The best choice known.
    serves_all
        Whether it serves every row that must be served.
    value
        What it saves.
    bound
        No choice that serves them saves more; -inf: no choice serves them all.
    ties
        Shape (t, 2): exchanges that save just as much.
    reduction
        What was left out.
    solver
        What gave the bound.
    """

    chosen: NDArray[np.int64]
    serves_all: bool
    value: float
    bound: float
    ties: NDArray[np.int64]
    reduction: Reduction
    solver: str


def best_sites(savings: Savings, deadline: Deadline) -> Found:
    """Choose the sites that save most, and bound what any choice could save.

    Greedy and exchanges give a choice, Lagrangian multipliers a bound and often a better choice.
    What the bound cannot exclude goes, if it is small enough, to branch and cut; otherwise only the
    sites that the relaxed answer likes best do.

    Parameters
    ----------
    savings
        The problem, dominated sites included.
    deadline
        When to stop.

    Returns
    -------
    Found
        Independent of the order of rows and columns.
    """
    small = savings.without_dominated()
    if not len(small.weight):
        return Found(
            chosen=np.empty(0, dtype=np.int64),
            serves_all=True,
            value=0.0,
            bound=0.0,
            ties=_NO_TIES,
            reduction=small.reduction,
            solver="reductions",
        )
    relaxed = relax(small, improved(small, greedy(small), deadline), deadline)
    proof = _proven(small, relaxed, deadline)
    chosen = _positions(savings, proof.column)
    value = savings.value(chosen)
    bound = proof.bound
    if proof.serves_all:
        bound = max(_whole_people(savings, bound), value)
    return Found(
        chosen=chosen,
        serves_all=proof.serves_all,
        value=value,
        bound=bound,
        ties=equal_exchanges(savings, chosen) if proof.serves_all else _NO_TIES,
        reduction=replace(small.reduction, sites_excluded=proof.excluded),
        solver=proof.solver,
    )


@dataclass(frozen=True, eq=False)
class _Proof:
    """The best choice known, as columns of the problem, and what is proven of it."""

    column: NDArray[np.int64]
    serves_all: bool
    bound: float
    excluded: int
    solver: str


def _proven(small: Savings, relaxed: Relaxed, deadline: Deadline) -> _Proof:
    """Close the gap that the multipliers leave, as far as size and effort permit."""
    value, whole = small.value(relaxed.chosen), small.serves_all(relaxed.chosen)
    out = _excluded(relaxed, value if whole else -np.inf)
    column = small.column[relaxed.chosen]
    proof = _Proof(column, whole, relaxed.bound, int(out.sum()), "lagrangian")
    if deadline.over() or (whole and _near(small, value, relaxed.bound, deadline)):
        return proof
    core = small.only(~out) if out.any() else small
    known = column if whole else None
    if count_entries(core) > deadline.effort.core_pairs:
        core = small.only(_likely(relaxed))
        closed = _closed(core, known, deadline.shorter(_CHECKS))
    else:
        closed = _closed(core, known, deadline)
        excluded = proof.excluded + int(closed.excluded.sum())
        bound = min(relaxed.bound, closed.bound)
        proof = replace(proof, bound=bound, excluded=excluded, solver="highs")
    if closed.chosen is None:
        return proof
    return replace(proof, column=core.column[closed.chosen], serves_all=True)


def _excluded(relaxed: Relaxed, value: float) -> NDArray[np.bool_]:
    """Tell which sites the bound excludes from any choice as good as the best one known."""
    out = relaxed.bound + relaxed.profit < value - _SAME * abs(value)
    out[relaxed.chosen] = False
    return np.asarray(out, dtype=bool)


def _likely(relaxed: Relaxed) -> NDArray[np.bool_]:
    """Tell which sites the relaxed answer likes best, and those chosen."""
    kept = np.zeros(len(relaxed.share), dtype=bool)
    order = np.argsort(-relaxed.share, kind="stable")
    kept[order[: _LIKELY * max(len(relaxed.chosen), 1)]] = True
    kept[relaxed.chosen] = True
    return kept


def _near(savings: Savings, value: float, bound: float, deadline: Deadline) -> bool:
    """Tell whether the bound is near enough to stop."""
    bound = _whole_people(savings, bound)
    gap = relative_gap(savings.objective(value), savings.objective(max(bound, value)))
    return gap <= max(deadline.effort.gap, _SAME)


def _closed(core: Savings, known: NDArray[np.int64] | None, deadline: Deadline) -> Closed:
    """Branch and cut on the sites that are left."""
    levels = levels_of(core)
    program = best_choice(levels, core.price, core.allowance)

    def mend(share: NDArray[np.float64]) -> tuple[NDArray[np.int64], float]:
        order = np.argsort(-share, kind="stable")
        fits = np.cumsum(core.price[order]) <= core.allowance
        start = np.sort(order[fits & (share[order] > _SAME)])
        chosen = improved(core, start, deadline)
        return chosen, core.value(chosen) if core.serves_all(chosen) else -np.inf

    start = None if known is None else _positions(core, known)
    value = -np.inf if start is None else core.value(start)
    enough = deadline.effort.gap * abs(core.objective(value)) if start is not None else 0.0
    return close_gap(program, levels, (start, value), mend, deadline, enough=enough)


def _positions(savings: Savings, columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where columns of the problem stand among the sites of savings."""
    return np.flatnonzero(np.isin(savings.column, columns))


def _whole_people(savings: Savings, bound: float) -> float:
    """Round a bound down where only whole numbers can be saved."""
    whole = (savings.unit.data == 1.0).all() and (savings.weight == np.floor(savings.weight)).all()
    return float(np.floor(bound + _SAME * abs(bound))) if whole else bound


def solution_from(
    model: str,
    unit: str,
    savings: Savings,
    found: Found,
    deadline: Deadline,
    *,
    unserved: NDArray[np.int64],
    objective: float | None = None,
) -> Solution:
    """Tell what the search found in the terms of a model.

    Parameters
    ----------
    model, unit
        Name and unit of the objective.
    savings
        What was searched.
    found
        What was found.
    deadline
        Whether the clock ended the search.
    unserved
        Rows that no site can serve.
    objective
        The objective summed directly; from the savings by default.

    Returns
    -------
    Solution
        A bound is never on the wrong side of the objective.
    """
    best = savings.objective(found.value) if objective is None else objective
    bound = savings.sense * max(
        savings.sense * savings.objective(found.bound), savings.sense * best
    )
    return Solution(
        model=model,
        status=status_of(best, bound, deadline),
        chosen=savings.column[found.chosen],
        objective=best,
        bound=best if relative_gap(best, bound) <= PROVEN else bound,
        unit=unit,
        unserved=unserved,
        blocking=np.empty(0, dtype=np.int64),
        ties=savings.column[found.ties],
        reduction=found.reduction,
        solver=found.solver,
    )
