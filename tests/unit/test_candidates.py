"""Candidate sites, worked by hand on one street of 3 km and a path that leaves it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from toy_city import CORNER_M, CRS, network_of
from toy_study import write_csv

from facility_coverage.crs import WGS84, project
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.snapping import snap
from facility_coverage.siting.candidates import Candidates, find_candidates, street_candidates
from facility_coverage.siting.site_rules import SiteRules
from facility_coverage.siting.situation import Situation
from facility_coverage.siting.street_pool import spaced_points
from facility_coverage.study_file import SitingSection
from facility_coverage.thresholds import Threshold

LIMIT_M = 100.0
HOMES = [(300.0, 10.0), (1500.0, 10.0), (2000.0, 190.0)]
PEOPLE = np.array([10.0, 20.0, 30.0])


def ground() -> StreetIndex:
    """Return a street from west to east, and a footpath that leaves it northwards at 2 km."""
    network = network_of(
        {1: (0, 0), 2: (2000, 0), 3: (3000, 0), 4: (2000, 400)}, {1: [1, 2, 3], 2: [2, 4]}
    )
    classes = tuple("footway" if way == 2 else "residential" for way in network.way_id)
    return StreetIndex.of(replace(network, way_class=classes))


def box(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    x, y = CORNER_M
    return shapely.box(x + west, y + south, x + east, y + north)


def site_rules(**changes: Any) -> SiteRules:  # noqa: ANN401  (fields of the rules)
    everywhere = np.array([box(-500, -500, 4000, 900)])
    plain = SiteRules(everywhere, None, {}, np.empty((0, 2)), LIMIT_M, {}, "en")
    return replace(plain, **changes)


def generated(
    rules: SiteRules | None = None,
    weight: NDArray[np.float64] = PEOPLE,
    reach_m: float = 250.0,
    **keys: Any,  # noqa: ANN401  (keys of the study file)
) -> Candidates:
    index = ground()
    homes = snap(index, np.array(HOMES) + CORNER_M, off_street_limit_m=LIMIT_M)
    section = SitingSection(**({"spacing_m": 400.0} | keys))
    return street_candidates(index, homes, weight, rules or site_rules(), section, reach_m=reach_m)


def places(candidates: Candidates) -> list[list[float]]:
    found: list[list[float]] = np.round(candidates.snaps.xy - CORNER_M, 6).tolist()
    return found


def test_in_front_of_people_first_then_along_the_streets() -> None:
    """Points along the street stand at 200, 600, 1000, … m, on the path at 200 m from its start.

    Within 250 m of a home are (200, 0), (1400, 0) and (2000, 200); the homes' own street points
    keep each of them away.
    """
    found = generated()
    assert places(found) == [[1500, 0], [300, 0], [2000, 190]]  # 20 people, 10, and on a path 30
    assert found.considered == 6
    assert found.spacing_m == 400.0
    assert found.table["candidate_id"].tolist() == [f"street-{i:05d}" for i in (1, 2, 3)]
    assert found.table["fronts_street"].tolist() == [True, True, False]
    assert not found.snaps.off_street_m.any()


def test_a_path_gives_way_to_a_real_street_nearby_unless_frontage_is_all_one() -> None:
    """The street point (1857.1, 0) stands 238 m from the path's (2000, 190)."""
    preferred = generated(spacing_m=300.0, reach_m=260.0)
    assert [1857.142857, 0] in places(preferred)
    assert [2000, 190] not in places(preferred)
    found = generated(spacing_m=300.0, reach_m=260.0, frontage="any")
    assert [1857.142857, 0] not in places(found)
    path = found.table[~found.table["fronts_street"]]
    assert path["rules"].tolist() == ["on a footway way"]


def test_a_required_frontage_refuses_the_path_and_counts_it() -> None:
    found = generated(frontage="require")
    assert found.table["fronts_street"].all()
    assert found.causes == {"no_frontage": 2}  # its home, and the middle of its 400 m
    assert found.considered == len(found.table) + 2 + 2  # two points are spaced away


def test_nobody_to_serve_is_no_candidate() -> None:
    found = generated(weight=np.zeros(3))
    assert len(found.table) == len(found.snaps.edge) == found.considered == 0


def test_areas_and_facilities_hold_back_and_the_rest_says_why_it_is_allowed() -> None:
    rules = site_rules(
        inside=np.array([box(0, -50, 2400, 50)]),
        outside={"water": np.array([box(1400, -50, 1600, 50)])},
        facility_xy=np.array([(0.0, 0.0)]) + CORNER_M,
    )
    found = generated(rules, inside="x.gpkg", exclude=["water"], min_distance_m=250.0)
    assert places(found) == [[300, 0]]
    assert found.causes == {"outside_areas": 2, "water": 2, "near_facility": 1}
    assert found.table["rules"].item() == (
        "fronts a street (residential); inside the given areas; outside: water; "
        "250 m or more from every facility"
    )


def test_the_least_distance_itself_is_far_enough() -> None:
    rules = site_rules(facility_xy=np.array([(0.0, 0.0)]) + CORNER_M)
    assert [300, 0] in places(generated(rules, min_distance_m=300.0))


