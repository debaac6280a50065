"""Suggested sites on a street, worked by hand at one metre per second."""

import numpy as np
from numpy.typing import NDArray
from toy_city import CORNER_M, network_of

from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.snapping import snap
from facility_coverage.siting.suggestion import Suggestion, suggest_sites
from facility_coverage.study_file import SitingSection
from facility_coverage.thresholds import Threshold

FIVE = Threshold("minutes", 5.0)
HOMES: NDArray[np.float64] = np.array(
    [(0, 10), (280, 10), (560, 10), (2000, 10), (2200, 10), (1000, 150)], dtype=float
)
PEOPLE = np.array([10.0, 20.0, 30.0, 25.0, 25.0, 99.0])


def suggested(sites: int, people: NDArray[np.float64] = PEOPLE) -> Suggestion:
    """Suggest along a street of 3000 m; the last home stands 150 m off it, beyond its limit."""
    network = network_of({1: (0, 0), 2: (3000, 0)}, {1: [1, 2]})
    index = StreetIndex.of(network)
    homes = snap(index, HOMES + CORNER_M, off_street_limit_m=100.0)
    uncovered = np.where(homes.found, people, 0.0)
    return suggest_sites(index, homes, uncovered, FIVE, SitingSection(sites=sites, spacing_m=100.0))


def test_the_site_that_reaches_most_comes_first() -> None:
    """Within 290 m along and 10 m off: from 280 m it reaches 10 + 20 + 30, from 2000 m 25 + 25."""
    found = suggested(2)
    assert np.allclose(found.sites.xy - CORNER_M, [(280, 0), (2000, 0)])
    assert found.gain.tolist() == [60.0, 50.0]
    assert found.n_candidates == 5
    assert found.spacing_m == 100.0


def test_sites_stand_on_the_street_itself() -> None:
    assert not suggested(2).sites.off_street_m.any()


def test_people_whom_somebody_covers_count_for_no_site() -> None:
    """The homes at 0 and 280 m are covered already: 50 people in the east, then 30."""
    found = suggested(2, np.array([0.0, 0.0, 30.0, 25.0, 25.0, 0.0]))
    assert found.gain.tolist() == [50.0, 30.0]
    assert found.n_candidates == 3


def test_no_more_sites_than_gain_anybody() -> None:
    assert suggested(9).gain.tolist() == [60.0, 50.0]


def test_no_sites_asked_or_nobody_uncovered() -> None:
    for found in (suggested(0), suggested(3, np.zeros(6))):
        assert len(found.sites.edge) == 0
        assert len(found.gain) == 0
    assert suggested(0).n_candidates == 5
    assert suggested(3, np.zeros(6)).n_candidates == 0
