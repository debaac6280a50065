"""The toy study from beginning to end: its answer is worked out by hand in ``toy_study``."""

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from spoilers import saved_network
from toy_study import (
    CORNER_M,
    COVERED_5MIN,
    COVERED_10MIN,
    CRS,
    FACILITY_HEADER,
    PEOPLE,
    POPULATION,
    UNASSESSED,
    Box,
    degrees,
    facility_rows,
    polygon,
    toy_result,
    toy_sections,
    write_csv,
    write_geojson,
    write_raster,
    write_study,
    write_toy_study,
)

from facility_coverage.outputs.manifest import manifest
from facility_coverage.result import StudyResult
from facility_coverage.study import run_study
from facility_coverage.study_file import Study

WALK_S = (220, 420, 420, 120, 420, 920, 1020, 1120, math.inf)
"""Time of each row of people to the nearest facility, as ``toy_study.PEOPLE`` works it out."""

NEAREST = ["f1", "f1", "f1", "f2", "f2", "f1", "f2", "f1", ""]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    sections = toy_sections()
    sections["demand"]["older"] = "older"
    return toy_result(tmp_path_factory.mktemp("study"), sections)


def by_unit(result: StudyResult, column: str) -> dict[str, float]:
    return dict(zip(result.units["unit_id"], result.units[column], strict=True))


@pytest.mark.parametrize(
    ("column", "people"),
    [
        ("population", POPULATION),
        ("unassessed_population", UNASSESSED),
        ("assessed_population", {u: POPULATION[u] - UNASSESSED[u] for u in POPULATION}),
        ("covered_population_5min", COVERED_5MIN),
        ("covered_population_10min", COVERED_10MIN),
        ("older_population", {"01": 40, "02": 25, "03": 73, "outside": 5}),
        ("older_covered_population_5min", {"01": 30, "02": 20, "03": 0, "outside": 0}),
        ("older_covered_population_10min", {"01": 40, "02": 25, "03": 6, "outside": 0}),
    ],
)
def test_people_of_each_subdistrict(
    column: str, people: dict[str, int], result: StudyResult
) -> None:
    assert by_unit(result, column) == people


def test_shares_are_parts_of_everybody(result: StudyResult) -> None:
    for label, covered in (("5min", COVERED_5MIN), ("10min", COVERED_10MIN)):
        shares = {unit: covered[unit] / POPULATION[unit] for unit in POPULATION}
        assert by_unit(result, f"covered_share_{label}") == pytest.approx(shares, abs=1e-15)


def test_covered_uncovered_and_unassessed_add_up(result: StudyResult) -> None:
    total = result.total
    for label in ("5min", "10min"):
        parts = (
            total[f"covered_population_{label}"]
            + total[f"uncovered_population_{label}"]
            + total["unassessed_population"]
        )
        assert parts == total["population"] == 592
    status = result.demand.groupby("status")["population"].sum()
    assert status.to_dict() == {"covered": 300, "uncovered": 285, "unassessed": 7}


def test_walking_times_are_those_of_the_lattice(result: StudyResult) -> None:
    order = {str(row + 2): seconds for row, seconds in enumerate(WALK_S)}
    found = dict(zip(result.demand["demand_id"], result.demand["travel_time_s"], strict=True))
    assert found == pytest.approx(order, abs=0.05)  # OSM keeps centimetres
    nearest = result.demand.set_index("demand_id")["nearest_facility_id"].fillna("")
    assert [nearest[row] for row in order] == NEAREST


def test_what_each_facility_gives(result: StudyResult) -> None:
    rows = result.facilities.set_index("facility_id")
    # f1 reaches rows 1 to 3, f2 rows 4 and 5; nobody is reached by both
    assert rows["people_reached_10min"].to_dict() == {"f1": 190, "f2": 110}
    assert rows["people_reached_only_10min"].to_dict() == {"f1": 190, "f2": 110}
    assert rows["people_reached_5min"].to_dict() == {"f1": 100, "f2": 80}
    assert rows["access_m"].to_dict() == pytest.approx({"f1": 10, "f2": 10}, abs=0.02)
    assert rows["unit_id"].to_dict() == {"f1": "01", "f2": "02"}
    assert result.facilities_by_unit.to_dict("records") == [
        {"unit_id": "01", "kind": "centre", "ownership": "government", "facilities": 1},
        {"unit_id": "02", "kind": "station", "ownership": "private", "facilities": 1},
    ]


