"""A good choice of sites, quickly: greedy, then exchanges while they gain."""

import numpy as np
from numpy.typing import NDArray

from facility_coverage.siting.kernels import best_two, exchange_changes, reduced_profits
from facility_coverage.siting.savings import Lines, Savings
from facility_coverage.siting.solution import Deadline

_NOISE = 1e-12
"""Share of everything that could be saved below which a change is rounding of a float sum."""


def greedy(savings: Savings) -> NDArray[np.int64]:
    """Choose the site that saves most, again and again; ties go to the lower id.

    Where sites differ in price, the site that saves most for its price is taken instead if that
    ends better.

    Parameters
    ----------
    savings
        The problem.

    Returns
    -------
    NDArray
        Positions of sites, ascending; never worse than any single site.
    """
    search = _Search(savings)
    chosen = search.grown(np.empty(0, dtype=np.int64), by_price=False)
    if savings.counted:
        return np.sort(chosen)
    other = search.grown(np.empty(0, dtype=np.int64), by_price=True)
    better = search.saved(other).sum() > search.saved(chosen).sum()
    return np.sort(other if better else chosen)


def greedy_order(savings: Savings) -> NDArray[np.int64]:
    """Return the sites of the greedy choice in the order in which they are taken.

    Parameters
    ----------
    savings
        The problem.

    Returns
    -------
    NDArray
        Positions of sites.
    """
    return _Search(savings).grown(np.empty(0, dtype=np.int64), by_price=False)


def improved(savings: Savings, chosen: NDArray[np.int64], deadline: Deadline) -> NDArray[np.int64]:
    """Exchange one site for another, the best exchange first, and add what still fits.

    Parameters
    ----------
    savings
        The problem.
    chosen
        Positions of sites that the allowance permits.
    deadline
        When to stop.

    Returns
    -------
    NDArray
        Positions of sites, ascending; never worse than those given.
    """
    search = _Search(savings)
    best = search.grown(chosen, by_price=False)
    while not deadline.over():
        better = search.exchanged(best)
        if better is None:
            break
        best = search.grown(better, by_price=False)
    return np.sort(best)


def equal_exchanges(savings: Savings, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find exchanges of one chosen site for another that save just as much.

    Parameters
    ----------
    savings
        The problem, dominated sites included.
    chosen
        Positions of sites.

    Returns
    -------
    NDArray
        Shape (t, 2): positions of the site that goes and the one that comes.
    """
    search = _Search(savings)
    change = search.changes(chosen)[:-1]
    places, others = np.nonzero((np.abs(change) <= search.noise) & search.fits(chosen))
    return np.column_stack([chosen[places], others]).astype(np.int64)


def losses(savings: Savings, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what each chosen site saves that no other chosen one would.

    Parameters
    ----------
    savings
        The problem.
    chosen
        Positions of sites.

    Returns
    -------
    NDArray
        Shape (chosen,).
    """
    n = len(savings.weight)
    best, second, server = np.empty(n), np.empty(n), np.empty(n, dtype=np.int64)
    best_two(*savings.columns, chosen, best, second, server)
    served = server >= 0
    lost = (best - second)[served]
    return np.bincount(server[served], weights=lost, minlength=len(chosen)).astype(np.float64)


class _Search:
    """Savings as compiled loops want them; rows that must be served outweigh all others."""

    def __init__(self, savings: Savings) -> None:
        self.savings = savings
        total = float(savings.top.sum()) if len(savings.weight) else 0.0
        self.noise = _NOISE * total
        bonus = np.where(savings.must, total + 1.0, 0.0)
        rows, columns = savings.rows, savings.columns
        owner = np.repeat(np.arange(len(savings.weight)), np.diff(rows.indptr))
        self.rows = Lines(rows.indptr, rows.indices, rows.saving + bonus[owner])
        self.columns = Lines(
            columns.indptr, columns.indices, columns.saving + bonus[columns.indices]
        )

    def changes(self, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what exchanging (last row: adding) each site changes."""
        n = len(self.savings.weight)
        best, second, server = np.empty(n), np.empty(n), np.empty(n, dtype=np.int64)
        best_two(*self.columns, chosen, best, second, server)
        change = np.empty((len(chosen) + 1, len(self.savings.price)))
        exchange_changes(*self.rows, best, second, server, change)
        change[:, chosen] = -np.inf
        return change

    def fits(self, chosen: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which exchanges the allowance permits, shape (chosen, sites)."""
        price = self.savings.price
        room = self.savings.allowance - price[chosen].sum() + price[chosen]
        return np.asarray(price[None, :] <= room[:, None])

    def saved(self, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what chosen sites save each row; what must be served outweighs all others."""
        best = np.zeros(len(self.savings.weight))
        for j in chosen.tolist():
            part = slice(self.columns.indptr[j], self.columns.indptr[j + 1])
            rows = self.columns.indices[part]
            best[rows] = np.maximum(best[rows], self.columns.saving[part])
        return best

    def grown(self, chosen: NDArray[np.int64], *, by_price: bool) -> NDArray[np.int64]:
        """Add the site that gains most (for its price) while one fits and gains."""
        price = self.savings.price
        paid, gain = self.saved(chosen), np.empty(len(price))
        while True:
            reduced_profits(*self.columns, paid, gain)
            room = self.savings.allowance - price[chosen].sum()
            gain[(price > room) | ~(gain > self.noise)] = -np.inf
            gain[chosen] = -np.inf
            if by_price:
                np.divide(gain, price, out=gain, where=price > 0)
            if not len(gain) or np.isneginf(gain.max()):
                return chosen
            site = int(np.argmax(gain))
            chosen = np.append(chosen, site)
            np.maximum(paid, self.saved(chosen[-1:]), out=paid)

    def exchanged(self, chosen: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """Return the choice after its best exchange, or None where none gains anything."""
        if not len(chosen):
            return None
        change = np.where(self.fits(chosen), self.changes(chosen)[:-1], -np.inf)
        place, other = np.unravel_index(int(np.argmax(change)), change.shape)
        if not change[place, other] > self.noise:
            return None
        return np.sort(np.append(np.delete(chosen, place), other))
