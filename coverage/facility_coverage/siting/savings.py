"""What each site saves each row of demand: the one form that covering and median models share.

Choose sites so that Σ_i a_i max_{j open} s_ij is greatest, s_ij ≥ 0 being what a person of row i
gains if site j serves. Covering: s_ij = 1 within the threshold. Median: s_ij = U - t_ij, U being
the cost of a person whom nobody serves. Existing sites are taken out beforehand: what remains of
s_ij is what a new site would add to the best of them.

The form is canonical: sites in the order of their ids, rows in the order of what serves them, and
sums that do not depend on an order. So no answer depends on the order of rows or columns.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from facility_coverage.siting.kernels import dominated_columns
from facility_coverage.siting.problem import Allowance, Budget, Problem
from facility_coverage.siting.solution import Reduction


class Lines(NamedTuple):
    """Columns (or rows) of savings: offsets, ascending indices, savings of all people of a row."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int64]
    saving: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Savings:
    """A problem in the form above.

    Attributes
    ----------
    unit
        Shape (rows, sites): what a person of the row gains from the site, positive.
    weight
        Shape (rows,), persons, positive.
    must
        Shape (rows,): rows that some new site has to serve.
    price
        Shape (sites,): what a site takes from the allowance.
    allowance
        Sum of prices at most.
    column
        Shape (sites,): columns of the problem.
    offset, sense
        The model's objective is ``offset + sense * value`` where value is the sum above.
    reduction
        What was left out.
    """

    unit: csr_array
    weight: NDArray[np.float64]
    must: NDArray[np.bool_]
    price: NDArray[np.float64]
    allowance: float
    column: NDArray[np.int64]
    offset: float
    sense: float
    reduction: Reduction

    @cached_property
    def rows(self) -> Lines:
        """Savings by row."""
        return _lines(csr_array(self.unit * self.weight[:, None]))

    @cached_property
    def columns(self) -> Lines:
        """Savings by site."""
        by_row = csr_array(
            (self.rows.saving, self.rows.indices, self.rows.indptr), shape=self.unit.shape
        )
        return _lines(by_row.tocsc())

    @cached_property
    def top(self) -> NDArray[np.float64]:
        """The most that each row can save, shape (rows,)."""
        return np.maximum.reduceat(self.rows.saving, self.rows.indptr[:-1])

    @property
    def counted(self) -> bool:
        """Whether the allowance counts sites: all cost the same."""
        return bool((self.price == 1.0).all())

    def value(self, chosen: NDArray[np.int64]) -> float:
        """Return the sum that chosen sites (positions here) save; independent of any order."""
        best = self.unit[:, chosen].max(axis=1).toarray().ravel() if len(chosen) else 0.0
        return math.fsum(self.weight * best)

    def serves_all(self, chosen: NDArray[np.int64]) -> bool:
        """Tell whether chosen sites serve every row that has to be served."""
        return not (self.must & ~_touched(self.unit, chosen)).any()

    def objective(self, value: float) -> float:
        """Return the model's objective of a value."""
        return self.offset + self.sense * value

    def only(self, kept: NDArray[np.bool_]) -> "Savings":
        """Return the problem with fewer sites; rows that are now alike are merged."""
        small = replace(
            self,
            unit=csr_array(self.unit[:, np.flatnonzero(kept)]),
            price=self.price[kept],
            column=self.column[kept],
        )
        return small.merged()

    def merged(self) -> "Savings":
        """Return the problem with rows alike added up, in canonical order."""
        unit = self.unit
        keys: dict[bytes, list[int]] = {}
        for i in np.flatnonzero(np.diff(unit.indptr)).tolist():
            part = slice(unit.indptr[i], unit.indptr[i + 1])
            key = unit.indices[part].astype(">i8").tobytes() + unit.data[part].tobytes()
            keys.setdefault(key, []).append(i)
        groups = [keys[key] for key in sorted(keys)]
        first = np.array([group[0] for group in groups], dtype=np.int64)
        merged = sum(map(len, groups)) - len(groups)
        return replace(
            self,
            unit=csr_array(unit[first]),
            weight=np.array([math.fsum(self.weight[group]) for group in groups]),
            must=np.array([self.must[group].any() for group in groups], dtype=bool),
            reduction=replace(self.reduction, demand_merged=self.reduction.demand_merged + merged),
        )

    def without_dominated(self) -> "Savings":
        """Return the problem without sites that another one outdoes everywhere."""
        out = dominated_columns(*self.columns, self.rows.indptr, self.rows.indices, self.price)
        reduction = replace(
            self.reduction, sites_dominated=self.reduction.sites_dominated + int(out.sum())
        )
        return replace(self, reduction=reduction).only(~out)


def savings_of(
    problem: Problem,
    allowance: Allowance,
    unit: csr_array,
    *,
    must: NDArray[np.bool_],
    worst: float = 0.0,
    sense: float = 1.0,
) -> Savings:
    """Bring a problem into the form of savings.

    Parameters
    ----------
    problem
        The problem.
    allowance
        How much may be built.
    unit
        Shape (demand, sites): what a person gains; not above 0 is nothing.
    must
        Shape (demand,): rows that some site has to serve.
    worst
        The model's objective if nobody gained anything.
    sense
        1 where the model's objective grows with what is gained, -1 where it falls.

    Returns
    -------
    Savings
        In canonical order, existing sites taken out, dominated sites still in.
    """
    free = np.flatnonzero(~problem.locked)
    column = free[np.argsort(np.array(problem.site_id, dtype=object)[free])]
    existing = unit[:, np.flatnonzero(problem.locked)]
    have = np.zeros(unit.shape[0])
    if existing.shape[1]:
        have = np.maximum(existing.max(axis=1).toarray().ravel(), 0.0)
    people = problem.weight > 0
    new = csr_array(unit[:, column])
    owner = np.repeat(np.arange(new.shape[0]), np.diff(new.indptr))
    more = new.data - have[owner]
    kept = (more > 0) & people[owner]
    left = csr_array((more[kept], (owner[kept], new.indices[kept])), shape=new.shape)
    left.sort_indices()
    counted = not isinstance(allowance, Budget)
    served = int((people & (have > 0) & (np.diff(left.indptr) == 0)).sum())
    return Savings(
        left,
        problem.weight,
        must & (have <= 0),
        np.ones(len(column)) if counted else problem.site_cost[column],
        float(allowance.n if not isinstance(allowance, Budget) else allowance.total),
        column,
        worst + sense * math.fsum(problem.weight * have),
        sense,
        Reduction(demand_served=served),
    ).merged()


def _lines(matrix: csr_array | csc_array) -> Lines:
    """Return the arrays of a sparse matrix for compiled loops."""
    matrix.sort_indices()
    return Lines(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64), matrix.data)


def _touched(unit: csr_array, chosen: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which rows a chosen site serves."""
    marks = unit[:, chosen]
    return np.asarray(np.diff(marks.indptr) > 0)
