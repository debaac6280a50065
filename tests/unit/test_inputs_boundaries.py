"""Subdistricts: overlaps go to the lower id, gaps are listed, nothing else moves."""

from pathlib import Path

import pytest
import shapely
from toy_study import CORNER_M, CRS, Box, degrees, polygon, ring, write_geojson

from facility_coverage.errors import GeometryError, LimitError, SchemaError
from facility_coverage.inputs.boundaries import Boundaries, read_boundaries
from facility_coverage.study_file import BoundariesSection

M2 = 0.05
"""Nine decimals of a degree are a tenth of a millimetre: this much area on sides of 100 m."""


def read(tmp_path: Path, boxes: list[tuple[str, Box]], max_overlap_m2: float = 2e6) -> Boundaries:
    path = tmp_path / "units.geojson"
    write_geojson(path, [({"code": code}, polygon(box)) for code, box in boxes])
    section = BoundariesSection(source=str(path), id="code", max_overlap_m2=max_overlap_m2)
    return read_boundaries(section, CRS)


def areas(boundaries: Boundaries) -> dict[str, float]:
    units = boundaries.units
    return dict(zip(units["unit_id"], units.geometry.area, strict=True))


def test_the_lower_id_keeps_the_common_part(tmp_path: Path) -> None:
    # two squares of 100 m share 30 x 100 m
    found = read(tmp_path, [("b", (0, 0, 100, 100)), ("a", (70, 0, 170, 100))])
    assert areas(found) == pytest.approx({"a": 10_000, "b": 7_000}, abs=M2)
    (fault,) = found.faults.to_dict("records")
    assert (fault["fault"], fault["unit_id"], fault["other_unit_id"]) == ("overlap", "a", "b")
    assert fault["area_m2"] == pytest.approx(3_000, abs=M2)


def test_three_that_share_one_place(tmp_path: Path) -> None:
    # a keeps all; b loses what a has; c loses what a and b have
    boxes: list[tuple[str, Box]] = [
        ("c", (50, 60, 150, 160)), ("b", (50, 0, 150, 100)), ("a", (0, 0, 100, 100)),
    ]  # fmt: skip
    found = read(tmp_path, boxes)
    # b: 100 x 100 less 50 x 100; c: 100 x 100 less 100 x 40, of which a has half and b all
    assert areas(found) == pytest.approx({"a": 10_000, "b": 5_000, "c": 6_000}, abs=M2)
    pairs = found.faults[["unit_id", "other_unit_id"]].to_numpy().tolist()
    assert pairs == [["a", "b"], ["b", "c"], ["a", "c"]]
    assert found.faults["area_m2"].tolist() == pytest.approx([5_000, 4_000, 2_000], abs=M2)


def test_neighbours_are_no_fault(tmp_path: Path) -> None:
    found = read(tmp_path, [("a", (0, 0, 100, 100)), ("b", (100, 0, 200, 100))])
    assert found.faults.empty
    assert list(found.faults.columns) == [
        "fault", "unit_id", "other_unit_id", "area_m2", "width_m", "geometry",
    ]  # fmt: skip


def with_hole(tmp_path: Path, *inside: Box) -> Boundaries:
    """Read a square of 140 m around a hole of 100 m, and what lies in the hole."""
    outer = {
        "type": "Polygon",
        "coordinates": [ring((-20, -20, 120, 120)), ring((0, 0, 100, 100))[::-1]],
    }
    rows = [({"code": "frame"}, outer)]
    rows += [({"code": f"island {i}"}, polygon(box)) for i, box in enumerate(inside)]
    path = write_geojson(tmp_path / "units.geojson", rows)
    return read_boundaries(BoundariesSection(source=str(path), id="code"), CRS)


def test_an_enclosed_gap_is_listed(tmp_path: Path) -> None:
    (fault,) = with_hole(tmp_path).faults.to_dict("records")
    assert (fault["fault"], fault["unit_id"], fault["other_unit_id"]) == ("gap", "", "")
    assert fault["area_m2"] == pytest.approx(10_000, abs=M2)


