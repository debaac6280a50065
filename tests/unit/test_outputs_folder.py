"""A result as a folder: every file that was promised, one answer in all of them."""

import csv
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
from spoilers import raster
from toy_study import toy_result, toy_sections

from facility_coverage import __version__
from facility_coverage.files import sha256_of
from facility_coverage.outputs.folder import summary, write_results
from facility_coverage.result import StudyResult

TABLES = {
    "coverage_by_unit.csv", "facilities.csv", "facilities_by_unit.csv", "overlaps.csv",
    "snap_audit.csv", "sites.csv", "candidate_places.csv", "site_gains_by_unit.csv",
    "siting_curve.csv", "unreachable.csv",
}  # fmt: skip
GEOJSON = {"isochrones.geojson", "gaps.geojson", "candidates.geojson", "unreachable.geojson"}
OTHERS = {
    "summary.json", "manifest.json", "results.gpkg", "results.xlsx", "travel_time.tif",
}  # fmt: skip
LAYERS = {
    "subdistricts": "MultiPolygon", "isochrones": "MultiPolygon", "facilities": "Point",
    "candidates": "Point", "gaps": "MultiPolygon", "streets": "LineString", "demand": "Point",
    "overlaps": "MultiPolygon", "candidate_places": "Point", "unreachable": "Point",
}  # fmt: skip


@pytest.fixture(scope="module")
def study_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("study")


@pytest.fixture(scope="module")
def result(study_folder: Path) -> StudyResult:
    sections = toy_sections()
    sections["study"]["synthetic"] = "All of it is made up"
    sections["demand"]["older"] = "older"
    return toy_result(study_folder, sections)


