"""The model that a study names, put to the candidates of that study."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack, vstack

from facility_coverage.errors import InputError
from facility_coverage.siting.candidates import Candidates
from facility_coverage.siting.capacitated import capacitated_mclp, capacitated_p_median
from facility_coverage.siting.lscp import lscp
from facility_coverage.siting.mclp import mclp
from facility_coverage.siting.p_center import p_center
from facility_coverage.siting.p_median import p_median
from facility_coverage.siting.problem import Allowance, Budget, Problem, SiteCount, siting_problem
from facility_coverage.siting.situation import Situation
from facility_coverage.siting.solution import Effort, Solution
from facility_coverage.siting.two_tier import TierCounts, two_tier
from facility_coverage.study_file import CAPACITY_MODELS, TIME_MODELS, SitingSection
from facility_coverage.travel.times import least_by_column


@dataclass(frozen=True, eq=False)
class Reached:
    """Who is within the target of what.

    Attributes
    ----------
    by_candidate
        Shape (candidates, d), cost within the target.
    by_facility
        Shape (facilities, d), likewise.
    """

    by_candidate: csr_array
    by_facility: csr_array

    @property
    def covered(self) -> NDArray[np.bool_]:
        """Tell which demand points an existing facility covers, shape (d,)."""
        return np.isfinite(least_by_column(self.by_facility))

    @property
    def within_reach(self) -> NDArray[np.bool_]:
        """Tell which demand points a facility or a candidate covers, shape (d,)."""
        return self.covered | np.isfinite(least_by_column(self.by_candidate))


def reached_by(situation: Situation, candidates: Candidates) -> Reached:
    """Measure who is within the target of what.

    Parameters
    ----------
    situation
        Who is to be served, and by whom so far.
    candidates
        Where a facility could be put.

    Returns
    -------
    Reached
        A station reaches no farther than a station serves.
    """
    by_candidate = situation.served_by(candidates.snaps, candidates.is_station)
    return Reached(by_candidate, situation.by_facility)


def coverage_problem(
    reached: Reached, population: NDArray[np.float64], candidates: Candidates
) -> Problem:
    """Put up the problem of who is within the target.

    Parameters
    ----------
    reached
        Who is within the target of what.
    population
        Shape (d,), persons.
    candidates
        The candidates; their columns come first. All existing facilities are one locked column,
        which changes nothing where capacities are not counted.

    Returns
    -------
    Problem
        Rows are demand points.
    """
    existing = _one_row(least_by_column(reached.by_facility))
    return _problem(reached.by_candidate, existing, population, candidates)


def solve(
    situation: Situation,
    candidates: Candidates,
    reached: Reached,
    section: SitingSection,
    *,
    target_share: float,
) -> Solution:
    """Answer the model that a study names.

    Parameters
    ----------
    situation
        Who is to be served, and by whom so far.
    candidates
        Where a facility could be put; at least one.
    reached
        Who is within the target of what.
    section
        The model, how many sites, and how long to try.
    target_share
        Share of the people whom ``partial_lscp`` is to cover.

    Returns
    -------
    Solution
        Its chosen columns are rows of the candidates.

    Notes
    -----
    Islands of the network, which no existing facility can reach, would take sites of their own or
    leave no plan at all where everybody must be served. So their people do not count in the
    p-center and the capacitated p-median; in the p-median those without a chosen site count as if
    the longest of all ways were theirs.
    """
    effort = Effort(time_limit_s=section.time_limit_s, gap=section.gap)
    limit, model = situation.target.limit, section.model
    allowance = _allowance(section, candidates)
    if model in TIME_MODELS:
        return _by_time(situation, candidates, section, effort)
    if model in CAPACITY_MODELS:
        problem = _problem(
            reached.by_candidate, reached.by_facility, situation.population, candidates,
            existing_capacity=_existing_capacity(section),
        )  # fmt: skip
        return capacitated_mclp(problem, allowance, limit=limit, effort=effort)
    if model == "two_tier":
        return _in_two_tiers(situation, candidates, reached, section, effort)
    problem = coverage_problem(reached, situation.population, candidates)
    if model == "mclp":
        return mclp(problem, allowance, limit=limit, effort=effort)
    share = target_share if model == "partial_lscp" else 1.0
    return lscp(problem, limit=limit, share=share, effort=effort)


def _by_time(
    situation: Situation, candidates: Candidates, section: SitingSection, effort: Effort
) -> Solution:
    """Answer a model of everybody's way."""
    problem = _time_problem(situation, candidates, section)
    if section.model == "p_center":
        n_sites = min(section.sites, len(candidates.table))
        return p_center(problem, n_sites, effort=effort)
    allowance = _allowance(section, candidates)
    if section.model == "capacitated_p_median":
        return capacitated_p_median(problem, allowance, effort=effort)
    longest = float(problem.cost.data.max(initial=0.0))
    return p_median(problem, allowance, unserved_cost=longest, effort=effort)


