"""Two tiers: centres and, where no centre reaches, stations, so that most people reach either.

max Σ_i a_i X_i  subject to  X_i ≤ Σ_{k ∈ N^c_i} Y^c_k + Σ_{j ∈ N^s_i} Y^s_j  with N^c_i the centres
within the centre's threshold and N^s_i the stations within the station's,  Y^s_j + Y^c_k ≤ 1 where
centre k reaches the place of station j (a station stands only where no centre reaches),
Σ_k Y^c_k ≤ p_c,  Σ_j Y^s_j ≤ p_s  or  Σ_k b_k Y^c_k + Σ_j b_j Y^s_j ≤ B,  Y = 1 for existing sites
(symbols in ``problem``; D5 of the definitions). Existing stations stay, whoever reaches them.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, vstack

from facility_coverage.errors import InputError
from facility_coverage.siting.branch_and_cut import close_gap
from facility_coverage.siting.cover import best_choice, count_entries, levels_of
from facility_coverage.siting.integer_program import Program
from facility_coverage.siting.lagrangian import relax
from facility_coverage.siting.mclp import covering
from facility_coverage.siting.problem import (
    Budget,
    Problem,
    SiteCount,
    check_allowance,
    check_limit,
    siting_problem,
    unserved_rows,
    within,
)
from facility_coverage.siting.search import Found, solution_from
from facility_coverage.siting.solution import Deadline, Effort, Solution

_SAME = 1e-9


@dataclass(frozen=True)
class TierCounts:
    """At most so many new sites of each tier."""

    centres: int
    stations: int


@dataclass(frozen=True, eq=False)
class TwoTierSolution:
    """The answer of the two-tier model.

    Attributes
    ----------
    centres, stations
        Columns of the chosen sites in their own problems, in the order of their ids.
    solution
        Objective and bound in people; its columns are those of the centres, then, after all of
        them, those of the stations.
    """

    centres: NDArray[np.int64]
    stations: NDArray[np.int64]
    solution: Solution


def two_tier(
    centres: Problem,
    stations: Problem,
    near: csr_array,
    *,
    centre_limit: float,
    station_limit: float,
    allowance: TierCounts | Budget,
    effort: Effort | None = None,
) -> TwoTierSolution:
    """Choose centres and stations with which the most people are within reach of either.

    Parameters
    ----------
    centres, stations
        The two problems; rows and weights are the same demand.
    near
        Shape (stations, centres): stored where a centre reaches the place of a station.
    centre_limit, station_limit
        The thresholds, inclusive.
    allowance
        How much may be built.
    effort
        How long to look; the default effort if None.

    Returns
    -------
    TwoTierSolution
        No new station stands where an open centre reaches.

    Raises
    ------
    InputError
        If an argument is not usable or the two problems do not belong together.
    """
    check_limit("centre_limit", centre_limit)
    check_limit("station_limit", station_limit)
    _check_pair(centres, stations, near)
    _check_tiers(centres, stations, allowance)
    deadline = (effort or Effort()).start()
    joint, trips = _joint(centres, stations, near, centre_limit, station_limit)
    case = _Case(joint, trips, near, allowance)
    found = case.search(deadline)
    unserved = unserved_rows(joint, trips)
    solution = solution_from("two_tier", "people", case.savings, found, deadline, unserved=unserved)
    first = len(centres.site_id)
    chosen = solution.chosen
    return TwoTierSolution(chosen[chosen < first], chosen[chosen >= first] - first, solution)


def _check_pair(centres: Problem, stations: Problem, near: csr_array) -> None:
    """Refuse two problems about different people, or marks of another shape."""
    if not np.array_equal(centres.weight, stations.weight):
        msg = "centres and stations have different demand; give both the same rows and weights"
        raise InputError(msg)
    shape = (len(stations.site_id), len(centres.site_id))
    if near.shape != shape:
        msg = "near has shape {given}; give one row a station, one column a centre: {shape}"
        raise InputError(msg, given=near.shape, shape=shape)


def _check_tiers(centres: Problem, stations: Problem, allowance: TierCounts | Budget) -> None:
    """Refuse an allowance that is not usable."""
    if isinstance(allowance, Budget):
        check_allowance(centres, allowance)
    else:
        check_allowance(centres, SiteCount(allowance.centres))
        check_allowance(stations, SiteCount(allowance.stations))


def _joint(
    centres: Problem, stations: Problem, near: csr_array, centre_limit: float, station_limit: float
) -> tuple[Problem, csr_array]:
    """Lay the sites of both tiers side by side; a station at an existing centre reaches nobody."""
    by_centre, by_station = within(centres, centre_limit), within(stations, station_limit)
    taken = np.diff(csr_array(near[:, np.flatnonzero(centres.locked)]).indptr) > 0
    useless = taken & ~stations.locked
    owner = np.repeat(np.arange(by_station.shape[0]), np.diff(by_station.indptr))
    kept = ~useless[by_station.indices]
    ends = np.append(0, np.cumsum(np.bincount(owner[kept], minlength=by_station.shape[0])))
    allowed = csr_array(
        (by_station.data[kept], by_station.indices[kept], ends), shape=by_station.shape
    )
    trips = csr_array(hstack([by_centre, allowed], format="csr"))
    joint = siting_problem(
        trips,
        centres.weight,
        (*(f"c {i}" for i in centres.site_id), *(f"s {i}" for i in stations.site_id)),
        locked=np.append(centres.locked, stations.locked),
        site_cost=np.append(centres.site_cost, stations.site_cost),
    )
    return joint, trips


class _Case:
    """Savings of both tiers together, and which sites exclude each other."""

    def __init__(
        self, joint: Problem, trips: csr_array, near: csr_array, allowance: TierCounts | Budget
    ) -> None:
        if isinstance(allowance, TierCounts):
            room = (allowance.centres, allowance.stations)
            self.savings = covering(joint, SiteCount(sum(room)), trips)
        else:
            room = (len(joint.site_id), len(joint.site_id))
            self.savings = covering(joint, allowance, trips)
        column = self.savings.column
        first = near.shape[1]
        self.tier = np.where(column < first, 0, 1)
        self.room = np.array(room)
        place = np.full(len(joint.site_id), -1, dtype=np.int64)
        place[column] = np.arange(len(column))
        pairs = near.tocoo()
        stations, centres = place[first + pairs.coords[0]], place[pairs.coords[1]]
        both = (stations >= 0) & (centres >= 0)
        size = len(column)
        marks = csr_array(
            (np.ones(int(both.sum())), (stations[both], centres[both])), shape=(size, size)
        )
        self.near = marks
        self.apart = csr_array(marks + marks.T)

    def search(self, deadline: Deadline) -> Found:
        """Choose sites and bound what any choice could cover."""
        savings = self.savings
        none = np.empty(0, dtype=np.int64)
        tries = (self._filled(self._filled(none, tiers=1)), self._filled(none))
        chosen = max(tries, key=savings.value)
        value, bound, solver = savings.value(chosen), 0.0, "reductions"
        if len(savings.weight):
            bound, solver = relax(savings, chosen, deadline).bound, "lagrangian"
        small = count_entries(savings) <= deadline.effort.core_pairs
        if bound > value * (1.0 + _SAME) and small and not deadline.over():
            closed = close_gap(
                self._program(), levels_of(savings), (chosen, value), self._mended, deadline,
                enough=deadline.effort.gap * abs(savings.objective(value)),
            )  # fmt: skip
            chosen = chosen if closed.chosen is None else closed.chosen
            value, bound, solver = savings.value(chosen), min(bound, closed.bound), "highs"
        ties = np.empty((0, 2), dtype=np.int64)
        return Found(
            chosen,
            serves_all=True,
            value=value,
            bound=max(bound, value),
            ties=ties,
            reduction=savings.reduction,
            solver=solver,
        )

    def _allowed(self, chosen: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which sites may be added to others."""
        savings = self.savings
        used = np.bincount(self.tier[chosen], minlength=2)
        fits = savings.price <= savings.allowance - savings.price[chosen].sum()
        clear = self.apart[:, chosen].sum(axis=1) == 0
        allowed = (used < self.room)[self.tier] & fits & clear
        allowed[chosen] = False
        return np.asarray(allowed, dtype=bool)

    def _filled(self, chosen: NDArray[np.int64], *, tiers: int = 2) -> NDArray[np.int64]:
        """Add the site that covers most for its price while one may be added."""
        savings = self.savings
        while True:
            left = np.where(savings.unit[:, chosen].sum(axis=1) > 0, 0.0, savings.weight)
            gain = left @ savings.unit
            gain[~self._allowed(chosen) | (self.tier >= tiers)] = 0.0
            if not gain.any():
                return np.sort(chosen)
            best = gain / np.maximum(savings.price, _SAME)
            chosen = np.append(chosen, int(np.argmax(best)))

    def _mended(self, share: NDArray[np.float64]) -> tuple[NDArray[np.int64], float]:
        """Take the sites that a fractional answer likes best, as far as they are allowed."""
        chosen = np.empty(0, dtype=np.int64)
        for site in np.argsort(-share, kind="stable").tolist():
            if share[site] > _SAME and self._allowed(chosen)[site]:
                chosen = np.append(chosen, site)
        chosen = self._filled(chosen)
        return chosen, self.savings.value(chosen)

    def _program(self) -> Program:
        """Pose the program with the rules between the tiers."""
        savings = self.savings
        program = best_choice(levels_of(savings), savings.price, savings.allowance)
        pairs = self.near.tocoo()
        n = len(pairs.coords[0])
        width = program.matrix.shape[1]
        each = np.arange(n)
        apart = csr_array(
            (np.ones(2 * n), (np.append(each, each), np.concatenate(pairs.coords))),
            shape=(n, width),
        )
        counts = csr_array(
            (np.ones(len(self.tier)), (self.tier, np.arange(len(self.tier)))), shape=(2, width)
        )
        return replace(
            program,
            matrix=csr_array(vstack([program.matrix, apart, counts], format="csr")),
            lower=np.append(program.lower, np.full(n + 2, -np.inf)),
            upper=np.concatenate([program.upper, np.ones(n), self.room.astype(float)]),
        )
