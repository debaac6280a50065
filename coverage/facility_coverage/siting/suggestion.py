"""Where to build next: candidate sites near uncovered demand, and the best few of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.snapping import Snaps, street_points
from facility_coverage.siting.candidates import street_candidates
from facility_coverage.siting.mclp import ChosenSites, choose_sites
from facility_coverage.study_file import SitingSection
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import measure_access


@dataclass(frozen=True, eq=False)
class Suggestion:
    """Suggested sites, best first.

    Attributes
    ----------
    sites
        The chosen candidates on their streets, in the order of their marginal gain.
    gain
        Persons newly covered by each after those before it.
    n_candidates
        How many candidates were weighed.
    spacing_m
        Least distance between two of them.
    """

    sites: Snaps
    gain: NDArray[np.float64]
    n_candidates: int
    spacing_m: float


def suggest_sites(
    index: StreetIndex,
    demand: Snaps,
    uncovered_population: NDArray[np.float64],
    threshold: Threshold,
    section: SitingSection,
) -> Suggestion:
    """Suggest the sites that newly cover the most people within a threshold.

    Parameters
    ----------
    index
        The network's segments.
    demand
        Demand points, tied to their streets.
    uncovered_population
        Shape (d,), persons whom no facility covers; 0 for points without a street.
    threshold
        The test.
    section
        How many sites, and how far apart candidates are.

    Returns
    -------
    Suggestion
        As many sites as asked, or as gain anybody.
    """
    candidates, spacing_m = street_candidates(
        street_points(index, demand), demand, uncovered_population, spacing_m=section.spacing_m
    )
    n_candidates = len(candidates.edge)
    if n_candidates == 0 or section.sites == 0:
        chosen = ChosenSites(np.empty(0, dtype=np.int64), np.empty(0))
    else:
        od = measure_access(index.network, candidates, demand, (threshold,)).od
        chosen = choose_sites(od, uncovered_population, section.sites)
    return Suggestion(candidates.take(chosen.candidate), chosen.gain, n_candidates, spacing_m)
