"""Siting problems small enough to try every choice, and the choices tried."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, combinations

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from facility_coverage.siting.problem import Budget, Problem, SiteCount, siting_problem

LIMIT = 5.0


@dataclass(frozen=True, eq=False)
class Small:
    """A dense problem: inf where there is no trip. Locked sites come with the others."""

    cost: NDArray[np.float64]
    weight: NDArray[np.float64]
    locked: NDArray[np.bool_]
    price: NDArray[np.float64]
    capacity: NDArray[np.float64]
    count: int
    budget: float

    def with_count(self, count: int) -> "Small":
        """Return the problem with so many sites asked, at most as many as there are."""
        return replace(self, count=min(count, int((~self.locked).sum())))

    def without(self, site: int) -> "Small":
        """Return the problem without what belongs to a site, its costs taken out already."""
        return replace(
            self,
            locked=np.delete(self.locked, site),
            price=np.delete(self.price, site),
            capacity=np.delete(self.capacity, site),
        )

    @property
    def problem(self) -> Problem:
        """Return the problem in the order drawn."""
        return self.shuffled(np.arange(len(self.weight)), np.arange(len(self.locked)))

    def shuffled(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Problem:
        """Return the problem with its rows and columns in another order; ids stay with sites."""
        cost = self.cost[rows][:, columns]
        return siting_problem(
            sparse(cost),
            self.weight[rows],
            [f"site {j:02d}" for j in columns],
            locked=self.locked[columns],
            site_cost=self.price[columns],
            capacity=self.capacity[columns],
        )

    def choices(self, allowance: SiteCount | Budget) -> Iterator[list[int]]:
        """Yield every set of new sites that an allowance permits."""
        free = np.flatnonzero(~self.locked).tolist()
        sizes = (combinations(free, n) for n in range(len(free) + 1))
        for chosen in chain.from_iterable(sizes):
            if isinstance(allowance, Budget):
                fits = self.price[list(chosen)].sum() <= allowance.total
            else:
                fits = len(chosen) <= allowance.n
            if fits:
                yield list(chosen)

    def open_with(self, chosen: list[int]) -> list[int]:
        """Return chosen and existing sites."""
        return sorted({*chosen, *np.flatnonzero(self.locked).tolist()})

    def nearest(self, chosen: list[int]) -> NDArray[np.float64]:
        """Return everybody's way to the nearest open site."""
        return np.asarray(self.cost[:, self.open_with(chosen)].min(axis=1, initial=np.inf))

    def covered(self, chosen: list[int]) -> float:
        """Return the people within the limit of an open site."""
        return float(self.weight[self.nearest(chosen) <= LIMIT].sum())

    @property
    def servable(self) -> NDArray[np.bool_]:
        """Tell which rows with people some site can serve."""
        return np.isfinite(self.cost).any(axis=1) & (self.weight > 0)

    def spent(self, chosen: list[int]) -> float:
        """Return the sum of all ways, inf where somebody who could be served is not."""
        return float(self.nearest(chosen)[self.servable] @ self.weight[self.servable])

    def longest(self, chosen: list[int]) -> float:
        """Return the longest way, inf where somebody who could be served is not."""
        return float(self.nearest(chosen)[self.servable].max(initial=0.0))

    def carried(self, chosen: list[int], gain: NDArray[np.float64], *, everybody: bool) -> float:
        """Return the best worth of trips into limited room, -inf where there is not enough."""
        sites = self.open_with(chosen)
        trips = [(i, j) for i in range(len(self.weight)) for j in sites if np.isfinite(gain[i, j])]
        rows = np.flatnonzero(self.servable) if everybody else np.arange(len(self.weight))
        if not trips:
            return -np.inf if everybody and len(rows) else 0.0
        served = np.array([[float(i == row) for i, _ in trips] for row in rows])
        taken = np.array([[float(j == site) for _, j in trips] for site in sites])
        room = np.minimum(self.capacity[sites], 1e9)
        equal = {"A_eq": served, "b_eq": self.weight[rows]} if everybody else {}
        limits = (
            (taken, room)
            if everybody
            else (np.vstack([served, taken]), np.append(self.weight[rows], room))
        )
        worth = [-gain[i, j] for i, j in trips]
        answer = linprog(worth, A_ub=limits[0], b_ub=limits[1], **equal)
        return -float(answer.fun) if answer.status == 0 else -np.inf


def sparse(cost: NDArray[np.float64]) -> csr_array:
    """Return finite costs as a sparse matrix that stores zeros too."""
    rows, columns = np.nonzero(np.isfinite(cost))
    return csr_array((cost[rows, columns], (rows, columns)), shape=cost.shape)


@st.composite
def smalls(draw: st.DrawFn, *, most_sites: int = 7) -> Small:
    """Draw a small problem with many equal numbers, empty rows and columns, and zeros."""
    d, m = draw(st.integers(1, 9)), draw(st.integers(1, most_sites))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    cost = rng.integers(0, 11, (d, m)).astype(float)
    cost[rng.random((d, m)) < draw(st.sampled_from([0.1, 0.4, 0.7]))] = np.inf
    weight = rng.integers(0, 4, d).astype(float) + (rng.random() < 0.3) * rng.random(d)
    weight[0] += 1.0
    return Small(
        cost,
        weight,
        rng.random(m) < draw(st.sampled_from([0.0, 0.3])),
        rng.integers(0, 5, m).astype(float),
        rng.integers(0, 8, m).astype(float),
        0,
        float(draw(st.integers(0, 9))),
    ).with_count(draw(st.integers(0, 4)))
