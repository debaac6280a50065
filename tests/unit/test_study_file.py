"""The study file: what stands in it when little is written, and which of its files are meant."""

import re
from pathlib import Path

import pytest
from toy_study import toy_sections, write_study, write_toy_study

from facility_coverage.errors import FacilityCoverageError, InputError
from facility_coverage.study_file import (
    CoverageSection,
    DemandSection,
    FacilitiesSection,
    Study,
)
from facility_coverage.thresholds import Threshold


def test_what_is_left_out_has_a_stated_value(tmp_path: Path) -> None:
    sections = toy_sections()
    sections["coverage"] = {"minutes": [15]}
    sections["network"] = {"source": "streets.osm"}
    del sections["siting"]
    study = Study.load(write_toy_study(tmp_path, sections))
    assert study.network.profile == "walk"
    assert study.network.speed_kph is None  # the profile's own
    assert study.network.direction is None
    assert study.network.elevation_file is None
    assert study.coverage.target_share == 0.80
    assert study.coverage.off_street_limit_m == 250.0
    assert study.siting.sites == 5
    assert study.siting.model == "mclp"
    assert study.facilities.amenity == ["hospital", "clinic", "doctors"]


def test_paths_are_taken_from_the_folder_of_the_study_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs, elsewhere = tmp_path / "inputs", tmp_path / "elsewhere"
    inputs.mkdir()
    elsewhere.mkdir()
    write_toy_study(inputs)
    sections = toy_sections()
    for name in ("network", "boundaries", "facilities"):
        sections[name]["source"] = f"../inputs/{sections[name]['source']}"
    sections["demand"]["source"] = str(inputs / "people.csv")
    monkeypatch.chdir(elsewhere)
    study = Study.load(write_study(elsewhere / "study.toml", sections).relative_to(elsewhere))
    assert study.network.source == str(inputs / "streets.osm")
    assert study.boundaries.source == str(inputs / "subdistricts.geojson")
    assert study.facilities.source == str(inputs / "facilities.csv")
    assert study.demand.source == str(inputs / "people.csv")


def test_osm_is_no_file(tmp_path: Path) -> None:
    sections = toy_sections()
    sections["facilities"] = {"source": "osm"}
    study = Study.load(write_toy_study(tmp_path, sections))
    assert study.facilities.from_osm
    assert study.facilities.source == "osm"
    assert study.files()["facilities"] == []


def test_a_raster_of_older_people_is_a_file_and_a_column_is_none(tmp_path: Path) -> None:
    for name in ("people.TIF", "older.tif"):
        (tmp_path / name).touch()
    sections = toy_sections()
    sections["demand"] = {"source": "people.csv", "older": "older"}
    assert Study.load(write_toy_study(tmp_path, sections)).demand.older == "older"
    sections["demand"] = {"source": "people.TIF", "older": "older.tif"}
    study = Study.load(write_toy_study(tmp_path, sections))
    assert study.demand.from_raster
    assert study.demand.older == str(tmp_path / "older.tif")
    assert study.files()["demand"] == ["source", "older"]


def test_a_byte_order_mark_of_windows_is_read(tmp_path: Path) -> None:
    file = write_toy_study(tmp_path)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert Study.load(file).study.name == "Toy"


def test_thresholds_rise_and_minutes_stand_before_metres() -> None:
    section = CoverageSection(minutes=[15, 5], distance_m=[1250, 300])
    assert section.thresholds == (
        Threshold("minutes", 5),
        Threshold("minutes", 15),
        Threshold("metres", 300),
        Threshold("metres", 1250),
    )
    assert [t.label for t in section.thresholds] == ["5min", "15min", "300m", "1250m"]
    assert [t.limit for t in section.thresholds] == [300.0, 900.0, 300.0, 1250.0]


@pytest.mark.parametrize(
    ("section", "target"),
    [
        (CoverageSection(minutes=[15, 5], distance_m=[3000]), Threshold("minutes", 15)),
        (CoverageSection(distance_m=[500, 1000, 300]), Threshold("metres", 1000)),
    ],
)
def test_the_target_is_the_widest_circle_in_minutes(
    section: CoverageSection, target: Threshold
) -> None:
    assert section.target == target


