"""Suggestions on drawn streets: who is gained, what stands where, what changes nothing."""

from dataclasses import replace

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from street_scenes import OFF_STREET_LIMIT_M, Scene, laws, scenes

from facility_coverage.facility_words import CENTRE, STATION
from facility_coverage.network.snapping import Snaps, snap
from facility_coverage.siting.candidates import Candidates, find_candidates
from facility_coverage.siting.site_rules import SiteRules
from facility_coverage.siting.situation import Situation, Tiers
from facility_coverage.siting.suggestion import Suggestion, suggest_sites
from facility_coverage.study_file import SitingModel, SitingSection
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import measure_access

TARGET = Threshold("minutes", 3.0)
Drawn = tuple[Scene, NDArray[np.float64]]


@st.composite
def scenes_with_people(draw: st.DrawFn) -> Drawn:
    """Draw a scene, and few different numbers of people, so that many are equal."""
    scene = draw(scenes())
    people = st.lists(st.integers(1, 3), min_size=len(scene.homes), max_size=len(scene.homes))
    return scene, np.array(draw(people), dtype=float)


def situation(drawn: Drawn, n_facilities: int) -> Situation:
    scene, people = drawn
    homes = snap(scene.index, scene.homes, off_street_limit_m=OFF_STREET_LIMIT_M)
    sites = scene.facilities[:n_facilities]
    facilities = snap(scene.index, sites, off_street_limit_m=OFF_STREET_LIMIT_M)
    return Situation(scene.index, homes, people, facilities, TARGET)


def candidates(
    given_: Situation, spacing_m: float = 60.0, model: SitingModel = "mclp"
) -> Candidates:
    west, south = given_.index.network.vertex_xy.min(axis=0) - 1.0
    east, north = given_.index.network.vertex_xy.max(axis=0) + 1.0
    everywhere = np.array([shapely.box(west, south, east, north)])
    rules = SiteRules(everywhere, None, {}, np.empty((0, 2)), OFF_STREET_LIMIT_M, {}, "en")
    return find_candidates(given_, rules, SitingSection(spacing_m=spacing_m, model=model))


def suggestion(drawn: Drawn, sites: int) -> tuple[Situation, Suggestion]:
    given_ = situation(drawn, 1)
    section = SitingSection(sites=sites)
    return given_, suggest_sites(given_, candidates(given_), section, target_share=0.8)


@laws(15)
@given(scenes_with_people(), st.integers(0, 2**32 - 1))
def test_the_order_of_homes_changes_no_gain(drawn: Drawn, seed: int) -> None:
    scene, people = drawn
    order = np.random.default_rng(seed).permutation(len(people))
    shuffled = Scene(scene.city, scene.facilities, scene.homes[order])
    _, one = suggestion((scene, people), 2)
    _, other = suggestion((shuffled, people[order]), 2)
    assert one.gains.gain.tolist() == other.gains.gain.tolist()
    xy = [found.candidates.snaps.xy[found.gains.site].tolist() for found in (one, other)]
    assert xy[0] == xy[1]


@laws(15)
@given(scenes_with_people(), st.integers(1, 3))
def test_the_plan_is_what_routes_say_it_is(drawn: Drawn, sites: int) -> None:
    """Existing and new facilities together reach whom the curve says; more sites reach no fewer."""
    given_, found = suggestion(drawn, sites)
    chosen = found.candidates.snaps.take(found.gains.site)
    reached = np.zeros(len(given_.population), dtype=bool)
    for places in (given_.facilities, chosen):
        if len(places.edge):
            access = measure_access(given_.index.network, places, given_.homes, (TARGET,))
            reached |= access.covered(TARGET)
    total = given_.population[reached].sum()
    n_chosen = len(found.gains.site)
    assert found.curve.people[n_chosen] == total
    assert (np.diff(found.curve.people) >= 0).all()
    assert (found.curve.bound >= found.curve.people).all()
    if found.solution is not None:
        assert found.solution.objective == total
        assert found.curve.bound[sites if sites < len(found.curve.bound) else -1] >= total


