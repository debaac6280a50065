"""Chosen sites: never worse than greedy, never better than the best choice there is."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from street_scenes import OFF_STREET_LIMIT_M, Scene, laws, scenes

from facility_coverage.network.snapping import snap, street_points
from facility_coverage.siting.candidates import street_candidates
from facility_coverage.siting.mclp import choose_sites
from facility_coverage.siting.suggestion import Suggestion, suggest_sites
from facility_coverage.study_file import SitingSection
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import measure_access

Problem = tuple[NDArray[np.bool_], NDArray[np.float64], int]
TARGET = Threshold("minutes", 5.0)
GREEDY_SHARE = 1.0 - 1.0 / np.e
"""Nemhauser, Wolsey and Fisher 1978."""


def strewn_problem(seed: int) -> Problem:
    """Return a problem of the kind on which greed often goes wrong."""
    rng = np.random.default_rng(seed)
    covers = rng.random((10, 12)) < rng.choice([0.2, 0.3, 0.4])
    return covers, rng.integers(1, 4, 12).astype(float), int(rng.integers(2, 5))


@st.composite
def drawn_problems(draw: st.DrawFn) -> Problem:
    """Draw which of up to 10 candidates covers which of up to 12 places, people, and a number."""
    sites, places = draw(st.integers(1, 10)), draw(st.integers(1, 12))
    row = st.lists(st.booleans(), min_size=places, max_size=places)
    covers = np.array(draw(st.lists(row, min_size=sites, max_size=sites)), dtype=bool)
    people = st.lists(st.integers(0, 9), min_size=places, max_size=places)
    weight = np.array(draw(people), dtype=float)
    return covers, weight, draw(st.integers(0, 6))


problems = st.one_of(drawn_problems(), st.integers(0, 2**32 - 1).map(strewn_problem))


def sparse(covers: NDArray[np.bool_]) -> csr_array:
    """Return the marks as costs of an OD matrix: a stored zero is a mark too."""
    rows, columns = np.nonzero(covers)
    offset = np.concatenate([[0], np.cumsum(covers.sum(axis=1))])
    return csr_array((np.zeros(len(rows)), columns, offset), shape=covers.shape)


def covered(covers: NDArray[np.bool_], weight: NDArray[np.float64], sites: list[int]) -> float:
    return float(weight[covers[sites].any(axis=0)].sum())


def greedy(covers: NDArray[np.bool_], weight: NDArray[np.float64], count: int) -> float:
    """Take the site that adds most, again and again; ties to the lower row."""
    chosen: list[int] = []
    for _ in range(min(count, len(covers))):
        gains = [covered(covers, weight, [*chosen, site]) for site in range(len(covers))]
        chosen.append(int(np.argmax(gains)))
    return covered(covers, weight, chosen)


def best(covers: NDArray[np.bool_], weight: NDArray[np.float64], count: int) -> float:
    """Try every choice."""
    count = min(count, len(covers))
    return max(
        covered(covers, weight, list(sites)) for sites in combinations(range(len(covers)), count)
    )


@laws(150)
@given(problems)
def test_the_choice_lies_between_greedy_and_the_best(problem: Problem) -> None:
    covers, weight, count = problem
    chosen = choose_sites(sparse(covers), weight, count)
    value = covered(covers, weight, chosen.candidate.tolist())
    optimum = best(covers, weight, count)
    assert greedy(covers, weight, count) <= value <= optimum
    assert value >= GREEDY_SHARE * optimum
    if count == 1:
        assert value == optimum


@laws(150)
@given(problems)
def test_gains_are_what_each_site_adds_and_never_rise(problem: Problem) -> None:
    covers, weight, count = problem
    chosen = choose_sites(sparse(covers), weight, count)
    sites = chosen.candidate.tolist()
    assert len(set(sites)) == len(sites) <= count
    added = [
        covered(covers, weight, sites[: i + 1]) - covered(covers, weight, sites[:i])
        for i in range(len(sites))
    ]
    assert chosen.gain.tolist() == added
    assert (chosen.gain > 0).all()
    assert (np.diff(chosen.gain) <= 0).all()


@laws(100)
@given(problems)
def test_no_single_exchange_covers_more(problem: Problem) -> None:
    covers, weight, count = problem
    sites = choose_sites(sparse(covers), weight, count).candidate.tolist()
    value = covered(covers, weight, sites)
    for i in range(len(sites)):
        for other in range(len(covers)):
            assert covered(covers, weight, [*sites[:i], other, *sites[i + 1 :]]) <= value


@laws(100)
@given(problems)
def test_fewer_sites_than_asked_only_where_another_would_gain_nobody(problem: Problem) -> None:
    covers, weight, count = problem
    sites = choose_sites(sparse(covers), weight, count).candidate.tolist()
    if len(sites) < min(count, len(covers)):
        value = covered(covers, weight, sites)
        assert all(covered(covers, weight, [*sites, site]) == value for site in range(len(covers)))


@laws(100)
@given(problems, st.integers(0, 2**32 - 1))
def test_the_order_of_demand_changes_no_choice(problem: Problem, seed: int) -> None:
    covers, weight, count = problem
    order = np.random.default_rng(seed).permutation(len(weight))
    one = choose_sites(sparse(covers), weight, count)
    other = choose_sites(sparse(covers[:, order]), weight[order], count)
    assert one.candidate.tolist() == other.candidate.tolist()
    assert one.gain.tolist() == other.gain.tolist()


@st.composite
def scenes_with_people(draw: st.DrawFn) -> tuple[Scene, NDArray[np.float64]]:
    """Draw a scene, and few different numbers of uncovered people, so that many are equal."""
    scene = draw(scenes())
    people = st.lists(st.integers(0, 3), min_size=len(scene.homes), max_size=len(scene.homes))
    return scene, np.array(draw(people), dtype=float)


def suggestion(
    scene: Scene, people: NDArray[np.float64], sites: int, spacing_m: float = 60.0
) -> Suggestion:
    homes = snap(scene.index, scene.homes, off_street_limit_m=OFF_STREET_LIMIT_M)
    section = SitingSection(sites=sites, spacing_m=spacing_m)
    uncovered = np.where(homes.found, people, 0.0)
    return suggest_sites(scene.index, homes, uncovered, TARGET, section)


@laws(30)
@given(scenes_with_people(), st.integers(0, 3), st.integers(0, 2**32 - 1))
def test_the_order_of_homes_changes_no_suggestion(
    drawn: tuple[Scene, NDArray[np.float64]], sites: int, seed: int
) -> None:
    scene, people = drawn
    order = np.random.default_rng(seed).permutation(len(people))
    shuffled = Scene(scene.city, scene.facilities, scene.homes[order])
    one = suggestion(scene, people, sites)
    other = suggestion(shuffled, people[order], sites)
    assert one.sites.xy.tolist() == other.sites.xy.tolist()
    assert one.gain.tolist() == other.gain.tolist()


@laws(30)
@given(scenes_with_people(), st.integers(0, 3))
def test_the_gain_is_the_people_whom_the_sites_reach(
    drawn: tuple[Scene, NDArray[np.float64]], sites: int
) -> None:
    scene, people = drawn
    found = suggestion(scene, people, sites)
    homes = snap(scene.index, scene.homes, off_street_limit_m=OFF_STREET_LIMIT_M)
    assert len(found.sites.edge) == len(found.gain) <= sites
    if len(found.gain):
        access = measure_access(scene.network, found.sites, homes, (TARGET,))
        assert people[access.covered(TARGET)].sum() == found.gain.sum()
    more = suggestion(scene, people, sites + 1)
    assert more.gain.sum() >= found.gain.sum()


@laws(30)
@given(scenes_with_people(), st.sampled_from([20.0, 60.0, 200.0]))
def test_candidates_stand_on_streets_apart_and_near_all_who_are_uncovered(
    drawn: tuple[Scene, NDArray[np.float64]], spacing_m: float
) -> None:
    scene, people = drawn
    homes = snap(scene.index, scene.homes, off_street_limit_m=OFF_STREET_LIMIT_M)
    weight = np.where(homes.found, people, 0.0)
    street_xy = street_points(scene.index, homes)
    candidates, used_m = street_candidates(street_xy, homes, weight, spacing_m=spacing_m)
    assert used_m == spacing_m
    assert not candidates.off_street_m.any()
    gaps = np.hypot(*np.moveaxis(candidates.xy[:, None] - candidates.xy[None, :], 2, 0))
    np.fill_diagonal(gaps, np.inf)
    assert (gaps >= spacing_m).all()
    wanted = street_xy[weight > 0]
    to_candidate = np.hypot(*np.moveaxis(wanted[:, None] - candidates.xy[None, :], 2, 0))
    assert (to_candidate.min(axis=1, initial=np.inf) < spacing_m).all()
