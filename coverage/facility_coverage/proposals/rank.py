"""How good the place of a proposal is: among all allowed candidates, and beside what is best."""

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from facility_coverage.crs import WGS84, project
from facility_coverage.proposals.measured import Measured
from facility_coverage.proposals.proposal import Frozen, Position
from facility_coverage.siting.candidates import Candidates, find_candidates
from facility_coverage.siting.gains import marks
from facility_coverage.siting.mclp import mclp
from facility_coverage.siting.problem import SiteCount
from facility_coverage.siting.site_rules import SiteRules, read_rules
from facility_coverage.siting.situation import Situation
from facility_coverage.siting.solution import PROVEN, Effort
from facility_coverage.siting.solving import Reached, coverage_problem

NEARBY_M = 1_000.0
"""Straight distance up to which a better spot is told."""
MOST_NEARBY = 5
_WORTH_TELLING = 0.5
"""Half a person: less is the breadth of a border line."""

Direction = Literal[
    "north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"
]
_DIRECTIONS: tuple[Direction, ...] = (
    "north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west",
)  # fmt: skip


class BetterSpot(Frozen):
    """An allowed candidate nearby that would cover more people."""

    candidate_id: str
    candidate_name: str
    street_class: str
    lonlat: Position
    distance_m: float
    """From the proposal, as the crow flies."""
    direction: Direction
    gain: float
    more: float
    """People newly covered there above those of the proposal."""


class Rank(Frozen):
    """How good the place is, by people newly covered at the target, all else as it stands.

    What the proposal closes is closed for every candidate too.
    """

    candidates: int
    gain: float
    """Of the facility alone, after what the proposal closes has closed."""
    place: int
    """1 where no candidate gains more."""
    percentile: float | None
    """Share of the candidates that gain no more, 0 to 1; None without candidates."""
    best_candidate_id: str
    """The best single site; empty without candidates."""
    best_lonlat: Position | None
    best_gain: float
    regret: float | None
    """1 - gain / best gain, not below 0; None where the best gains nobody."""
    nearby: tuple[BetterSpot, ...]
    """Better candidates, the best first."""


class BestSet(Frozen):
    """What all proposals gain together, beside the best set of as many candidates.

    What they close is closed for every set too.
    """

    sites: int
    gain: float
    """Newly covered by what the proposals open."""
    best_gain: float
    bound: float
    """No such set gains more."""
    status: str
    """``optimal`` where the bound proves it."""
    regret: float | None
    """1 - gain / best gain, not below 0; None where the best gains nobody."""


@dataclass(frozen=True, eq=False)
class Alternatives:
    """The candidates of a study, and whom each would newly cover.

    Attributes
    ----------
    candidates
        What is allowed.
    reached
        Who is within the target of which candidate and facility.
    alone
        Shape (candidates,), people newly covered by each.
    lonlat
        Where each stands, WGS 84.
    rules
        Where a facility may be put.
    """

    candidates: Candidates
    reached: Reached
    alone: NDArray[np.float64]
    lonlat: list[Position]
    rules: SiteRules

    @classmethod
    def of(cls, measured: Measured) -> Self:
        """Find the candidates of a study as it stands.

        Parameters
        ----------
        measured
            The study.

        Returns
        -------
        Alternatives
            Those that its section ``[siting]`` allows.

        Raises
        ------
        FacilityCoverageError
            A list or layer that the section names cannot be read.
        """
        own = measured.prepared
        people, target = own.demand.population, measured.target
        situation = Situation(own.index, own.homes, people, own.served, target)
        rules = read_rules(own.study, own.boundaries.units, own.facilities.xy)
        candidates = find_candidates(situation, rules, own.study.siting)
        reached = Reached(situation.costs_of(candidates.snaps), situation.by_facility)
        alone = marks(reached.by_candidate) @ situation.uncovered_population
        lonlat = project(candidates.snaps.xy, own.network.crs, WGS84).tolist()
        return cls(candidates, reached, alone, [(lon, lat) for lon, lat in lonlat], rules)