@pytest.fixture(scope="module")
def folder(result: StudyResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    write_results(result, folder)
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def document(path: Path) -> Any:  # noqa: ANN401  (JSON holds anything)
    return json.loads(path.read_text(encoding="utf-8"))


def test_every_promised_file_and_no_other(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == TABLES | GEOJSON | OTHERS


def test_the_columns_of_the_table_of_subdistricts(folder: Path) -> None:
    (header, *_) = (folder / "coverage_by_unit.csv").read_text(encoding="utf-8-sig").splitlines()
    assert header.split(",") == [
        "unit_id", "unit_name", "population", "assessed_population", "unassessed_population",
        "covered_population_5min", "covered_population_10min",
        "covered_share_5min", "covered_share_10min",
        "covered_area_share_5min", "covered_area_share_10min",
        "covered_street_share_5min", "covered_street_share_10min",
        "older_population", "older_covered_population_5min", "older_covered_population_10min",
        "facilities", "government_facilities", "flags", "notes",
    ]  # fmt: skip


def test_one_answer_in_table_summary_and_geopackage(folder: Path) -> None:
    table = rows(folder / "coverage_by_unit.csv")
    total = document(folder / "summary.json")["total"]
    layer = gpd.read_file(folder / "results.gpkg", layer="subdistricts")
    for column in ("population", "unassessed_population", "covered_population_10min"):
        by_row = [float(row[column]) for row in table]
        assert layer[column].tolist() == pytest.approx(by_row, abs=1e-6)
        assert sum(by_row) == pytest.approx(total[column], abs=1e-5)
    assert [row["flags"] for row in table] == layer["flags"].fillna("").tolist()


def test_the_summary_says_which_fall_short_and_why(result: StudyResult) -> None:
    short = summary(result)
    assert short["study"] == "Toy"
    assert short["synthetic"] == "All of it is made up"
    assert short["target"] == {"threshold": "10min", "share": 0.8}
    assert [unit["unit_id"] for unit in short["flagged_units"]] == ["02", "03"]
    assert short["flagged_units"][1] == {
        "unit_id": "03",
        "unit_name": "东街道",
        "flags": ["no_facility", "no_government_centre", "below_target"],
        "population": 297.0,
        "covered_share_10min": pytest.approx(30 / 297, abs=1e-6),
    }
    assert "All of it is made up" in short["notes"]


@pytest.mark.parametrize("name", LAYERS)
def test_layers_of_the_geopackage(name: str, folder: Path) -> None:
    info = pyogrio.read_info(folder / "results.gpkg", layer=name)
    assert info["geometry_type"] == LAYERS[name]
    assert info["crs"] == "EPSG:4547"
    layer = gpd.read_file(folder / "results.gpkg", layer=name)
    shapes = layer.geometry[~(layer.geometry.isna() | layer.geometry.is_empty)]
    assert shapes.is_valid.all()
    assert set(shapes.geom_type) <= {LAYERS[name]}


def test_the_geopackage_holds_no_other_layer(folder: Path) -> None:
    assert set(pyogrio.list_layers(folder / "results.gpkg")[:, 0]) == set(LAYERS)


@pytest.mark.parametrize("name", sorted(GEOJSON))
def test_geojson_is_valid_and_in_degrees(name: str, folder: Path) -> None:
    layer = gpd.read_file(folder / name)
    assert layer.crs == "EPSG:4326"
    assert len(layer) > 0
    assert layer.geometry.is_valid.all()
    assert layer.geom_type.nunique() == 1
    west, south, east, north = layer.total_bounds
    assert 113.33 < west <= east < 113.38
    assert 23.11 < south <= north < 23.15


def test_the_manifest_makes_the_result_repeatable(folder: Path, study_folder: Path) -> None:
    manifest = document(folder / "manifest.json")
    assert manifest["program"] == {"name": "facility-coverage", "version": __version__}
    assert manifest["synthetic"] == "All of it is made up"
    sources = {
        "network": "streets.osm", "boundaries": "subdistricts.geojson",
        "facilities": "facilities.csv", "demand": "people.csv",
    }  # fmt: skip
    assert manifest["inputs"] == {
        role: {"file": name, "sha256": sha256_of(study_folder / name)}
        for role, name in sources.items()
    }
    assert manifest["parameters"]["coverage"]["minutes"] == [5, 10]
    assert manifest["parameters"]["coverage"]["off_street_limit_m"] == 100
    assert manifest["parameters"]["network"]["speed_kph"] == 3.6
    assert manifest["crs"] == "EPSG:4547"
    assert {"python", "shapely", "gdal", "geos", "proj", "numpy"} <= set(manifest["versions"])
    same_every_time = TABLES | GEOJSON | {"summary.json", "travel_time.tif"}
    assert manifest["methods"]["isochrones"] == "exact"
    assert manifest["methods"]["isochrone_cell_size_m"] == 20
    assert manifest["methods"]["isochrone_street_buffer_m"] is None
    assert manifest["self_check"] == document(folder / "summary.json")["self_check"]
    assert manifest["self_check"]["minutes"]["points"] >= 300
    assert manifest["self_check"]["minutes"]["failures"] == 0
    assert manifest["outputs"] == {
        name: sha256_of(folder / name) for name in sorted(same_every_time)
    }


def test_no_result_knows_this_machine(folder: Path, study_folder: Path) -> None:
    for path in folder.iterdir():
        content = path.read_bytes()
        assert str(study_folder).encode() not in content
        assert study_folder.name.encode() not in content


def test_a_raster_of_older_people_is_an_input_of_the_manifest(tmp_path: Path) -> None:
    sections = toy_sections()
    raster(5, older=2)(tmp_path, sections)
    answer = toy_result(tmp_path, sections)
    out = tmp_path / "out"
    out.mkdir()
    write_results(answer, out)
    manifest = document(out / "manifest.json")
    assert manifest["inputs"]["demand_older"] == {
        "file": "older.tif",
        "sha256": sha256_of(tmp_path / "older.tif"),
    }
    assert manifest["parameters"]["demand"]["older"] == "older.tif"
    assert str(tmp_path) not in (out / "manifest.json").read_text(encoding="utf-8")


def test_a_result_without_gaps_sites_and_overlaps_is_written(tmp_path: Path) -> None:
    sections = toy_sections()
    sections["coverage"]["minutes"] = [60]
    answer = toy_result(tmp_path, sections)
    assert answer.gaps.empty
    assert answer.candidates.empty
    out = tmp_path / "out"
    out.mkdir()
    write_results(answer, out)
    assert rows(out / "overlaps.csv") == []
    for name in ("gaps.geojson", "candidates.geojson"):
        assert document(out / name)["features"] == []
    for name in ("sites.csv", "candidate_places.csv", "site_gains_by_unit.csv"):
        assert rows(out / name) == []
    assert set(pyogrio.list_layers(out / "results.gpkg")[:, 0]) == set(LAYERS)