def _in_two_tiers(
    situation: Situation,
    candidates: Candidates,
    reached: Reached,
    section: SitingSection,
    effort: Effort,
) -> Solution:
    """Choose centres and stations; the answer's columns are rows of the candidates."""
    tiers = situation.tiers
    if tiers is None:
        msg = "the situation does not tell centres from stations; give it tiers"
        raise InputError(msg)
    half = len(candidates.table) // 2
    of_centres, of_stations = (
        _tier_problem(situation, candidates, reached, rows, existing)
        for rows, existing in (
            (np.arange(half), ~tiers.is_station),
            (np.arange(half, 2 * half), tiers.is_station),
        )
    )
    centres = situation.facilities.take(~tiers.is_station)
    places = candidates.snaps.take(np.arange(half))
    near = csr_array(
        hstack([situation.between(places, places).T, _any(situation.between(centres, places)).T])
    )
    near = csr_array(vstack([near, csr_array((1, half + 1))], format="csr"))
    allowance = (
        Budget(section.budget)
        if section.budget is not None
        else TierCounts(min(section.sites, half), min(section.stations, half))
    )
    solution = two_tier(
        of_centres,
        of_stations,
        near,
        centre_limit=situation.target.limit,
        station_limit=tiers.station_limit,
        allowance=allowance,
        effort=effort,
    ).solution
    beyond = solution.chosen > half  # one column of existing centres stands between the tiers
    return replace(solution, chosen=solution.chosen - beyond)


def _tier_problem(
    situation: Situation,
    candidates: Candidates,
    reached: Reached,
    rows: NDArray[np.int64],
    existing: NDArray[np.bool_],
) -> Problem:
    """Put up the problem of one tier; its existing facilities are one locked column."""
    table = candidates.table.iloc[rows]
    own = reached.by_facility[np.flatnonzero(existing)]
    return _problem(
        reached.by_candidate[rows],
        _one_row(least_by_column(own)),
        situation.population,
        replace(candidates, table=table),
    )


def _any(od: csr_array) -> csr_array:
    """Return, as one row, which columns have any entry."""
    return _one_row(least_by_column(od))


def _time_problem(situation: Situation, candidates: Candidates, section: SitingSection) -> Problem:
    """Put up the problem of everybody's way; who has none does not count."""
    by_facility = situation.any_costs_of(situation.facilities)
    least = least_by_column(by_facility)
    if section.model in CAPACITY_MODELS:
        by_candidate = situation.any_costs_of(candidates.snaps)
        existing, capacity = by_facility, _existing_capacity(section)
    else:
        by_candidate = situation.saving_costs_of(candidates.snaps, least)
        existing, capacity = _one_row(least), np.inf
    counted = np.isfinite(least)
    if section.model == "p_median":
        counted |= np.isfinite(least_by_column(by_candidate))
    people = np.where(counted, situation.population, 0.0)
    return _problem(by_candidate, existing, people, candidates, existing_capacity=capacity)


def _problem(
    by_candidate: csr_array,
    by_facility: csr_array,
    people: NDArray[np.float64],
    candidates: Candidates,
    *,
    existing_capacity: float = np.inf,
) -> Problem:
    """Lay candidates and existing facilities side by side; the latter are locked."""
    n_new, n_old = by_candidate.shape[0], by_facility.shape[0]
    capacity = candidates.table["capacity"].fillna(np.inf).to_numpy(dtype=float)
    return siting_problem(
        csr_array(hstack([by_candidate.T, by_facility.T], format="csr")),
        people,
        (*candidates.table["candidate_id"], *(f" existing {i}" for i in range(n_old))),
        locked=np.arange(n_new + n_old) >= n_new,
        site_cost=np.append(
            candidates.table["cost"].fillna(0.0).to_numpy(dtype=float), np.zeros(n_old)
        ),
        capacity=np.append(capacity, np.full(n_old, existing_capacity)),
    )


def _allowance(section: SitingSection, candidates: Candidates) -> Allowance:
    """Return what may be built: no more sites than there are candidates."""
    if section.budget is not None:
        return Budget(section.budget)
    return SiteCount(min(section.sites, len(candidates.table)))


def _existing_capacity(section: SitingSection) -> float:
    return np.inf if section.existing_capacity is None else section.existing_capacity


def _one_row(least: NDArray[np.float64]) -> csr_array:
    """Return costs as the one row of a sparse matrix; a cost of zero is stored too."""
    column = np.flatnonzero(np.isfinite(least))
    offset = np.array([0, len(column)])
    return csr_array((least[column], column, offset), shape=(1, len(least)))