@laws(15)
@given(scenes_with_people(), st.integers(0, 2))
def test_everybody_is_served_open_or_told_why_not(drawn: Drawn, sites: int) -> None:
    given_, found = suggestion(drawn, sites)
    lost = np.zeros(len(given_.population), dtype=bool)
    lost[found.unreachable.row] = True
    assert (lost == ~found.reached.within_reach).all()
    no_street = found.unreachable.cause == "no_street"
    assert (no_street == ~given_.homes.found[found.unreachable.row]).all()


@laws(15)
@given(scenes_with_people(), st.sampled_from([20.0, 60.0, 200.0]))
def test_candidates_stand_on_streets_apart_and_near_all_who_are_uncovered(
    drawn: Drawn, spacing_m: float
) -> None:
    given_ = situation(drawn, 1)
    found = candidates(given_, spacing_m)
    assert found.spacing_m == spacing_m
    assert not found.snaps.off_street_m.any()
    xy = found.snaps.xy
    gaps = np.hypot(*np.moveaxis(xy[:, None] - xy[None, :], 2, 0))
    np.fill_diagonal(gaps, np.inf)
    assert (gaps >= spacing_m).all()
    on_street = snap(given_.index, xy, off_street_limit_m=1.0)
    assert np.allclose(on_street.off_street_m, 0.0, atol=1e-6)
    wanted = given_.uncovered_population > 0
    to_home = np.hypot(*np.moveaxis(given_.homes.xy[wanted][:, None] - xy[None, :], 2, 0))
    assert (to_home.min(axis=1, initial=np.inf) < spacing_m + OFF_STREET_LIMIT_M).all()


def within(given_: Situation, places: Snaps, limit_s: float) -> NDArray[np.bool_]:
    """Tell who is within a limit of which place, by plain times."""
    threshold = Threshold("minutes", limit_s / 60.0)
    od = measure_access(given_.index.network, places, given_.homes, (threshold,)).od
    marks = np.zeros(od.shape, dtype=bool)
    marks[np.repeat(np.arange(od.shape[0]), np.diff(od.indptr)), od.indices] = True
    return marks


@laws(12)
@given(
    scenes_with_people(), st.sampled_from([45.0, 120.0, 180.0]), st.sampled_from([CENTRE, STATION])
)
def test_two_tiers_are_the_best_of_all_pairs_that_keep_the_rule(
    drawn: Drawn, station_s: float, kind: str
) -> None:
    """A centre and a station at most; a station only where neither tier's centre reaches."""
    bare, is_station = situation(drawn, 1), kind == STATION
    stations = np.full(len(bare.facilities.edge), is_station)
    given_ = replace(bare, tiers=Tiers(stations, station_s))
    there = candidates(given_, 150.0, "two_tier")
    section = SitingSection(sites=1, stations=1, model="two_tier")
    found = suggest_sites(given_, there, section, target_share=0.8)
    half = len(there.table) // 2
    places = there.snaps.take(np.arange(half))
    by_centre, by_station = (within(given_, places, s) for s in (TARGET.limit, station_s))
    old = within(given_, given_.facilities, station_s if is_station else TARGET.limit)
    before: NDArray[np.bool_] = np.logical_or.reduce(old)
    between = within(replace(given_, homes=places), places, TARGET.limit)
    near = within(replace(given_, homes=places), given_.facilities, TARGET.limit)
    taken: NDArray[np.bool_] = np.logical_or.reduce(near & ~is_station)
    best = float(given_.population[before].sum())
    for centre in range(-1, half):
        for station in range(-1, half):
            if station >= 0 and (taken[station] or (centre >= 0 and between[centre, station])):
                continue
            some = [before]
            some += [by_centre[centre]] if centre >= 0 else []
            some += [by_station[station]] if station >= 0 else []
            served = np.logical_or.reduce(some)
            best = max(best, float(given_.population[served].sum()))
    if found.solution is None:
        assert best == given_.population[before].sum()
    else:
        assert (found.solution.objective, found.solution.status) == (best, "optimal")
        tier = there.table["tier"].iloc[found.gains.site]
        assert tier.value_counts().max() <= 1