def test_a_subdistrict_in_the_gap_is_no_gap(tmp_path: Path) -> None:
    found = with_hole(tmp_path, (30, 30, 70, 70))
    (fault,) = found.faults.to_dict("records")
    assert fault["area_m2"] == pytest.approx(10_000 - 1_600, abs=M2)
    assert areas(found)["island 0"] == pytest.approx(1_600, abs=M2)


def test_the_limit_of_overlaps_is_inclusive_and_all_beyond_it_are_told(tmp_path: Path) -> None:
    boxes: list[tuple[str, Box]] = [
        ("a", (0, 0, 100, 100)), ("b", (90, 0, 200, 100)), ("c", (190, 0, 300, 100)),
    ]  # fmt: skip
    largest = read(tmp_path, boxes).faults["area_m2"].max()  # both are 10 x 100 m
    assert len(read(tmp_path, boxes, largest).faults) == 2
    with pytest.raises(LimitError) as caught:
        read(tmp_path, boxes, 999)
    lines = str(caught.value).splitlines()
    assert [line.partition("geojson: ")[2][:27] for line in lines] == [
        "a and b overlap by 1,000 m²",
        "b and c overlap by 1,000 m²",
    ]


def test_what_others_cover_wholly_is_refused(tmp_path: Path) -> None:
    boxes: list[tuple[str, Box]] = [
        ("a", (0, 0, 100, 100)), ("b", (100, 0, 200, 100)), ("c", (50, 10, 150, 90)),
    ]  # fmt: skip
    with pytest.raises(GeometryError, match="c lie wholly inside others; remove one of each pair"):
        read(tmp_path, boxes)


def test_units_are_sorted_and_named(tmp_path: Path) -> None:
    path = tmp_path / "units.geojson"
    boxes = {10: (0, 0, 9, 9), 9: (9, 0, 18, 9), 100: (18, 0, 27, 9)}
    rows = [({"code": c, "label": f" {c}号 "}, polygon(box)) for c, box in boxes.items()]
    write_geojson(path, rows)
    named = read_boundaries(BoundariesSection(source=str(path), id="code", name="label"), CRS)
    assert named.units["unit_id"].tolist() == ["10", "100", "9"]
    assert named.units["unit_name"].tolist() == ["10号", "100号", "9号"]
    assert named.units.crs == CRS
    unnamed = read_boundaries(BoundariesSection(source=str(path), id="code"), CRS)
    assert unnamed.units["unit_name"].tolist() == ["10", "100", "9"]


def test_a_point_belongs_to_one_subdistrict(tmp_path: Path) -> None:
    found = read(tmp_path, [("b", (0, 0, 100, 100)), ("a", (100, 0, 200, 100))])
    border = found.units.geometry.iloc[0].intersection(found.units.geometry.iloc[1])
    places = [
        shapely.Point(CORNER_M[0] + 50, CORNER_M[1] + 50),
        shapely.Point(CORNER_M[0] + 150, CORNER_M[1] + 50),
        shapely.Point(CORNER_M[0] + 250, CORNER_M[1] + 50),
        shapely.Point(border.coords[0]),
        shapely.Point(),
    ]
    assert found.unit_of(shapely.from_wkb([p.wkb for p in places])).tolist() == [1, 0, -1, 0, -1]


def test_a_sliver_is_told_by_its_width(tmp_path: Path) -> None:
    """An overlap of 2 x 100 m, and one of 10 x 100 m."""
    found = read(
        tmp_path, [("a", (0, 0, 100, 100)), ("b", (98, 0, 200, 100)), ("c", (190, 0, 300, 100))]
    )
    assert found.faults["area_m2"].tolist() == pytest.approx([1000, 200], abs=M2)
    # 2 A / P: 2 * 1000 / 220 and 2 * 200 / 204
    assert found.faults["width_m"].tolist() == pytest.approx([9.0909, 1.9608], abs=1e-3)
    (remark,) = found.remarks
    assert remark.told("en") == (
        "1 of the overlaps and gaps of subdistricts are slivers narrower than 5 m, 200 m² in all"
    )