def test_points_exactly_at_the_spacing_are_both_kept_and_it_widens_until_few_enough() -> None:
    xy = np.array([(100.0 * i, 0.0) for i in range(20)])
    rows, spacing_m = spaced_points(xy, spacing_m=100.0, most=20)
    assert (rows.tolist(), spacing_m) == (list(range(20)), 100.0)
    rows, spacing_m = spaced_points(xy, spacing_m=100.0, most=6)
    assert len(rows) <= 6
    assert (np.diff(xy[rows, 0]) >= spacing_m).all()
    assert spaced_points(np.empty((0, 2)), spacing_m=100.0, most=1)[0].tolist() == []


HEADER = (
    "candidate_id", "name", "lon", "lat", "floor_area_m2", "ownership", "cost", "earliest_year",
    "capacity",
)  # fmt: skip


def listed(folder: Path, rows: list[tuple[Any, ...]], **keys: Any) -> Candidates:  # noqa: ANN401
    """Hold premises at (east, north) metres, or at raw degrees, to the rules."""
    table = []
    for name, place, *rest in rows:
        if isinstance(place, tuple):
            (lonlat,) = project(np.array([place]) + CORNER_M, CRS, WGS84).tolist()
        else:
            lonlat = [place, place]
        table.append([name, "", *lonlat, *rest, *[""] * (5 - len(rest))])
    path = write_csv(folder / "premises.csv", HEADER, table)
    index = ground()
    homes = snap(index, np.array(HOMES) + CORNER_M, off_street_limit_m=LIMIT_M)
    facilities = snap(index, np.array([(0.0, 0.0)]) + CORNER_M, off_street_limit_m=LIMIT_M)
    situation = Situation(index, homes, PEOPLE, facilities, Threshold("minutes", 5))
    rules = site_rules(outside={"park": np.array([box(900, -50, 1100, 50)])})
    section = SitingSection(candidates=str(path), **keys)
    return find_candidates(situation, rules, section)


def test_each_row_of_a_list_is_allowed_or_refused_with_its_first_cause(tmp_path: Path) -> None:
    found = listed(
        tmp_path,
        [
            ("b", (500, 20), 1500, "街道", 80, 2027, ""),
            ("a", (700, 5), 2000, "", 90, "", ""),
            ("a", (800, 5), 2000, "", 90, "", ""),
            ("", (1000, 5), 2000, "", 90, "", ""),
            ("far", (500, 101), 2000, "", 90, "", ""),
            ("bad", "x", 2000, "", 90, "", ""),
            ("small", (600, 5), 100, "", 90, "", ""),
            ("unknown", (600, 5), "", "", 90, "", ""),
            ("late", (600, 5), 2000, "", 90, 2031, ""),
            ("free", (600, 5), 2000, "", "much", "", ""),
        ],
        min_floor_area_m2=1000.0, by_year=2030, budget=100.0,
    )  # fmt: skip
    assert found.table["candidate_id"].tolist() == ["a", "b"]
    assert found.table["ownership"].tolist() == ["", "街道"]
    assert found.snaps.off_street_m.round(6).tolist() == [5, 20]
    refused = dict(zip(found.refused["candidate_id"], found.refused["cause"], strict=True))
    assert refused == {
        "a (row 4)": "repeated_id", "row-5": "park", "far": "no_street", "bad": "no_position",
        "small": "small", "unknown": "small", "late": "late", "free": "no_cost",
    }  # fmt: skip
    assert found.causes["small"] == 2
    assert found.considered == 10
    reasons = dict(zip(found.refused["candidate_id"], found.refused["reason"], strict=True))
    assert reasons["a (row 4)"] == "candidate_id stands twice; the first row counts"
    assert reasons["far"] == "no street within the limit"
    assert all(reasons.values())
    assert [note.told("en") for note in found.notes] == [
        "premises.csv: row 11: cost 'much' is no amount; write plain digits; left empty"
    ]
    assert found.spacing_m is None
    assert set(found.table["rules"]) == {
        "fronts a street (residential); 1000 m² or more; to be had by 2030"
    }


def test_a_model_with_capacities_needs_them_of_every_row_or_of_the_study(tmp_path: Path) -> None:
    rows = [("a", (500, 5), "", "", "", "", 700), ("b", (600, 5))]
    alone = listed(tmp_path, rows, model="capacitated_mclp")
    assert alone.causes == {"no_capacity": 1}
    both = listed(tmp_path, rows, model="capacitated_mclp", capacity=50.0)
    assert both.table["capacity"].tolist() == [700.0, 50.0]


@pytest.mark.parametrize(
    ("model", "expected"), [("mclp", [[1500, 0]]), ("p_median", [[1500, 0], [300, 0]])]
)
def test_models_of_everybodys_way_also_look_near_people_who_are_covered(
    model: str, expected: list[list[float]]
) -> None:
    """The home at 300 m is 310 s from a facility at 0 m at a metre a second: 10 min cover it."""
    index = ground()
    homes = snap(index, np.array(HOMES[:2]) + CORNER_M, off_street_limit_m=LIMIT_M)
    facilities = snap(index, np.array([(0.0, 0.0)]) + CORNER_M, off_street_limit_m=LIMIT_M)
    situation = Situation(index, homes, PEOPLE[:2], facilities, Threshold("minutes", 10))
    section = SitingSection.model_validate({"model": model, "spacing_m": 1000.0})
    assert places(find_candidates(situation, site_rules(), section))[: len(expected)] == expected
