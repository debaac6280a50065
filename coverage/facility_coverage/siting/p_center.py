"""p-center: the new sites with which the longest way of anybody is shortest.

min W  subject to  W ≥ Σ_j t_ij X_ij,  Σ_j X_ij = 1,  X_ij ≤ Y_j,  Σ_{j ∉ F} Y_j ≤ p,  Y_j = 1 for
j ∈ F (Hakimi 1964; symbols in ``problem``). W is one of the stored costs, and p sites suffice for
W exactly if the set covering problem within W needs at most p (Minieka 1970): the costs are
searched by halving. Demand without people does not count; demand that no site can serve is listed.
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from facility_coverage.errors import LimitError
from facility_coverage.siting.lscp import fewest
from facility_coverage.siting.mclp import covering
from facility_coverage.siting.p_median import nearest_costs
from facility_coverage.siting.problem import (
    Problem,
    SiteCount,
    check_allowance,
    unserved_rows,
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


def p_center(problem: Problem, n_sites: int, *, effort: Effort | None = None) -> Solution:
    """Choose the sites with which nobody's way is longer than need be.

    Parameters
    ----------
    problem
        The problem; existing sites are locked.
    n_sites
        p, at most.
    effort
        How long to look; the default effort if None. It holds for each cost that is tried.

    Returns
    -------
    Solution
        Objective and bound in seconds (or metres).

    Raises
    ------
    InputError
        If there are fewer candidates.
    LimitError
        If within the effort neither a choice that reaches everybody was found nor a proof that
        there is none.
    """
    check_allowance(problem, SiteCount(n_sites))
    deadline = (effort or Effort()).start()
    unserved = unserved_rows(problem, problem.cost)
    served = (problem.weight > 0) & (np.diff(problem.cost.indptr) > 0)
    halving = _Halving(replace(problem, weight=served.astype(float)), n_sites, deadline)
    halving.search()
    if halving.best is None:
        blocking = np.flatnonzero(served & np.isinf(nearest_costs(problem, halving.tried)))
        if not halving.proven:
            msg = (
                "no {sites} sites found that reach everybody, {count} demand rows are left, "
                "and no proof that there are none; allow more sites"
            )
            raise LimitError(msg, sites=n_sites, count=len(blocking))
        return infeasible("p_center", "cost", halving.reduction, unserved, blocking)
    objective = float(nearest_costs(problem, halving.best)[served].max(initial=0.0))
    return Solution(
        model="p_center",
        status=status_of(objective, min(halving.bound, objective), deadline),
        chosen=halving.best,
        objective=objective,
        bound=min(halving.bound, objective),
        unit="cost",
        unserved=unserved,
        blocking=np.empty(0, dtype=np.int64),
        ties=_ties(problem, halving.best, objective, served),
        reduction=halving.reduction,
        solver=halving.solver,
    )


class _Halving:
    """The search for the least cost within which p sites reach everybody.

    ``best`` is the best choice known, ``tried`` the fewest sites that reach everybody at any
    cost but too many, ``proven`` tells whether too many they must be, and ``bound`` is the least
    cost that is not excluded.
    """

    def __init__(self, problem: Problem, n_sites: int, deadline: Deadline) -> None:
        self.problem, self.n_sites, self.deadline = problem, n_sites, deadline
        owner = np.repeat(np.arange(len(problem.weight)), np.diff(problem.cost.indptr))
        counts = problem.weight[owner] > 0
        nearest = np.full(len(problem.weight), np.inf)
        np.minimum.at(nearest, owner[counts], problem.cost.data[counts])
        least = nearest[np.isfinite(nearest)].max(initial=0.0)
        costs = problem.cost.data[counts]
        self.costs = np.unique(np.append(costs[costs >= least], least))
        self.bound = float(least)
        self.best: NDArray[np.int64] | None = None
        self.tried = np.empty(0, dtype=np.int64)
        self.proven = False
        self.reduction, self.solver = Reduction(), "reductions"

    def search(self) -> None:
        """Halve the costs between one that is too small and one that is enough."""
        low, high = 0, len(self.costs) - 1
        if not self._reaches(high):
            return
        while low < high:
            middle = (low + high) // 2
            if self._reaches(middle):
                high = middle
            else:
                low = middle + 1

    def _reaches(self, at: int) -> bool:
        """Tell whether so many sites are known to reach everybody within a cost."""
        limit = float(self.costs[at])
        everywhere = SiteCount(int((~self.problem.locked).sum()))
        savings = covering(self.problem, everywhere, within(self.problem, limit))
        savings = replace(savings, must=np.ones(len(savings.weight), dtype=bool))
        need = math.fsum(savings.weight)
        found = fewest(savings, need, self.deadline, target=self.n_sites)
        chosen = savings.column[found.chosen]
        self.reduction, self.solver = found.reduction, found.solver
        if len(chosen) <= self.n_sites:
            self.best = chosen
            return True
        self.proven = found.bound > self.n_sites
        self.tried = chosen[: self.n_sites]
        if self.proven and self.bound <= limit and at + 1 < len(self.costs):
            self.bound = float(self.costs[at + 1])
        return False


def _ties(
    problem: Problem, chosen: NDArray[np.int64], longest: float, served: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return exchanges after which nobody's way is longer, shape (t, 2)."""
    trips = within(problem, longest)
    marks = csr_array((np.ones(trips.nnz), trips.indices, trips.indptr), shape=trips.shape)
    ids = np.array(problem.site_id, dtype=object)
    others = np.setdiff1d(np.flatnonzero(~problem.locked), chosen)
    others = others[np.argsort(ids[others])]
    pairs = []
    for site in chosen.tolist():
        open_ = problem.locked.copy()
        open_[chosen] = True
        open_[site] = False
        left = served & (marks[:, np.flatnonzero(open_)].sum(axis=1) == 0)
        reached = left.astype(float) @ marks[:, others]
        pairs += [(site, int(other)) for other in others[reached == left.sum()]]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)
