"""A proven bound in seconds: Lagrangian multipliers of a problem in the form of savings.

For any payments u_i ≤ max_j s_ij (u_i ≥ 0 unless row i must be served) no choice saves more than

    L(u) = Σ_i u_i + max { Σ_j r_j Y_j : Σ_j b_j Y_j ≤ B, 0 ≤ Y_j ≤ 1 },  r_j = Σ_i (s_ij - u_i)⁺

because each row is served at most once. The best u give the bound of the linear relaxation; they
are approached by a subgradient method (Held, Wolfe and Crowder 1974) with deflected directions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from facility_coverage.siting.kernels import reduced_profits, turn, walk
from facility_coverage.siting.local_search import improved
from facility_coverage.siting.savings import Savings
from facility_coverage.siting.solution import Deadline, relative_gap

_MEMORY = 0.95
"""Share of the last direction in the next one."""
_PATIENCE = 15
"""Rounds without progress after which steps become shorter, by the factor ``_SHORTER``."""
_SHORTER = 0.5**0.5
_FIRST, _SHORTEST = 0.1, 1e-5
_PROGRESS = 1e-5
_START = (0.15, 0.5, 0.9)
"""First payments, as shares of the most that a row can save, by how many sites serve the row."""
_ASIDE = 150
"""Rounds between two tries to mend the current relaxed answer into a choice of sites."""


@dataclass(frozen=True, eq=False)
class Relaxed:
    """Multipliers and what follows from them.

    Attributes
    ----------
    bound
        No choice has a greater value.
    paid
        Shape (rows,): the multipliers.
    profit
        Shape (sites,): what a site saves beyond what is paid, less its share of the allowance;
        a choice with a site of negative profit is worth at most the bound plus that profit.
    share
        Shape (sites,): how far each site was open over the last rounds, on average; close to the
        linear relaxation's answer (Barahona and Anbil 2000).
    chosen
        The best choice known.
    """

    bound: float
    paid: NDArray[np.float64]
    profit: NDArray[np.float64]
    share: NDArray[np.float64]
    chosen: NDArray[np.int64]


def relax(savings: Savings, chosen: NDArray[np.int64], deadline: Deadline) -> Relaxed:
    """Bound what any choice saves, and look for a better one on the way.

    Parameters
    ----------
    savings
        The problem.
    chosen
        A good choice.
    deadline
        When to stop; ``rounds`` steps at most.

    Returns
    -------
    Relaxed
        The least bound found.
    """
    run = _Run(savings, chosen, deadline)
    for round_ in range(deadline.effort.rounds):
        if run.finished() or deadline.over():
            break
        if round_ % _ASIDE == _ASIDE - 1:
            run.mend()
        run.step()
    run.mend()
    return run.result()


def knapsack(
    profit: NDArray[np.float64], price: NDArray[np.float64], allowance: float
) -> tuple[NDArray[np.float64], float]:
    """Fill an allowance with the most profitable sites; the last one may be opened in part.

    Parameters
    ----------
    profit, price
        Shape (sites,), not negative.
    allowance
        Sum of prices at most.

    Returns
    -------
    share, rate
        How far each site is open, and the profit per price at which the allowance ends.
    """
    rate = np.where(profit > 0, np.inf, 0.0)
    np.divide(profit, price, out=rate, where=price > 0)
    order = np.argsort(-rate, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(price[order])[:-1]])
    left = np.maximum(allowance - before, 0.0)
    part = np.ones(len(order))
    np.divide(left, price[order], out=part, where=price[order] > 0)
    share = np.empty(len(order))
    share[order] = np.minimum(part, 1.0)
    share[profit <= 0] = 0.0
    partly = np.flatnonzero(share[order] < 1.0)
    return share, float(rate[order[partly[0]]]) if len(partly) else 0.0


def bounds_by_count(savings: Savings, paid: NDArray[np.float64], n_max: int) -> NDArray[np.float64]:
    """Return what 0 to n_max sites can save at most, by one set of multipliers.

    Parameters
    ----------
    savings
        The problem; its own allowance does not count.
    paid
        Shape (rows,): multipliers.
    n_max
        Greatest number of sites.

    Returns
    -------
    NDArray
        Shape (n_max + 1,).
    """
    profit = np.empty(len(savings.price))
    reduced_profits(*savings.columns, paid, profit)
    best = np.concatenate([[0.0], np.cumsum(-np.sort(-profit))])
    return np.asarray(paid.sum() + best[np.minimum(np.arange(n_max + 1), len(profit))])


class _Run:
    """The subgradient method under way."""

    def __init__(self, savings: Savings, chosen: NDArray[np.int64], deadline: Deadline) -> None:
        n, m = savings.unit.shape
        self.savings, self.deadline = savings, deadline
        self.chosen = chosen
        self.value = savings.value(chosen) if savings.serves_all(chosen) else -np.inf
        self.floor = np.where(savings.must, -np.inf, 0.0)
        times = np.diff(csr_array(savings.unit[:, chosen]).indptr)
        self.paid = savings.top * np.array(_START)[np.minimum(times, 2)]
        self.best_paid = self.paid.copy()
        self.direction = np.zeros(n)
        self.bound, self.length, self.waited = np.inf, _FIRST, 0
        self.profit = np.empty(m)
        self.share, self.average = np.zeros(m), np.zeros(m)
        self._price_out()

    def _price_out(self) -> None:
        """Bound the value at the present payments."""
        savings = self.savings
        reduced_profits(*savings.columns, self.paid, self.profit)
        self.share, _ = knapsack(self.profit, savings.price, savings.allowance)
        now = float(self.paid.sum() + (self.profit * self.share).sum())
        self.now = now
        slow = not now < self.bound - _PROGRESS * abs(self.bound) if self.bound < np.inf else False
        self.waited = self.waited + 1 if slow else 0
        if now < self.bound:
            self.bound = now
            self.best_paid = self.paid.copy()

    def step(self) -> None:
        """Pay less for what is served too often and more for what is not."""
        if self.waited >= _PATIENCE:
            self.length *= _SHORTER
            self.waited = 0
            self.paid = self.best_paid.copy()
            self.direction[:] = 0.0
            self._price_out()
        savings = self.savings
        turn(*savings.columns, self.paid, self.share, _MEMORY, self.direction)
        self.average = _MEMORY * self.average + (1.0 - _MEMORY) * self.share
        goal = self.value if self.value > -np.inf else 0.9 * self.bound
        far = self.length * (self.now - goal + 1e-3 * abs(goal))
        if walk(self.paid, self.direction, self.floor, savings.top, far) == 0.0:
            self.length = 0.0
            return
        self._price_out()

    def finished(self) -> bool:
        """Tell whether the gap is small enough or steps lead nowhere any more."""
        if self.bound <= self.value or self.length < _SHORTEST:
            return True
        if self.value == -np.inf:
            return False
        objective = self.savings.objective(self.value)
        bound = self.savings.objective(self.bound)
        return relative_gap(objective, bound) <= self.deadline.effort.gap

    def mend(self) -> None:
        """Exchange from the sites that the relaxed answer likes best."""
        savings = self.savings
        order = np.argsort(-self.profit, kind="stable")
        fits = np.cumsum(savings.price[order]) <= savings.allowance
        found = improved(savings, np.sort(order[fits & (self.profit[order] > 0)]), self.deadline)
        value = savings.value(found)
        if value > self.value and savings.serves_all(found):
            self.chosen, self.value = found, value

    def result(self) -> Relaxed:
        """Return what is known at the best payments."""
        savings = self.savings
        reduced_profits(*savings.columns, self.best_paid, self.profit)
        _, rate = knapsack(self.profit, savings.price, savings.allowance)
        return Relaxed(
            max(self.bound, self.value),
            self.best_paid,
            self.profit - rate * savings.price,
            self.average,
            self.chosen,
        )
