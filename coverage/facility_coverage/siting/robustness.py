"""How chosen sites stand up when people are slower or faster, fewer or more, or one site fails."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from facility_coverage.errors import LimitError
from facility_coverage.siting.situation import Situation
from facility_coverage.siting.solving import Reached, reached_by, solve
from facility_coverage.siting.suggestion import Suggestion
from facility_coverage.study_file import CAPACITY_MODELS, SitingSection

PACES = (0.8, 1.2)
"""At the default speed of 4 km/h these are 3.2 km/h, the pace of older people, and 4.8 km/h."""

POPULATION_SHARES = (0.8, 1.2)
N_DRAWS = 4
"""Trials in which the people of each subdistrict are drawn anew between those two shares."""
SEED = 20_260

NEARBY_M = 300.0
"""Straight distance up to which another site stands for the same place: a few blocks."""

STRUCK_OUT = "struck out"


@dataclass(frozen=True, eq=False)
class Trial:
    """The chosen sites under another assumption.

    Attributes
    ----------
    name
        ``as planned``, ``speed``, ``population``, ``population drawn`` or ``struck out``.
    value
        The speed as a multiple, the population as a multiple, the number of the draw, or the
        rank of the site that is struck out; NaN as planned.
    covered_before
        Persons covered by existing facilities alone.
    covered
        Persons covered by them and the chosen sites.
    best
        Persons covered by them and the sites that the model would choose under this assumption;
        NaN where it was not asked again.
    stays
        Shape (n,), which chosen sites it would choose again, in the order of rank; empty where
        no plan was looked for.
    nearby
        Shape (n,), near which of them it would choose a site, ``NEARBY_M`` away at most; likewise.
    asked
        Whether the model was asked again; where it was not, ``stays`` follows from a law.
    """

    name: str
    value: float
    covered_before: float
    covered: float
    best: float
    stays: NDArray[np.bool_]
    nearby: NDArray[np.bool_]
    asked: bool = False


def try_plan(
    situation: Situation,
    suggestion: Suggestion,
    section: SitingSection,
    *,
    target_share: float,
    unit: NDArray[np.int64],
) -> tuple[Trial, ...]:
    """Score the chosen sites under other assumptions, and ask the model again.

    Parameters
    ----------
    situation
        Who is to be served, and by whom so far.
    suggestion
        The chosen sites.
    section
        The model and how many sites.
    target_share
        Share of the people whom ``partial_lscp`` is to cover.
    unit
        Shape (d,), the subdistrict of each demand point, a number that no order of rows changes.

    Returns
    -------
    tuple of Trial
        As planned; at each pace (not where the target is in metres); with each population; with
        drawn populations; without each site. Empty where nothing was chosen.

    Notes
    -----
    Multiplying everybody by one number changes no model's choice unless capacities count, so the
    model is asked again only then. No answer is sought that is closer to the best than the plan.
    """
    if suggestion.solution is None or not len(suggestion.gains.site):
        return ()
    gap = max(section.gap, suggestion.solution.gap)
    again = _Again(situation, suggestion, section.model_copy(update={"gap": gap}), target_share)
    planned = again.unchanged("as planned", np.nan, situation)
    trials = [planned]
    if situation.target.kind == "minutes":
        for pace in PACES:
            paced = situation.at_pace(pace)
            reached = reached_by(paced, suggestion.candidates)
            trials.append(again.trial("speed", pace, paced, reached))
    for name, value, factor in _populations(unit):
        peopled = replace(situation, population=situation.population * factor)
        if name == "population" and section.model not in CAPACITY_MODELS:
            trials.append(again.unchanged(name, value, peopled))
        else:
            trials.append(again.trial(name, value, peopled, suggestion.reached))
    nobody = np.empty(0, dtype=bool)
    before, covered = planned.covered_before, planned.covered
    trials.extend(
        Trial(STRUCK_OUT, i + 1, before, covered - loss, np.nan, nobody, nobody)
        for i, loss in enumerate(suggestion.gains.last.tolist())
    )
    return tuple(trials)


@dataclass(frozen=True, eq=False)
class _Again:
    """Asks the model of a study again."""

    situation: Situation
    suggestion: Suggestion
    section: SitingSection
    target_share: float

    def unchanged(self, name: str, value: float, situation: Situation) -> Trial:
        """Score the plan where the model would choose it again."""
        sites = self.suggestion.gains.site
        before, covered = _covered(situation, self.suggestion.reached, sites)
        everyone = np.ones(len(sites), dtype=bool)
        return Trial(name, value, before, covered, covered, everyone, everyone)

    def trial(self, name: str, value: float, situation: Situation, reached: Reached) -> Trial:
        """Score the plan in another situation, and look what would be chosen there."""
        sites, candidates = self.suggestion.gains.site, self.suggestion.candidates
        before, covered = _covered(situation, reached, sites)
        chosen = self._chosen(situation, reached)
        if chosen is None:
            nobody = np.empty(0, dtype=bool)
            return Trial(name, value, before, covered, np.nan, nobody, nobody)
        _, best = _covered(situation, reached, chosen)
        away = candidates.snaps.xy[sites][:, None] - candidates.snaps.xy[chosen][None, :]
        near: NDArray[np.bool_] = np.hypot(away[..., 0], away[..., 1]) <= NEARBY_M
        nearby = np.logical_or.reduce(near, axis=1)
        return Trial(name, value, before, covered, best, np.isin(sites, chosen), nearby, asked=True)

    def _chosen(self, situation: Situation, reached: Reached) -> NDArray[np.int64] | None:
        """Return what the model would choose; None where it finds no plan that is allowed."""
        candidates, share = self.suggestion.candidates, self.target_share
        try:
            solution = solve(situation, candidates, reached, self.section, target_share=share)
        except LimitError:  # one assumption too many: a row without an answer, not the end
            return None
        return None if solution.status == "infeasible" else solution.chosen


def _populations(unit: NDArray[np.int64]) -> Iterator[tuple[str, float, NDArray[np.float64]]]:
    """Yield the name and number of each trial, and by what each demand point is multiplied."""
    for share in POPULATION_SHARES:
        yield "population", share, np.full(len(unit), share)
    rng = np.random.default_rng(SEED)
    for draw in range(N_DRAWS):
        yield "population drawn", draw + 1, rng.uniform(*POPULATION_SHARES, unit.max() + 1)[unit]


def _covered(
    situation: Situation, reached: Reached, sites: NDArray[np.int64]
) -> tuple[float, float]:
    """Return the persons covered by existing facilities, and by them with some sites."""
    covered = reached.covered
    before = float(situation.population[covered].sum())
    covered[reached.by_candidate[sites].indices] = True
    return before, float(situation.population[covered].sum())