def test_a_facility_behind_another_reaches_nobody_alone(tmp_path: Path) -> None:
    write_toy_study(tmp_path)
    twin = ["f3", "twin", *degrees(150, 10), "", "", ""]
    write_csv(tmp_path / "facilities.csv", FACILITY_HEADER, [*facility_rows(), twin])
    rows = run_study(Study.load(tmp_path / "study.toml")).facilities.set_index("facility_id")
    assert rows["people_reached_10min"].to_dict() == {"f1": 190, "f2": 110, "f3": 190}
    assert rows["people_reached_only_10min"].to_dict() == {"f1": 0, "f2": 110, "f3": 0}


def test_the_gap_and_the_site_that_closes_it(result: StudyResult) -> None:
    # rows 6 to 8 lie within 142 m of each other: one gap of 200 + 60 + 25 people, mostly in 03
    (gap,) = result.gaps.to_dict("records")
    assert (gap["population"], gap["demand_points"], gap["unit_id"]) == (285, 3, "03")
    mean_s = (200 * 920 + 60 * 1020 + 25 * 1120) / 285
    assert gap["mean_travel_time_s"] == pytest.approx(mean_s, abs=0.05)
    # one site on the street before row 6 covers all three within ten minutes
    (site,) = result.candidates.to_dict("records")
    assert (site["gain_population"], site["cumulative_population"]) == (285, 585)
    assert site["cumulative_share"] == pytest.approx(585 / 592)
    assert site["unit_id"] == "03"
    assert (site["status"], site["objective"], site["bound"], site["gap"]) == (
        "optimal",
        585,
        585,
        0,
    )
    assert site["alone_population"] == site["last_population"] == site["mean_population"] == 285
    place = site["geometry"]
    assert (place.x, place.y) == pytest.approx((CORNER_M[0] + 1050, CORNER_M[1]), abs=0.02)


def test_how_the_site_was_chosen(result: StudyResult) -> None:
    siting = result.siting
    assert siting.answer["model"] == "mclp"
    assert set(siting.answer["refused"]) == {"outside_study"}  # the lattice is wider than they are
    # row 8 lives outside every subdistrict, and counts all the same
    gains = siting.gains_by_unit.set_index("unit_id")["gain_population"]
    assert gains.to_dict() == {"03": 260, "outside": 25}
    assert siting.curve["covered_population"].tolist() == [300, 585, 585]
    assert siting.curve["bound_share"].iloc[-1] == pytest.approx(585 / 592)
    places = siting.places
    assert (places["status"] == "chosen").sum() == 1
    assert places.loc[places["status"] == "chosen", "rank"].tolist() == [1]
    assert len(places) == siting.answer["candidates"]
    assert siting.robustness.empty
    (lost,) = siting.unreachable.to_dict("records")
    assert (lost["demand_id"], lost["population"], lost["cause"]) == ("10", 7, "no_street")


def test_every_place_stands_in_the_snap_audit(result: StudyResult) -> None:
    audit = result.snap_audit
    assert audit["layer"].value_counts().to_dict() == {"demand": len(PEOPLE), "facility": 2}
    lost = audit[audit["status"] != "assessed"]
    assert lost["id"].tolist() == ["10"]
    assert lost["reason"].tolist() == ["no street within 100 m"]
    assert lost["edge_id"].isna().all()
    tied = audit[audit["status"] == "assessed"]
    np.testing.assert_allclose(tied["distance_m"], 10.0, atol=0.02)
    assert set(tied["component"]) == {0}
    assert tied.loc[tied["id"] == "f1", "way_id"].tolist() == [2]  # the row y = 0


def test_people_outside_every_subdistrict_are_a_row_and_a_note(result: StudyResult) -> None:
    assert result.units["unit_id"].tolist() == ["01", "02", "03", "outside"]
    assert result.units.geometry.iloc[-1].is_empty
    assert result.total["outside_population"] == 25
    assert any(note.startswith("25 people live outside every subdistrict") for note in result.notes)
    assert any(note.startswith("7 people live more than 100 m from any") for note in result.notes)


