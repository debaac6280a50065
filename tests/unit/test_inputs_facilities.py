"""Facilities: every row of a register stands in the answer, one without a position says why."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from toy_study import (
    CORNER_M,
    CRS,
    FACILITY_HEADER,
    degrees,
    facility_rows,
    polygon,
    write_csv,
    write_geojson,
    write_streets,
)

from facility_coverage.errors import InputError
from facility_coverage.inputs.facilities import Facilities, facility_points, read_facilities
from facility_coverage.study_file import FacilitiesSection


def register(tmp_path: Path, *rows: tuple[Any, ...], header: str) -> Facilities:
    path = write_csv(tmp_path / "register.csv", header.split(","), rows)
    return read_facilities(FacilitiesSection(source=str(path)), CRS, extract=None)


def at(xy: tuple[float, float]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.add(CORNER_M, xy)


def test_rows_become_facilities_sorted_by_id(tmp_path: Path) -> None:
    found = register(
        tmp_path,
        ("b", "乙站", *degrees(10, 20), "社区卫生服务站", "社会办", "150", ""),
        ("a", "", *degrees(30, 40), "中心", "政府办", "", "20"),
        ("10", "c", *degrees(50, 60), "", "", "", ""),
        ("9", "d", *degrees(70, 80), "hospital", "army", "1.5", "0"),
        header="facility_id,name,lon,lat,kind,ownership,floor_area_m2,beds",
    )
    table = found.table
    assert table["facility_id"].tolist() == ["10", "9", "a", "b"]
    assert table["facility_name"].tolist() == ["c", "d", "a", "乙站"]
    assert table["kind"].tolist() == ["unknown", "hospital", "centre", "station"]
    assert table["ownership"].tolist() == ["unknown", "unknown", "government", "private"]
    np.testing.assert_array_equal(table["floor_area_m2"], [np.nan, 1.5, np.nan, 150.0])
    np.testing.assert_array_equal(table["beds"], [np.nan, 0.0, 20.0, np.nan])
    assert table["reason"].tolist() == [""] * 4
    np.testing.assert_allclose(found.xy, [at((50, 60)), at((70, 80)), at((30, 40)), at((10, 20))],
                               atol=2e-4)  # fmt: skip
    assert found.ownership_stated
    (note,) = found.notes
    assert "row 5: ownership 'army'" in note.told("en")
    assert "counts as unknown" in note.told("en")
    assert "第5行：ownership 'army'不是" in note.told("zh")


def test_columns_may_have_other_names(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "r.csv",
        ("编号", "名称", "经度", "纬度", "类别", "举办", "面积", "床位"),
        [("1", "甲", *degrees(0, 0), "中心", "公办", "900", "9")],
    )
    section = FacilitiesSection(
        source=str(path), id="编号", name="名称", lon="经度", lat="纬度", kind="类别",
        ownership="举办", floor_area_m2="面积", beds="床位",
    )  # fmt: skip
    (row,) = read_facilities(section, CRS, extract=None).table.to_dict("records")
    assert row == {
        "facility_id": "1", "facility_name": "甲", "kind": "centre", "ownership": "government",
        "floor_area_m2": 900.0, "beds": 9.0, "reason": "",
    }  # fmt: skip


def test_a_register_of_positions_alone_says_nothing_of_owners(tmp_path: Path) -> None:
    found = register(tmp_path, ("1", *degrees(0, 0)), header="facility_id,lon,lat")
    assert not found.ownership_stated
    (row,) = found.table.to_dict("records")
    assert (row["facility_name"], row["kind"], row["ownership"]) == ("1", "unknown", "unknown")
    assert np.isnan(row["floor_area_m2"])


def test_what_is_no_amount_is_noted_and_left_empty(tmp_path: Path) -> None:
    found = register(
        tmp_path,
        ("1", *degrees(0, 0), "some 900", "-2"),
        ("2", *degrees(0, 0), "", "3"),
        header="facility_id,lon,lat,floor_area_m2,beds",
    )
    assert found.table["floor_area_m2"].isna().all()
    np.testing.assert_array_equal(found.table["beds"], [np.nan, 3.0])
    assert [note.told("en") for note in found.notes] == [
        (
            "register.csv: row 2: floor_area_m2 'some 900' is no amount; write plain digits; "
            "left empty"
        ),
        "register.csv: row 2: beds '-2' is no amount of 0 or more; correct it; left empty",
    ]
    assert found.notes[1].told("zh") == (
        "register.csv：第2行：beds '-2'不是0或更大的数量；请改正；已留空"
    )


@pytest.mark.parametrize(
    "position",
    [("", ""), ("113.3", ""), ("east", "23"), ("nan", "23"), (23.1, 113.3), (181, 0), (0, -91)],
)
def test_a_row_without_a_place_on_earth_says_why(position: tuple[Any, Any], tmp_path: Path) -> None:
    found = register(
        tmp_path, ("1", *degrees(0, 0)), ("2", *position), header="facility_id,lon,lat"
    )
    assert found.table["reason"].tolist()[0] == ""
    reason = found.table["reason"][1]
    assert "lon, lat are no longitude and latitude" in reason.told("en")
    assert reason.told("zh").startswith("lon, lat不是")
    assert np.isfinite(found.xy[0]).all()
    assert np.isnan(found.xy[1]).all()
    points = facility_points(found)
    assert [point.is_empty for point in points] == [False, True]


def test_a_layer_may_hold_points_polygons_and_faults(tmp_path: Path) -> None:
    path = tmp_path / "layer.geojson"
    point = {"type": "Point", "coordinates": degrees(5, 5)}
    rows: list[tuple[dict[str, Any], dict[str, Any] | None]] = [
        ({"facility_id": "d"}, None),
        ({"facility_id": "c"}, {"type": "Point", "coordinates": degrees(5, 5)[::-1]}),
        ({"facility_id": "b"}, polygon((0, 0, 20, 20))),
        ({"facility_id": "a"}, point),
    ]
    found = read_facilities(
        FacilitiesSection(source=str(write_geojson(path, rows))), CRS, extract=None
    )
    assert found.table["facility_id"].tolist() == ["a", "b", "c", "d"]
    np.testing.assert_allclose(found.xy[:2], [at((5, 5)), at((10, 10))], atol=2e-4)
    assert np.isnan(found.xy[2:]).all()
    assert found.table["reason"].tolist()[:2] == ["", ""]
    for reason in found.table["reason"][2:]:
        assert "has no geometry on Earth; draw" in reason.told("en")


def test_an_xlsx_register_is_the_csv_register(tmp_path: Path) -> None:
    rows = facility_rows()
    of_csv = register(tmp_path, *map(tuple, rows), header=",".join(FACILITY_HEADER))
    path = tmp_path / "register.xlsx"
    pd.DataFrame(rows, columns=list(FACILITY_HEADER)).to_excel(path, index=False)
    of_xlsx = read_facilities(FacilitiesSection(source=str(path)), CRS, extract=None)
    pd.testing.assert_frame_equal(of_xlsx.table, of_csv.table)
    np.testing.assert_array_equal(of_xlsx.xy, of_csv.xy)


def test_a_column_of_owners_without_a_word_says_nothing_of_them(tmp_path: Path) -> None:
    header = "facility_id,lon,lat,ownership"
    empty = register(tmp_path, ("1", *degrees(0, 0), ""), header=header)
    unknown = register(tmp_path, ("1", *degrees(0, 0), "unknown"), header=header)
    one = register(
        tmp_path, ("1", *degrees(0, 0), ""), ("2", *degrees(9, 9), "公办"), header=header
    )
    assert [found.ownership_stated for found in (empty, unknown, one)] == [False, False, True]


def test_places_of_an_extract_are_facilities_without_owners(tmp_path: Path) -> None:
    extract = write_streets(tmp_path / "streets.osm")
    found = read_facilities(FacilitiesSection(source="osm"), CRS, extract=extract)
    assert found.table["facility_id"].tolist() == ["n90001", "n90002"]
    # the name decides before the tag does
    assert found.table["kind"].tolist() == ["centre", "station"]
    assert not found.ownership_stated
    np.testing.assert_allclose(found.xy, [at((150, 10)), at((650, 590))], atol=0.02)
    section = FacilitiesSection(source="osm", amenity=["hospital"])
    only = read_facilities(section, CRS, extract=extract)
    assert only.table["facility_id"].tolist() == ["n90001"]


@pytest.mark.parametrize("extract", [None, Path("saved.npz")])
def test_places_need_an_extract(extract: Path | None) -> None:
    with pytest.raises(InputError, match="name the OSM file or a register"):
        read_facilities(FacilitiesSection(source="osm"), CRS, extract=extract)
