"""Where to build next: candidates, the model's answer, and what every chosen site adds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facility_coverage.siting.candidates import Candidates
from facility_coverage.siting.gains import Gains, marks, rank_by_gain
from facility_coverage.siting.mclp import coverage_curve
from facility_coverage.siting.situation import Situation
from facility_coverage.siting.solution import Effort, Solution
from facility_coverage.siting.solving import Reached, coverage_problem, reached_by, solve
from facility_coverage.siting.unreachable import LeftOut, Unreachable, find_unreachable
from facility_coverage.study_file import CAPACITY_MODELS, SitingSection

_MOST_CURVE_SITES = 100
_ROUNDING = 1e-6
"""A rest of a demand point below this share is the rounding of the solver."""


@dataclass(frozen=True, eq=False)
class Curve:
    """People covered against the number of new sites.

    Attributes
    ----------
    n_sites
        Shape (k,), 0, 1, 2, …
    people
        Shape (k,), persons covered, existing facilities included: a plan of so many sites exists.
    bound
        Shape (k,), persons whom no plan of so many sites from these candidates exceeds.
    """

    n_sites: NDArray[np.int64]
    people: NDArray[np.float64]
    bound: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Suggestion:
    """Suggested sites, best first.

    Attributes
    ----------
    candidates
        What could be chosen, and what was refused.
    reached
        Who is within the target of which candidate and facility.
    solution
        The model's answer; None where there was nothing to choose.
    alone
        Shape (candidates,), persons whom each would newly cover if no other were built.
    gains
        The chosen sites in the order of their marginal gain.
    curve
        People covered against the number of sites.
    unreachable
        Who cannot be served whatever is built.
    """

    candidates: Candidates
    reached: Reached
    solution: Solution | None
    alone: NDArray[np.float64]
    gains: Gains
    curve: Curve
    unreachable: Unreachable


def suggest_sites(
    situation: Situation, candidates: Candidates, section: SitingSection, *, target_share: float
) -> Suggestion:
    """Suggest sites by the model that a study names.

    Parameters
    ----------
    situation
        Who is to be served, and by whom so far.
    candidates
        Where a facility could be put.
    section
        The model, how many sites, and how long to try.
    target_share
        Share of the people whom ``partial_lscp`` is to cover.

    Returns
    -------
    Suggestion
        As many sites as asked, or fewer where a further one would gain nobody.
    """
    reached = reached_by(situation, candidates)
    somebody = bool((situation.population[reached.within_reach] > 0).any())
    solution = (
        solve(situation, candidates, reached, section, target_share=target_share)
        if section.asks and somebody and len(candidates.table)
        else None
    )
    chosen = np.empty(0, dtype=np.int64) if solution is None else solution.chosen
    uncovered = situation.uncovered_population
    gains = rank_by_gain(reached.by_candidate, uncovered, chosen)
    return Suggestion(
        candidates,
        reached,
        solution,
        marks(reached.by_candidate) @ uncovered,
        gains,
        _curve(situation, candidates, reached, gains, section),
        find_unreachable(
            situation.index.network,
            candidates.snaps,
            situation.homes,
            situation.population,
            reached.within_reach,
            _left_out(solution, situation.population, reached, chosen),
        ),
    )


def _left_out(
    solution: Solution | None,
    population: NDArray[np.float64],
    reached: Reached,
    chosen: NDArray[np.int64],
) -> LeftOut:
    """Return the persons whom the plan leaves out though a site is in reach of them."""
    people = np.zeros(len(population))
    if solution is None:
        return LeftOut(people, "too_few")
    rows = np.setdiff1d(solution.blocking, solution.unserved)
    people[rows] = population[rows]
    if solution.model not in CAPACITY_MODELS:
        return LeftOut(people, "too_few")
    if solution.assigned is not None:
        near = reached.covered
        near[reached.by_candidate[chosen].indices] = True
        rest = population - np.asarray(solution.assigned.sum(axis=1)).ravel()
        full = near & (rest > population * _ROUNDING)
        people[full] = rest[full]
    return LeftOut(people, "capacity")


def _curve(
    situation: Situation,
    candidates: Candidates,
    reached: Reached,
    gains: Gains,
    section: SitingSection,
) -> Curve:
    """Return the curve up to twice the chosen sites; the plan itself lies on it."""
    before = float(situation.population[reached.covered].sum())
    plan = before + np.cumsum(np.concatenate([[0.0], gains.gain]))
    most = min(max(2 * len(gains.site), section.sites + section.stations), _MOST_CURVE_SITES)
    most = max(min(most, len(candidates.table)), len(gains.site))
    if most == 0:
        return Curve(np.zeros(1, dtype=np.int64), plan, plan)
    problem = coverage_problem(reached, situation.population, candidates)
    effort = Effort(time_limit_s=section.time_limit_s, gap=section.gap)
    people, bound = coverage_curve(problem, most, limit=situation.target.limit, effort=effort)
    people[: len(plan)] = np.maximum(people[: len(plan)], plan)
    people = np.maximum.accumulate(people)
    return Curve(np.arange(most + 1), people, np.maximum(bound, people))