def test_streets_are_cut_and_none_is_lost(result: StudyResult) -> None:
    lengths = result.streets.groupby("band")["length_m"].sum()
    assert set(lengths.index) == {"5min", "10min", "beyond"}
    # 9 rows of 1400 m and 15 columns of 800 m
    assert lengths.sum() == pytest.approx(9 * 1400 + 15 * 800, abs=0.5)
    streets = result.streets
    np.testing.assert_allclose(streets.geometry.length, streets["length_m"], atol=1e-6)


def test_circles_are_nested_and_joined(result: StudyResult) -> None:
    layer = result.isochrones.set_index(["scope", "facility_id", "threshold"]).geometry
    for facility in ("f1", "f2"):
        inner, outer = layer["facility", facility, "5min"], layer["facility", facility, "10min"]
        assert inner.difference(outer).area == pytest.approx(0, abs=1e-6)
    union = result.isochrones[
        (result.isochrones["scope"] == "all") & (result.isochrones["threshold"] == "10min")
    ].geometry.iloc[0]
    of_both = layer["facility", "f1", "10min"].union(layer["facility", "f2", "10min"])
    assert union.symmetric_difference(of_both).area == pytest.approx(0, abs=of_both.area * 1e-3)


@pytest.mark.parametrize(
    ("coverage", "labels", "target"),
    [
        ({"minutes": [10]}, ["10min"], "10min"),
        ({"distance_m": [600, 300]}, ["300m", "600m"], "600m"),
        ({"minutes": [5, 10], "distance_m": [600]}, ["5min", "10min", "600m"], "10min"),
    ],
)
def test_minutes_and_metres_are_tests_of_their_own(
    coverage: dict[str, list[float]], labels: list[str], target: str, tmp_path: Path
) -> None:
    sections = toy_sections()
    # at 7.2 km/h ten minutes are 1200 m, while 600 m stay 600 m
    sections["network"]["speed_kph"] = 7.2
    sections["coverage"] = {"off_street_limit_m": 100, **coverage}
    result = toy_result(tmp_path, sections)
    assert [threshold.label for threshold in result.thresholds] == labels
    assert result.target.label == target
    covered = [c for c in result.units.columns if c.startswith("covered_population_")]
    assert covered == [f"covered_population_{label}" for label in labels]
    # five minutes are 600 m; ten reach all but the 7 who have no street, the last after 1120 m
    expected = {"5min": 300, "10min": 585, "300m": 180, "600m": 300}
    for label in labels:
        assert result.total[f"covered_population_{label}"] == expected[label], label


def test_a_saved_network_gives_the_same_answer(tmp_path: Path) -> None:
    sections = toy_sections()
    plain = toy_result(tmp_path, sections)
    saved_network(tmp_path, sections)
    (tmp_path / "streets.osm").unlink()
    again = run_study(Study.load(write_study(tmp_path / "study.toml", sections)))
    pd.testing.assert_frame_equal(pd.DataFrame(again.units), pd.DataFrame(plain.units))
    pd.testing.assert_frame_equal(again.snap_audit, plain.snap_audit)
    assert again.total == plain.total


def test_facilities_of_the_extract_itself(tmp_path: Path) -> None:
    sections = toy_sections()
    sections["facilities"] = {"source": "osm"}
    result = toy_result(tmp_path, sections)
    assert result.facilities["facility_id"].tolist() == ["n90001", "n90002"]
    assert by_unit(result, "covered_population_10min") == COVERED_10MIN


def test_people_in_polygons(tmp_path: Path) -> None:
    boxes: list[tuple[Box, int]] = [
        ((x - 5, y - 5, x + 5, y + 5), people) for (x, y), people, _ in PEOPLE
    ]
    rows = [({"population": people}, polygon(box)) for box, people in boxes]
    write_geojson(tmp_path / "houses.geojson", rows)
    gpd.read_file(tmp_path / "houses.geojson").to_file(tmp_path / "houses.gpkg")
    sections = toy_sections()
    sections["demand"] = {"source": "houses.gpkg"}
    result = toy_result(tmp_path, sections)
    assert by_unit(result, "population") == pytest.approx(POPULATION)
    assert by_unit(result, "covered_population_10min") == pytest.approx(COVERED_10MIN)


