"""The whole of siting: what is allowed where, which sites are chosen, how they stand up."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from facility_coverage.progress import Progress
from facility_coverage.siting.candidates import find_candidates
from facility_coverage.siting.robustness import Trial, try_plan
from facility_coverage.siting.site_rules import read_rules
from facility_coverage.siting.situation import Situation
from facility_coverage.siting.suggestion import Suggestion, suggest_sites
from facility_coverage.study_file import Study


@dataclass(frozen=True, eq=False)
class Plan:
    """Chosen sites, and all that was found about them.

    Attributes
    ----------
    suggestion
        Candidates, chosen sites and what each adds.
    trials
        How the sites stand up under other assumptions; empty where the study does not ask.
    torn
        How many areas of each kind of land the extract tears apart; they were not excluded.
    """

    suggestion: Suggestion
    trials: tuple[Trial, ...]
    torn: Mapping[str, int]


def plan_sites(
    study: Study,
    situation: Situation,
    units: gpd.GeoDataFrame,
    facility_xy: NDArray[np.float64],
    unit: NDArray[np.int64],
    progress: Progress,
) -> Plan:
    """Find candidates, choose sites among them, and try the choice.

    Parameters
    ----------
    study
        What is asked: its sections ``siting`` and ``coverage``.
    situation
        Who is to be served, and by whom so far.
    units
        The subdistricts.
    facility_xy
        Shape (f, 2), metres: every existing facility, those without a street too.
    unit
        Shape (d,), the subdistrict of each demand point.
    progress
        Told where the work stands.

    Returns
    -------
    Plan
        The sites.

    Raises
    ------
    FacilityCoverageError
        A list or layer that the section names cannot be read.
    """
    section, share = study.siting, study.coverage.target_share
    progress("Reading what is allowed where", 0.91)
    rules = read_rules(study, units, facility_xy)
    candidates = find_candidates(situation, rules, section)
    progress("Choosing sites", 0.92)
    suggestion = suggest_sites(situation, candidates, section, target_share=share)
    if not section.robustness:
        return Plan(suggestion, (), rules.torn)
    progress("Trying the chosen sites", 0.94)
    trials = try_plan(situation, suggestion, section, target_share=share, unit=unit)
    return Plan(suggestion, trials, rules.torn)