def test_a_strip_between_two_is_a_gap_though_it_is_open(tmp_path: Path) -> None:
    found = read(tmp_path, [("a", (0, 0, 100, 100)), ("b", (103, 0, 200, 100))])
    (fault,) = found.faults.to_dict("records")
    assert (fault["fault"], fault["unit_id"]) == ("gap", "")
    assert fault["area_m2"] == pytest.approx(300, abs=M2)
    assert fault["width_m"] == pytest.approx(600 / 206, abs=1e-3)
    assert read(tmp_path, [("a", (0, 0, 100, 100)), ("b", (106, 0, 200, 100))]).faults.empty


def test_a_notch_of_one_subdistrict_is_no_gap(tmp_path: Path) -> None:
    notched = shapely.box(0, 0, 100, 100).difference(shapely.box(40, 50, 43, 100))
    ring_m = [degrees(x, y) for x, y in notched.exterior.coords]
    path = write_geojson(
        tmp_path / "u.geojson",
        [({"code": "a"}, {"type": "Polygon", "coordinates": [ring_m]})],
    )
    assert read_boundaries(BoundariesSection(source=str(path), id="code"), CRS).faults.empty


def test_parts_and_holes_stay(tmp_path: Path) -> None:
    parts = [[ring((0, 0, 100, 100)), ring((40, 40, 60, 60))[::-1]], [ring((200, 0, 250, 50))]]
    several = {"type": "MultiPolygon", "coordinates": parts}
    rows = [({"code": "a"}, several), ({"code": "b"}, polygon((40, 40, 60, 60)))]
    path = write_geojson(tmp_path / "u.geojson", rows)
    found = read_boundaries(BoundariesSection(source=str(path), id="code"), CRS)
    assert areas(found) == pytest.approx({"a": 10_000 - 400 + 2_500, "b": 400}, abs=M2)
    assert found.faults.empty
    assert [remark.told("en") for remark in found.remarks] == [
        "1 subdistricts lie in several parts: a"
    ]


def test_codes_are_found_and_stay_text(tmp_path: Path) -> None:
    boxes = [polygon((0, 0, 9, 9)), polygon((9, 0, 18, 9))]
    names = [{"乡镇": "甲", "区划代码": "010106001000"}, {"乡镇": "乙", "区划代码": "010106002000"}]
    path = write_geojson(tmp_path / "u.geojson", zip(names, boxes, strict=True))
    found = read_boundaries(BoundariesSection(source=str(path)), CRS)
    assert found.units["unit_id"].tolist() == ["010106001000", "010106002000"]


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        (
            {"a": "x", "b": 7},
            r"has no columns with codes of 9 or 12 digits; say id = .*, one of a, b",
        ),
        ({"a": 440106001, "b": "440106001000"}, r"has several \(a, b\) columns with codes of 9 or"),
    ],
)
def test_codes_that_are_not_found_are_asked_for(
    columns: dict[str, object], fault: str, tmp_path: Path
) -> None:
    path = write_geojson(tmp_path / "u.geojson", [(columns, polygon((0, 0, 9, 9)))])
    with pytest.raises(SchemaError, match=fault):
        read_boundaries(BoundariesSection(source=str(path)), CRS)


def test_codes_that_a_spreadsheet_spoilt_are_refused(tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "u.geojson", [({"code": "4.40106E+11"}, polygon((0, 0, 9, 9)))])
    with pytest.raises(SchemaError, match=r"'code' holds codes like 4\.40106E\+11 in row 1, whose"):
        read_boundaries(BoundariesSection(source=str(path), id="code"), CRS)