def test_people_in_a_raster(tmp_path: Path) -> None:
    # pixels of 20 m whose centres are the places of people: 10, 30, 50 … in both directions
    people = np.full((46, 61), -9.0)
    for (x, y), everybody, _ in PEOPLE:
        if x < 1200:
            people[int((920 - y) // 20), int(x // 20)] = everybody
    corner = (CORNER_M[0], CORNER_M[1] + 920)
    write_raster(tmp_path / "people.tif", people, corner=corner, pixel=20)
    sections = toy_sections()
    sections["demand"] = {"source": "people.tif"}
    result = toy_result(tmp_path, sections)
    # pixels along the border of 01 stand over it by a tenth of a millimetre
    for column, expected in (
        ("population", POPULATION | {"outside": 0}),
        ("covered_population_10min", COVERED_10MIN),
        ("unassessed_population", UNASSESSED),
    ):
        assert by_unit(result, column) == pytest.approx(expected, abs=1e-3)
    assert result.units["population"].sum() == pytest.approx(567, abs=1e-9)


def test_cells_are_decided_at_their_centre_and_shared_out_by_area(tmp_path: Path) -> None:
    # a cell of 200 m around (400, 10): half in 01, half in 02, 90 of 200 m south of both; its
    # centre is 10 + 250 m from f1 and lies on a street
    sections = toy_sections()
    sections["demand"] = {"source": "people.csv", "cell_size_m": 200}
    study = write_toy_study(tmp_path, sections)
    write_csv(tmp_path / "people.csv", ("lon", "lat", "population"), [(*degrees(400, 10), 1000)])
    result = run_study(Study.load(study))
    expected = {"01": 275, "02": 275, "03": 0, "outside": 450}
    assert by_unit(result, "population") == pytest.approx(expected, abs=0.01)
    assert by_unit(result, "covered_population_5min") == pytest.approx(expected, abs=0.01)
    assert result.total["covered_population_5min"] == pytest.approx(1000, abs=1e-9)


def test_the_crs_of_the_study_may_be_chosen(tmp_path: Path) -> None:
    sections = toy_sections()
    sections["study"]["crs"] = "EPSG:32649"
    result = toy_result(tmp_path, sections)
    assert result.crs == "EPSG:32649"
    assert result.units.crs == "EPSG:32649"
    assert by_unit(result, "covered_population_10min") == COVERED_10MIN
    assert toy_result(tmp_path).crs == CRS


def test_the_breadth_of_a_border_line_is_no_note(tmp_path: Path) -> None:
    # a cell of 20 m that reaches a tenth of a millimetre out of 01: a thousandth of a person
    sections = toy_sections()
    sections["demand"] = {"source": "people.csv", "cell_size_m": 20}
    study = write_toy_study(tmp_path, sections)
    write_csv(tmp_path / "people.csv", ("lon", "lat", "population"), [(*degrees(350, 9.9999), 100)])
    result = run_study(Study.load(study))
    assert 0 < result.total["outside_population"] < 0.01
    assert not any("outside every subdistrict" in note for note in result.notes)


def test_a_study_of_buffered_streets_promises_no_times(tmp_path: Path) -> None:
    sections = toy_sections()
    sections["coverage"] |= {"method": "streets", "street_buffer_m": 30}
    result = toy_result(tmp_path, sections)
    assert set(result.isochrones["method"]) == {"streets"}
    assert set(result.isochrones["street_buffer_m"]) == {30.0}
    assert result.self_check == {}
    assert manifest(result, tmp_path)["methods"]["isochrone_cell_size_m"] is None


def test_the_surface_holds_the_times_of_the_lattice(result: StudyResult) -> None:
    """30 m east of f1 on its street: 10 s and 30 s; the north of the last subdistrict: none."""
    west, north = result.surface.corner_m
    assert result.surface.cell_size_m == 20.0

    def at(x: float, y: float) -> float:
        column, row = (CORNER_M[0] + x - west) // 20.0, (north - CORNER_M[1] - y) // 20.0
        return float(result.surface.travel_time_s[int(row), int(column)])

    assert at(180, 0) == pytest.approx(40.0, abs=0.1)
    assert math.isnan(at(1000, 880))