def test_a_study_cannot_be_changed(tmp_path: Path) -> None:
    study = Study.load(write_toy_study(tmp_path))
    with pytest.raises(ValueError, match="frozen"):
        study.coverage.target_share = 0.1  # type: ignore[misc]  # that is what is tried


@pytest.mark.parametrize(
    ("section", "keys"),
    [
        ("coverage", {"minutes": ["5"]}),
        ("coverage", {"minutes": [-5]}),
        ("coverage", {"minutes": [181]}),
        ("coverage", {"minutes": [5], "distance_m": [50_001]}),
        ("coverage", {"minutes": [5], "target_share": 1.01}),
        ("coverage", {"minutes": [5], "off_street_limit_m": 0}),
        ("coverage", {"minutes": [5], "cell_size_m": 1}),
        ("network", {"source": "streets.osm", "direction": "sideways"}),
        ("network", {"source": "streets.osm", "speed_kph": 0}),
        ("network", {"source": "streets.osm", "speed_kph": 31}),
        ("siting", {"sites": 2.5}),
        ("siting", {"model": "p-median"}),
        ("study", {"name": ""}),
        ("study", {"name": "Toy", "language": "fr"}),
        ("boundaries", {"source": "subdistricts.geojson", "id": "code", "max_overlap_m2": -1}),
    ],
)
def test_values_outside_their_contract_are_told_with_what_was_found(
    section: str, keys: dict[str, object], tmp_path: Path
) -> None:
    sections = toy_sections() | {section: keys}
    with pytest.raises(InputError) as caught:
        Study.load(write_toy_study(tmp_path, sections))
    (line,) = str(caught.value).splitlines()
    assert re.search(rf"study\.toml: {section}\.[a-z_0-9.]+: .+ \(found .+\)$", line)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
@pytest.mark.parametrize(
    "key", ["minutes = [{}]", "target_share = {}", "off_street_limit_m = {}", "cell_size_m = {}"]
)
def test_no_bound_is_open_to_what_is_no_finite_number(key: str, value: str, tmp_path: Path) -> None:
    file = write_toy_study(tmp_path)
    name = key.split(" ", maxsplit=1)[0]
    lines = [
        key.format(value) if line.startswith(name) else line
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InputError, match=rf"coverage\.{name}"):
        Study.load(file)


def test_a_long_value_is_cut_in_the_message(tmp_path: Path) -> None:
    sections = toy_sections()
    sections["study"]["name"] = "x" * 5000
    with pytest.raises(InputError) as caught:
        Study.load(write_toy_study(tmp_path, sections))
    assert len(str(caught.value)) < len(str(tmp_path)) + 250


def test_sections_can_be_made_without_a_file() -> None:
    assert not FacilitiesSection(source="register.csv").from_osm
    assert DemandSection(source="a/b.TIFF").from_raster
    assert not DemandSection(source="tif.csv").from_raster


@pytest.mark.parametrize(
    ("section", "keys", "told"),
    [
        ("network", {"source": "nowhere.osm"}, "network.source：没有文件 "),
        ("standards", {"use": ["own.toml"]}, "standards.use：没有规则文件 "),
        ("network", {"source": "streets.osm", "year": 2026}, "network：year 是针对修正的；请加上"),
        ("coverage", {"minutes": [5, 5]}, "coverage：minutes 中有阈值写了两次：[5.0, 5.0]；请删去"),
        ("siting", {"model": "lscp", "budget": 9.0}, "siting：budget 用于 "),
        ("map", {"basemap": "tiles"}, "map：basemap 应为 tianditu, gaode, osm 之一，或瓦片地址"),
        ("map", {"basemap": "tiles"}, "tiles/{z}/{x}/{y}.png"),
        ("siting", {"model": "p-median"}, "siting.model：应为 'mclp', 'lscp', "),
    ],
)
def test_a_fault_is_told_in_chinese(
    tmp_path: Path, section: str, keys: dict[str, object], told: str
) -> None:
    file = write_toy_study(tmp_path, toy_sections() | {section: keys})
    with pytest.raises(FacilityCoverageError) as caught:
        Study.load(file)
    assert f"{file}：" in caught.value.told("zh")
    assert told in caught.value.told("zh")
