"""Suggested sites on a street of 3 km, worked by hand at one metre per second."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from toy_city import CORNER_M, network_of

from facility_coverage.errors import InputError, LimitError
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.snapping import snap
from facility_coverage.siting import robustness
from facility_coverage.siting.candidates import Candidates
from facility_coverage.siting.notes import siting_notes
from facility_coverage.siting.plan import Plan
from facility_coverage.siting.robustness import STRUCK_OUT, Trial, try_plan
from facility_coverage.siting.situation import Situation
from facility_coverage.siting.suggestion import Suggestion, suggest_sites
from facility_coverage.study_file import SitingSection
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.times import least_by_column
from facility_coverage.words import Remark

HOMES: NDArray[np.float64] = np.array(
    [(0, 10), (280, 10), (560, 10), (2000, 10), (2200, 10), (1000, 150), (8000, 10)], dtype=float
)
PEOPLE = np.array([10.0, 20.0, 30.0, 25.0, 25.0, 99.0, 5.0])
"""The last but one stands 150 m off its street, the last on a street of its own, an island."""
SITES = [280.0, 560.0, 2000.0, 2100.0, 1400.0]
FACILITY = 900.0


def situation(minutes: float = 5.0, people: NDArray[np.float64] = PEOPLE) -> Situation:
    """Return homes on a street from 0 to 3 km with a facility at 900 m, which reaches none in 5."""
    nodes = {1: (0.0, 0.0), 2: (3000.0, 0.0), 3: (7900.0, 0.0), 4: (8100.0, 0.0)}
    index = StreetIndex.of(network_of(nodes, {1: [1, 2], 2: [3, 4]}))
    homes = snap(index, HOMES + CORNER_M, off_street_limit_m=100.0)
    facilities = snap(index, np.array([(FACILITY, 0.0)]) + CORNER_M, off_street_limit_m=100.0)
    return Situation(index, homes, people, facilities, Threshold("minutes", minutes))


def offered(
    given: Situation, places: list[float], capacity: float = np.nan, cost: float = np.nan
) -> Candidates:
    """Offer sites on the street, so many metres from its start."""
    xy = np.array([(east, 0.0) for east in places]).reshape(-1, 2) + CORNER_M
    table = pd.DataFrame(
        {
            "candidate_id": [f"c{i}" for i in range(len(places))], "candidate_name": "",
            "floor_area_m2": np.nan, "ownership": "", "cost": cost, "earliest_year": np.nan,
            "capacity": capacity, "street_class": "residential", "fronts_street": True,
            "rules": "", "tier": "",
        }
    )  # fmt: skip
    snaps = snap(given.index, xy, off_street_limit_m=1.0)
    return Candidates(table, snaps, pd.DataFrame(), {}, len(places), (), None)


def suggested(
    places: list[float] | None = None,
    *,
    given: Situation | None = None,
    **keys: Any,  # noqa: ANN401
) -> Suggestion:
    there = situation() if given is None else given
    section = SitingSection.model_validate(keys)
    candidates = offered(there, SITES if places is None else places)
    return suggest_sites(there, candidates, section, target_share=0.5)


def test_the_sites_that_reach_most_come_in_the_order_of_what_they_add() -> None:
    """Within 290 m along and 10 m off: 280 reaches 10 + 20 + 30, 2000 and 2100 reach 25 + 25."""
    found = suggested(sites=2)
    assert found.gains.site.tolist() == [0, 2]
    assert found.gains.gain.tolist() == [60.0, 50.0]
    assert found.alone.tolist() == [60.0, 50.0, 50.0, 50.0, 0.0]
    assert found.solution is not None
    assert (found.solution.status, found.solution.objective) == ("optimal", 110.0)


def test_people_whom_a_facility_covers_count_for_no_site() -> None:
    """In 6 minutes the facility reaches the 30 at 560 m: 340 m along and 10 m off."""
    found = suggested(sites=1, given=situation(6.0))
    assert found.gains.gain.tolist() == [50.0]
    assert found.alone.tolist() == [30.0, 20.0, 50.0, 50.0, 0.0]
    assert found.curve.people.tolist() == [30.0, 80.0, 110.0]


def test_the_curve_rises_to_its_bound_and_starts_at_what_is_covered() -> None:
    curve = suggested(sites=2).curve
    assert curve.n_sites.tolist() == [0, 1, 2, 3, 4]
    assert curve.people.tolist() == [0.0, 60.0, 110.0, 110.0, 110.0]
    assert (curve.bound >= curve.people).all()
    assert curve.bound[0] == 0.0


def test_no_more_sites_than_gain_anybody() -> None:
    assert suggested(sites=5).gains.gain.tolist() == [60.0, 50.0]


@pytest.mark.parametrize(
    ("places", "people", "sites"),
    [([], PEOPLE, 3), (SITES, PEOPLE, 0), (SITES, np.array([0.0] * 5 + [9.0, 9.0]), 3)],
)
def test_no_candidates_no_sites_asked_or_nobody_near(
    places: list[float], people: NDArray[np.float64], sites: int
) -> None:
    found = suggested(places, given=situation(people=people), sites=sites)
    assert found.solution is None
    assert len(found.gains.site) == 0
    assert found.curve.people[0] == found.curve.people[-1] - found.gains.gain.sum() == 0.0


def test_why_people_cannot_be_served() -> None:
    """2200 is 800 m from the facility and 1640 m from the only candidate."""
    found = suggested([560.0], sites=1).unreachable
    assert found.row.tolist() == [0, 3, 4, 5, 6]
    assert found.cause.tolist() == ["beyond", "beyond", "beyond", "no_street", "island"]
    assert found.people.tolist() == [10.0, 25.0, 25.0, 99.0, 5.0]
    assert found.nearest_s[:3].round(6).tolist() == [570.0, 1450.0, 1650.0]
    nowhere = suggested([], sites=1).unreachable
    assert set(nowhere.cause) == {"no_candidate", "no_street"}
    assert np.isinf(nowhere.nearest_s).all()


def tried(**keys: Any) -> tuple[Suggestion, tuple[Trial, ...]]:  # noqa: ANN401
    given, section = situation(), SitingSection.model_validate(keys)
    found = suggest_sites(given, offered(given, SITES), section, target_share=0.5)
    unit = np.array([0, 0, 0, 1, 1, 1, 1])
    return found, try_plan(given, found, section, target_share=0.5, unit=unit)


def test_the_plan_is_tried_at_other_paces_populations_and_site_by_site() -> None:
    """At 0.8 m/s 230 m are left along the street: 280 reaches its 20 alone, 560 its 30.

    At 1.2 m/s 348 m are left: 280 reaches its three, 2000 the two, and the facility reaches 560.
    """
    found, trials = tried(sites=2)
    assert [(trial.name, trial.value) for trial in trials[1:5]] == [
        ("speed", 0.8), ("speed", 1.2), ("population", 0.8), ("population", 1.2)
    ]  # fmt: skip
    planned, slow, fast, fewer, more, *rest = trials
    assert (planned.covered_before, planned.covered, planned.best) == (0.0, 110.0, 110.0)
    assert (slow.covered_before, slow.covered, slow.best) == (0.0, 70.0, 80.0)
    assert (fast.covered_before, fast.covered, fast.best) == (30.0, 110.0, 110.0)
    assert (fewer.covered, more.covered) == (88.0, 132.0)
    assert fewer.stays.all()
    assert not fewer.asked
    drawn, struck = rest[:4], rest[4:]
    assert all(88.0 <= trial.covered <= 132.0 for trial in drawn)
    assert len({trial.covered for trial in drawn}) == 4
    assert all(trial.asked and trial.covered <= trial.best for trial in drawn)
    assert [(trial.name, trial.value) for trial in struck] == [(STRUCK_OUT, 1), (STRUCK_OUT, 2)]
    assert [trial.covered for trial in struck] == [50.0, 60.0]
    assert found.gains.last.tolist() == [60.0, 50.0]


def test_a_site_nearby_stands_for_the_same_place() -> None:
    """At 0.8 m/s 2000 and 2100 reach the same two; 560 is 280 m from 280, and reaches one more."""
    _, (_, slow, *_) = tried(sites=2)
    assert slow.stays.tolist() == [False, True]
    assert slow.nearby.tolist() == [True, True]


def test_a_plan_in_metres_knows_no_pace_and_an_empty_one_is_not_tried() -> None:
    given = replace(situation(), target=Threshold("metres", 300.0))
    section = SitingSection(sites=1)
    unit = np.zeros(7, dtype=np.int64)
    found = suggest_sites(given, offered(given, SITES), section, target_share=0.5)
    names = {trial.name for trial in try_plan(given, found, section, target_share=0.5, unit=unit)}
    assert names == {"as planned", "population", "population drawn", STRUCK_OUT}
    nothing = suggest_sites(given, offered(given, []), section, target_share=0.5)
    assert try_plan(given, nothing, section, target_share=0.5, unit=unit) == ()


def test_how_far_somebody_can_get_counts_the_fastest_street() -> None:
    given = situation()
    assert given.straight_reach_m == pytest.approx(300.0)
    assert given.at_pace(1.2).straight_reach_m == pytest.approx(360.0)
    assert replace(given, target=Threshold("metres", 250.0)).straight_reach_m == 250.0


def told(suggestion: Suggestion, **keys: Any) -> list[str]:  # noqa: ANN401
    section = SitingSection.model_validate(keys)
    return list(siting_notes(Plan(suggestion, (), {"water": 2}), section, "en"))


def test_the_notes_say_how_good_how_sure_and_what_is_left() -> None:
    answer, number, lost, torn = told(suggested(sites=5), sites=5)
    assert answer == (
        "suggested sites: cover the most people (MCLP), chosen from 5 candidates; proven optimal: "
        "110 people, bound 110, gap 0.00%"
    )
    assert number == "5 sites were asked, 2 are suggested: a further one would gain nobody"
    assert lost == (
        "104 people cannot be served: no street within the limit 99; "
        "its streets lead to no candidate 5"
    )
    assert torn == "2 areas are torn apart by the extract and were not excluded: in water"


def test_the_notes_say_when_there_are_too_few_candidates_or_none() -> None:
    few = told(suggested([560.0], sites=3), sites=3)
    assert "3 sites were asked, but there are only 1 candidates" in few
    none = suggested([], sites=3)
    refused = replace(
        none,
        candidates=replace(
            none.candidates, causes={"park": 4}, considered=4, notes=(Remark("odd"),)
        ),
    )
    lines = told(refused, sites=3)
    assert lines[0] == "no site is suggested: none of the 4 places looked at is allowed"
    assert "places refused as candidates: in a park 4" in lines
    assert lines[-1] == "odd"
    assert not any("no site is suggested" in line for line in told(none, sites=0))


def ways(sites: tuple[float, ...]) -> NDArray[np.float64]:
    """Return the seconds of the first five homes to the nearest of the facility and some sites."""
    east = HOMES[:5, 0]
    stands = np.array([FACILITY, *sites])
    along_s: NDArray[np.float64] = np.abs(east[:, None] - stands[None, :]).min(axis=1)
    return 10.0 + along_s


@pytest.mark.parametrize(
    ("model", "objective"),
    [
        ("lscp", 2.0),  # 280 for the west, 2000 or 2100 for the east
        ("partial_lscp", 2.0),  # half of 214 people are 107, one site reaches 60 at most
        ("p_median", min(float(ways((site,)) @ PEOPLE[:5]) for site in SITES)),
        ("p_center", min(float(ways((site,)).max()) for site in SITES)),
        ("capacitated_p_median", min(float(ways((site,)) @ PEOPLE[:5]) for site in SITES)),
    ],
)
def test_the_other_models_answer_too(model: str, objective: float) -> None:
    found = suggested(sites=1, model=model, capacity=1000.0)
    assert found.solution is not None
    assert found.solution.status == "optimal"
    assert found.solution.objective == pytest.approx(objective)
    assert {5, 6} <= set(found.unreachable.row.tolist())


def test_a_median_of_people_on_an_island_alone() -> None:
    """Nobody else lives there: the site on the island is the plan, and no candidate elsewhere."""
    people = np.array([0.0] * 6 + [5.0])
    found = suggested([280.0, 7900.0], given=situation(people=people), sites=1, model="p_median")
    assert found.gains.site.tolist() == [1]


def test_who_finds_no_room_is_told_with_the_places_that_are_missing() -> None:
    """Two sites for 30 each serve 60 of the 110 in reach."""
    given, section = situation(), SitingSection(sites=2, model="capacitated_mclp", capacity=30.0)
    found = suggest_sites(given, offered(given, SITES, 30.0), section, target_share=0.5)
    assert found.solution is not None
    assert found.solution.objective == 60.0
    full = found.unreachable.cause == "capacity"
    assert found.unreachable.people[full].sum() == pytest.approx(50.0)
    assert told(found, sites=2)[0].endswith(": 60 people, bound 60, gap 0.00%")


def test_a_plan_that_cannot_be_names_who_stands_against_it() -> None:
    given = situation()
    section = SitingSection(
        sites=1, model="capacitated_p_median", capacity=10.0, existing_capacity=0.0
    )
    found = suggest_sites(given, offered(given, SITES, 10.0), section, target_share=0.5)
    assert found.solution is not None
    assert found.solution.status == "infeasible"
    assert len(found.gains.site) == 0
    assert (found.unreachable.cause == "capacity").any()
    assert (
        "meets what was asked" in told(found, sites=1, model="capacitated_p_median", capacity=1)[0]
    )
    unit = np.zeros(7, dtype=np.int64)
    assert try_plan(given, found, section, target_share=0.5, unit=unit) == ()


def test_a_trial_without_a_plan_is_a_row_without_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """People come to 120 % in one trial: 60 rooms are too few for 66 then, and enough before."""
    given, unit = situation(people=np.array([10.0, 20.0, 30.0, 0, 0, 0, 0])), np.zeros(7, np.int64)
    section = SitingSection(
        sites=2, model="capacitated_p_median", capacity=30.0, existing_capacity=0.0
    )
    found = suggest_sites(given, offered(given, SITES, 30.0), section, target_share=0.5)
    assert found.solution is not None
    assert found.solution.status == "optimal"
    trials = try_plan(given, found, section, target_share=0.5, unit=unit)
    more = next(trial for trial in trials if (trial.name, trial.value) == ("population", 1.2))
    fewer = next(trial for trial in trials if (trial.name, trial.value) == ("population", 0.8))
    assert np.isnan(more.best)
    assert not more.asked
    assert fewer.asked

    def too_large(*_: Any, **__: Any) -> None:  # noqa: ANN401
        msg = "too large"
        raise LimitError(msg)

    monkeypatch.setattr(robustness, "solve", too_large)
    refused = try_plan(given, found, section, target_share=0.5, unit=unit)
    assert not any(trial.asked for trial in refused)


def test_an_extra_pair_that_saves_nobody_anything_is_left_out() -> None:
    """A site at 560 m is nearer than the facility at 900 m to the homes at 0, 280 and 560 m."""
    given = situation()
    least = least_by_column(given.any_costs_of(given.facilities))
    assert least[:5].tolist() == pytest.approx(ways(()).tolist())
    snaps = offered(given, [560.0, 900.0]).snaps
    costs = given.saving_costs_of(snaps, least)
    assert costs[[0]].indices.tolist() == [0, 1, 2]
    assert costs[[1]].nnz == 0
    assert given.saving_costs_of(snaps.take(np.empty(0, np.intp)), least).shape == (0, 7)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"station_minutes": 6.0}, "not farther"),
        ({"station_distance_m": 200.0}, "in one unit"),
    ],
)
def test_how_far_a_station_serves_is_checked(keys: dict[str, float], told: str) -> None:
    section = SitingSection.model_validate({"model": "two_tier", "stations": 1, **keys})
    with pytest.raises(InputError, match=told):
        section.station_limit(Threshold("minutes", 5))


def test_a_station_serves_as_far_as_a_centre_unless_told() -> None:
    target = Threshold("metres", 500)
    assert SitingSection(model="two_tier").station_limit(target) == 500
    nearer = SitingSection(model="two_tier", station_distance_m=300.0)
    assert nearer.station_limit(target) == 300


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"stations": 2}, "are for model"),
        ({"model": "two_tier", "station_minutes": 5.0, "station_distance_m": 300.0}, "not both"),
    ],
)
def test_keys_of_stations_that_do_not_fit(keys: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        SitingSection.model_validate(keys)


def test_two_tiers_need_to_know_which_facilities_are_stations() -> None:
    given = situation()
    section = SitingSection(model="two_tier", sites=1)
    with pytest.raises(InputError, match="give it tiers"):
        suggest_sites(given, offered(given, SITES).in_two_tiers(), section, target_share=0.5)
