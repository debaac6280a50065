"""The preview of a register tells what would be read, what was guessed and what is missing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from kept_registers import LOWER, NOTE, SUM, TITLE, UNIT, UPPER, beside_streets, book, read_as
from numpy.typing import NDArray
from toy_study import CORNER_M, CRS, write_csv, write_streets

from facility_coverage.crs import WGS84, project
from facility_coverage.inputs.duplicates import bare_name, likely_duplicates
from facility_coverage.inputs.facilities import read_facilities
from facility_coverage.inputs.preview import Preview, preview_register
from facility_coverage.study_file import FacilitiesSection
from facility_coverage.words import Remark
from facility_coverage_cli.main import outcome

HEADER = (
    "机构代码",
    "机构名称",
    "地址",
    "经度",
    "纬度",
    "类别",
    "举办主体",
    "建筑面积（㎡）",
    "床位",
)
ROWS: list[list[Any]] = [
    ["1", "天河区棠下街社区卫生服务中心", "棠下路1号", 113.37, 23.14, "", "区卫健局",
     "5,000㎡", 20],
    ["2", "棠下社区卫生服务中心", "棠下路1号", 113.3702, 23.1401, "中心", "政府办", "约4800",
     "10张"],
    ["3", "石牌街社区卫生服务分中心", "石牌路3号", "", "", "", "某某有限公司", "0.5-1.5万", ""],
    ["4", "沙河社区卫生服务站", "沙河路4号", "113°20′E", "23°9′N", "", "谁知道", "300", "/"],
    ["5", "武警医院社区卫生服务中心", "", 23.15, 113.38, "", "", "", ""],
]  # fmt: skip


@pytest.fixture
def register(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "登记.csv", HEADER, ROWS)


def see(path: Path, **keys: Any) -> Preview:  # noqa: ANN401  (keys of the study file)
    return preview_register(FacilitiesSection(source=str(path), **keys))


def test_columns_are_mapped_and_told(register: Path) -> None:
    columns = see(register).columns.set_index("column")
    assert columns["meaning"].to_dict() == {
        "机构代码": "id", "机构名称": "name", "地址": "address", "经度": "lon", "纬度": "lat",
        "类别": "kind", "举办主体": "ownership", "建筑面积（㎡）": "floor_area_m2", "床位": "beds",
    }  # fmt: skip
    assert set(columns["certainty"]) == {"likely"}
    assert columns["example"]["机构代码"] == "1"
    stated = see(register, name="地址").columns.set_index("column")
    assert stated["certainty"]["地址"] == "stated"
    assert stated["meaning"]["地址"] == "name, address"
    assert see(register, name="地址").without_point["name"].tolist() == ["石牌路3号", ""]


def test_guesses_are_told_with_their_reason(register: Path) -> None:
    guesses = see(register).guesses
    assert list(zip(guesses["row"], guesses["what"], guesses["value"], strict=True)) == [
        (2, "kind", "centre"),
        (4, "kind", "subcentre"),
        (5, "kind", "station"),
        (6, "kind", "centre"),
        (2, "ownership", "government"),
        (4, "ownership", "private"),
        (5, "ownership", "unknown"),
    ]
    assert guesses["reason"][1].told("en") == "the name is 石牌街社区卫生服务分中心"
    assert guesses["reason"][6].told("en") == "举办主体 is 谁知道?"


def test_what_cannot_be_read_is_told(register: Path) -> None:
    seen = see(register)
    assert seen.unread.to_dict("records") == [
        {"row": 4, "column": "建筑面积（㎡）", "text": "0.5-1.5万",
         "reason": Remark("is a range; write one number")},
    ]  # fmt: skip
    assert seen.without_point["row"].tolist() == [4, 6]
    assert seen.without_point["address"].tolist() == ["石牌路3号", ""]
    assert "the two are swapped" in seen.without_point["reason"][1].told("en")
    (pair,) = seen.duplicates.to_dict("records")
    assert (pair["row"], pair["other_row"]) == (2, 3)
    assert pair["apart_m"] == pytest.approx(23.3, abs=0.5)


def test_a_study_reads_what_the_preview_tells(register: Path) -> None:
    found = read_facilities(FacilitiesSection(source=str(register)), CRS, extract=None)
    table = found.table
    assert table["kind"].tolist() == ["centre", "centre", "subcentre", "station", "centre"]
    owners = ["government", "government", "private", "unknown", "armed_police"]
    assert table["ownership"].tolist() == owners
    assert table["floor_area_m2"].fillna(-1).tolist() == [5000, 4800, -1, 300, -1]
    assert table["beds"].fillna(-1).tolist() == [20, 10, -1, -1, -1]
    assert [bool(reason) for reason in table["reason"]] == [False, False, True, False, True]
    told = "\n".join(note.told("en") for note in found.notes)
    assert "kinds read from names where none is stated: centre 2, subcentre 1, station 1" in told
    assert "row 2: 举办主体 '区卫健局' was read as government" in told
    assert "row 5: 举办主体 '谁知道' is none of" in told
    assert (
        "row 6: 举办主体 was read from the name '武警医院社区卫生服务中心' as armed_police" in told
    )
    assert "rows 2 and 3 look like one facility" in told


def test_sums_and_notes_are_no_facilities(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        TITLE,
        UNIT,
        UPPER,
        LOWER,
        [1, "甲社区卫生服务站", 113.36, 23.14, 20, "x"],
        SUM,
        NOTE,
    ]
    path = book(tmp_path / "r.xlsx", rows)
    found = read_facilities(FacilitiesSection(source=str(path)), CRS, extract=None)
    assert found.table["facility_id"].tolist() == ["1"]
    told = "\n".join(note.told("en") for note in found.notes)
    assert "r.xlsx: row 6 is a sum or a note and was left out: 合计 20" in told
    assert "row 1" not in told
    seen = see(path)
    assert (seen.heading_row, seen.rows, len(seen.left_out)) == (3, 1, 4)


@pytest.mark.parametrize(
    ("lon", "lat", "heading", "told"),
    [
        (113.36, 23.14, "经度", "degrees in China: wgs84, gcj02"),
        (-15.4, 28.1, "经度", "degrees"),
        (38437000, 2560000, "经度", "metres of zone 38: EPSG:4526 (CGCS2000)"),
        (437000, 2560000, "x", "metres without a zone number"),
        (113.36, 23.14, "经度(GCJ-02)", "the heading says GCJ-02; state it"),
        ("east", "", "经度", "unknown: no plain numbers"),
    ],
)
def test_what_the_numbers_tell_of_their_system(
    tmp_path: Path, lon: object, lat: object, heading: str, told: str
) -> None:
    path = write_csv(tmp_path / "r.csv", ("id", heading, "纬度"), [["1", lon, lat]])
    assert see(path).coordinates.told("en").startswith(told)
    assert see(path, coordinates="GCJ02").coordinates.told("en") == "gcj02, as stated"


def test_a_layer_says_its_own_system(tmp_path: Path) -> None:
    points = gpd.GeoSeries([shapely.Point(113.36, 23.14), None], crs="EPSG:4490")
    frame = gpd.GeoDataFrame({"编号": ["1", "2"], "名称": ["甲", "乙"]}, geometry=points)
    frame.to_file(tmp_path / "r.gpkg")
    seen = see(tmp_path / "r.gpkg")
    assert "as the layer says" in seen.coordinates.told("en")
    assert seen.without_point["reason"].tolist() == [Remark("has no geometry on Earth")]
    assert seen.lonlat[0] == pytest.approx((113.36, 23.14), abs=1e-6)


def test_one_column_may_hold_both_numbers(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", ("id", "坐标"), [["1", "113.36,23.14"]])
    seen = see(path)
    assert seen.columns["meaning"].tolist() == ["id", "lon, lat"]
    assert seen.lonlat.tolist() == [[113.36, 23.14]]
    section = FacilitiesSection(source=str(path))
    assert read_facilities(section, CRS, extract=None).table["reason"].tolist() == [""]


def test_a_file_without_positions_is_seen_too(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", ("编号", "名称", "地址"), [["1", "甲", "路1号"]])
    seen = see(path)
    assert seen.without_point["reason"].tolist() == [Remark("the file has no column of positions")]
    assert seen.duplicates.empty


def test_near_names_of_one_kind_in_one_place_are_one_facility() -> None:
    assert bare_name("广州市天河区棠下街社区卫生服务中心") == "广州天河棠下"
    names = pd.Series(["甲中心", "甲街道中心", "甲站", "乙中心", "甲中心", "中心"])
    kinds = pd.Series(["centre", "centre", "station", "centre", "centre", "centre"])
    xy = pd.DataFrame({"x": [0, 10, 5, 6, 100, 3], "y": 0.0}).to_numpy(float)
    found = likely_duplicates(names, kinds, xy)
    assert [(pair.first, pair.second, pair.apart_m) for pair in found] == [(0, 1, 10.0)]
    assert likely_duplicates(names[:1], kinds[:1], xy[:1]) == []
    crowd = likely_duplicates(pd.Series(["甲"] * 30), pd.Series(["x"] * 30), xy[[0] * 30])
    assert {row for pair in crowd for row in (pair.first, pair.second)} == set(range(30))
    assert len({(pair.first, pair.second) for pair in crowd}) == len(crowd)


def test_the_command_tells_it_and_writes_a_template(
    register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = tmp_path / "missing.xlsx"
    assert outcome(["inputs", "preview", str(register), "--template", str(template)]) == 0
    shown = capsys.readouterr().out
    assert "  经度 -> lon (likely), such as 113.37" in shown
    assert "guessed: 7" in shown
    assert "rows 2 and 3: 天河区棠下街社区卫生服务中心; 棠下社区卫生服务中心" in shown
    assert "without a point: 2" in shown
    sheet = pd.read_excel(template)
    assert sheet["name"].tolist() == ["石牌街社区卫生服务分中心", "武警医院社区卫生服务中心"]
    assert sheet["lon"].isna().all()
    again = ["inputs", "preview", str(register), "--quiet"]
    assert outcome([*again, "--template", str(template)]) == 2
    assert outcome(again) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "missing.xlsx" in told.err
    assert outcome(["inputs", "preview", str(register), "--json", "--set", "name=地址"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["rows"] == 5
    assert len(document["duplicates"]) == 0
    assert document["doubt"] is None


def test_every_line_comes_in_the_language_of_the_reader(
    register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = tmp_path / "missing.xlsx"
    command = ["--language", "zh", "inputs", "preview", str(register)]
    assert outcome([*command, "--template", str(template)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "登记.csv：5行，表头在第1行",
        "各列：",
        "  机构代码 -> id（可能），例如1",
        "  机构名称 -> name（可能），例如天河区棠下街社区卫生服务中心",
        "  地址 -> address（可能），例如棠下路1号",
        "  经度 -> lon（可能），例如113.37",
        "  纬度 -> lat（可能），例如23.14",
        "  类别 -> kind（可能），例如中心",
        "  举办主体 -> ownership（可能），例如区卫健局",
        "  建筑面积（㎡） -> floor_area_m2（可能），例如5,000㎡",
        "  床位 -> beds（可能），例如20",
        "坐标：中国境内的度：wgs84、gcj02（高德、腾讯）或bd09（百度），仅凭数字无法分辨；请询问来源，或给出--streets",
        "推断：7处",
        "  第2行：kind读作“社区卫生服务中心”，因为名称为“天河区棠下街社区卫生服务中心”",
        "  第4行：kind读作“社区卫生服务分中心”，因为名称为“石牌街社区卫生服务分中心”",
        "  第5行：kind读作“社区卫生服务站”，因为名称为“沙河社区卫生服务站”",
        "  第6行：kind读作“社区卫生服务中心”，因为名称为“武警医院社区卫生服务中心”",
        "  第2行：ownership读作“政府办”，因为举办主体为“区卫健局”",
        "  第4行：ownership读作“民营”，因为举办主体为“某某有限公司”",
        "  第5行：ownership读作“不明”，因为举办主体为“谁知道”？",
        "疑似同一设施：1对",
        "  第2行与第3行：天河区棠下街社区卫生服务中心；棠下社区卫生服务中心；相距23.3米",
        "没有点位：2行",
        "  第4行：石牌街社区卫生服务分中心（石牌路3号）：经度, 纬度不是以度为单位的经纬度；请填写",
        (
            "  第6行：武警医院社区卫生服务中心：经度, 纬度不是经度和纬度：两者颠倒；请对调"
            "（现为23.15, 113.38）"
        ),
        "无法读取的数：1个",
        "  第4行：建筑面积（㎡） '0.5-1.5万'是一个区间；请只写一个数",
    ]  # fmt: skip
    assert pd.read_excel(template)["reason"][0] == "经度, 纬度不是以度为单位的经纬度；请填写"
    assert outcome([*command, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["guesses"][0]["value"] == "centre"
    assert document["guesses"][4]["reason"] == "举办主体 is 区卫健局"
    assert document["unread"][0]["reason"] == "is a range; write one number"


def test_the_command_holds_points_against_streets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    streets = write_streets(tmp_path / "streets.osm")
    moved = read_as(beside_streets(25), "gcj02", "wgs84")
    rows = enumerate_rows(project(moved, CRS, WGS84))
    path = write_csv(tmp_path / "r.csv", ("id", "lon", "lat"), rows)
    arguments = ["inputs", "preview", str(path), "--streets", str(streets)]
    arguments += ["--cache", str(tmp_path / "cache")]
    assert outcome(arguments) == 0
    shown = capsys.readouterr().out
    assert "warning: these 25 points of r.csv look like GCJ-02 declared as WGS84" in shown
    assert "… and" not in shown
    assert outcome([*arguments, "--set", "coordinates=gcj02"]) == 0
    assert "streets say nothing against them" in capsys.readouterr().out


def test_the_command_holds_points_against_other_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    streets = write_streets(tmp_path / "streets.osm")
    true = np.random.default_rng(2).uniform(50.0, 550.0, (12, 2)) * [2.0, 1.0] + CORNER_M
    nodes = "".join(
        f'<node id="{70_000 + i}" lon="{lon:.7f}" lat="{lat:.7f}"><tag k="amenity" v="clinic"/>'
        "</node>"
        for i, (lon, lat) in enumerate(project(true, CRS, WGS84).tolist())
    )
    text = streets.read_text("utf-8")
    streets.write_text(text.replace("<way", f"{nodes}<way", 1), encoding="utf-8")
    moved = project(read_as(true, "gcj02", "wgs84"), CRS, WGS84)
    path = write_csv(tmp_path / "r.csv", ("id", "lon", "lat"), enumerate_rows(moved))
    arguments = ["inputs", "preview", str(path), "--streets", str(streets)]
    assert outcome([*arguments, "--cache", str(tmp_path / "cache")]) == 0
    shown = capsys.readouterr().out
    assert "these 12 points of r.csv look like GCJ-02 declared as WGS84" in shown


def enumerate_rows(lonlat: NDArray[np.float64]) -> Iterator[list[Any]]:
    for row, place in enumerate(lonlat.tolist()):
        yield [row, *place]


@pytest.mark.parametrize("pair", ["lon", "source=x", "colour=red", "coordinates=mars"])
def test_a_wrong_key_is_told(register: Path, pair: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(["inputs", "preview", str(register), "--set", pair]) == 2
    assert capsys.readouterr().err.startswith("error: --set")


def test_many_rows_are_counted_not_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_csv(tmp_path / "r.csv", ("id", "lon", "lat"), [[i, "", ""] for i in range(23)])
    assert outcome(["inputs", "preview", str(path)]) == 0
    assert "… and 3 more: --json" in capsys.readouterr().out