def rank_of(alternatives: Alternatives, place_xy: NDArray[np.float64], gain: float) -> Rank:
    """Rank the place of a proposal among the candidates.

    Parameters
    ----------
    alternatives
        Of the study after the closures.
    place_xy
        Shape (2,), metres: the proposal.
    gain
        People whom it newly covers alone.

    Returns
    -------
    Rank
        At the study's target.
    """
    table, alone = alternatives.candidates.table, alternatives.alone
    best_row = int(np.argmax(alone)) if len(alone) else -1
    best = float(alone[best_row]) if len(alone) else 0.0
    better = alone - gain > PROVEN * best
    return Rank(
        candidates=len(alone),
        gain=gain,
        place=1 + int(better.sum()),
        percentile=float(1.0 - better.mean()) if len(alone) else None,
        best_candidate_id=str(table["candidate_id"].iloc[best_row]) if len(alone) else "",
        best_lonlat=alternatives.lonlat[best_row] if len(alone) else None,
        best_gain=best,
        regret=_regret(gain, best),
        nearby=_nearby(alternatives, place_xy, gain),
    )


def best_set_of(alternatives: Alternatives, measured: Measured, sites: int, gain: float) -> BestSet:
    """Hold what proposals gain together beside the best set of as many candidates.

    Parameters
    ----------
    alternatives
        Of the study after the closures.
    measured
        That study.
    sites
        How many facilities the proposals open.
    gain
        People whom they newly cover together.

    Returns
    -------
    BestSet
        At the study's target.
    """
    best, bound, status = _best_set(alternatives, measured, min(sites, len(alternatives.alone)))
    return BestSet(
        sites=sites,
        gain=gain,
        best_gain=best,
        bound=bound,
        status=status,
        regret=_regret(gain, best),
    )


def direction_of(east_m: float, north_m: float) -> Direction:
    """Return the nearest of the eight points of the compass.

    Parameters
    ----------
    east_m, north_m
        A step, metres.

    Returns
    -------
    str
        ``north``, ``north-east`` …
    """
    turn = np.arctan2(east_m, north_m) / (2 * np.pi) * len(_DIRECTIONS)
    return _DIRECTIONS[round(float(turn)) % len(_DIRECTIONS)]


def _best_set(
    alternatives: Alternatives, measured: Measured, sites: int
) -> tuple[float, float, str]:
    """Return what the best set of candidates gains, what none exceeds, and how sure that is."""
    if not sites:
        return 0.0, 0.0, "optimal"
    if sites == 1:
        best = float(alternatives.alone.max())
        return best, best, "optimal"
    people = measured.prepared.demand.population
    problem = coverage_problem(alternatives.reached, people, alternatives.candidates)
    section, limit = measured.prepared.study.siting, measured.target.limit
    effort = Effort(time_limit_s=section.time_limit_s, gap=section.gap)
    solution = mclp(problem, SiteCount(sites), limit=limit, effort=effort)
    before = float(people[alternatives.reached.covered].sum())
    return solution.objective - before, solution.bound - before, solution.status


def _regret(gain: float, best: float) -> float | None:
    if best <= 0:
        return None
    regret = 1.0 - gain / best
    return regret if regret > PROVEN else 0.0


def _nearby(
    alternatives: Alternatives, place_xy: NDArray[np.float64], gain: float
) -> tuple[BetterSpot, ...]:
    """Return the better candidates nearby, the best first; of equals the nearer."""
    table, alone = alternatives.candidates.table, alternatives.alone
    step = alternatives.candidates.snaps.xy - place_xy
    away_m = np.hypot(step[:, 0], step[:, 1])
    better = np.flatnonzero((away_m <= NEARBY_M) & (alone - gain >= _WORTH_TELLING))
    order = better[np.lexsort((away_m[better], -alone[better]))][:MOST_NEARBY]
    return tuple(
        BetterSpot(
            candidate_id=str(table["candidate_id"].iloc[row]),
            candidate_name=str(table["candidate_name"].iloc[row]),
            street_class=str(table["street_class"].iloc[row]),
            lonlat=alternatives.lonlat[row],
            distance_m=float(away_m[row]),
            direction=direction_of(*step[row].tolist()),
            gain=float(alone[row]),
            more=float(alone[row]) - gain,
        )
        for row in order.tolist()
    )
