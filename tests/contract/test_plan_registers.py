"""The registers of 天宁, 津南 and 东丽 hold what their plans state, word for word."""

import csv
from pathlib import Path

import pytest
from plan_quotes import plan_text, squeezed

from facility_coverage.registers import register_path

PLAN_IDS = {"tianning": "tianning-145", "jinnan": "jinnan-145", "dongli": "dongli-155"}
CODES = {"tianning": "320402", "jinnan": "120112", "dongli": "120110"}
UNITS = {
    "tianning": ["001", "002", "003", "004", "005", "006", "109"],
    "jinnan": ["001", "002", "003", "100", "101", "102", "103", "104", "106", "107", "108"],
    "dongli": [f"{number:03d}" for number in range(1, 12)],
}
districts = pytest.mark.parametrize("district", PLAN_IDS)


def rows(folder: str, district: str) -> list[dict[str, str]]:
    with register_path(folder, f"{district}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@districts
@pytest.mark.parametrize("folder", ["boundaries", "facilities"])
def test_a_register_is_plain_utf8_and_explained(folder: str, district: str) -> None:
    path = register_path(folder, f"{district}.csv")
    content = path.read_bytes()
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert not content.startswith(b"\xef\xbb\xbf")
    note = path.with_suffix(".md").read_text(encoding="utf-8").lower()
    for word in ("source", "licence", "crs", "date"):
        assert word in note
    for column in rows(folder, district)[0]:
        assert f"`{column}`" in note


@districts
def test_the_subdistricts_have_their_codes(district: str) -> None:
    units = rows("boundaries", district)
    assert [u["unit_id"] for u in units] == [CODES[district] + code for code in UNITS[district]]
    kinds = {"街道": "subdistrict", "镇": "town"}
    for unit in units:
        assert unit["unit_name"].endswith(tuple(kinds))
        assert unit["unit_kind"] == kinds["镇" if unit["unit_name"].endswith("镇") else "街道"]
        assert unit["source"]


@districts
def test_no_centre_address_or_point_is_invented(district: str, plan_texts: Path) -> None:
    text = plan_text(plan_texts, PLAN_IDS[district])
    units = {unit["unit_id"]: unit["unit_name"] for unit in rows("boundaries", district)}
    facilities = rows("facilities", district)
    assert len({f["facility_id"] for f in facilities}) == len(facilities)
    assert [f["facility_id"] for f in facilities] == sorted(f["facility_id"] for f in facilities)
    for facility in facilities:
        assert not any(facility[blank] for blank in ("floor_area_m2", "lon", "lat"))
        assert facility["ownership"] == "unknown"
        assert facility["source"]
        assert squeezed(facility["quote"]) in text
        printed = facility.get("name_basis", "printed") == "printed"
        assert (facility["facility_name"] in text) == printed
        assert not facility["unit_id"] or facility["unit_id"] in units
        assert not facility.get("community_hospital_quote") or (
            facility["community_hospital_quote"] in text
        )


@pytest.mark.parametrize("district", ["jinnan", "dongli"])
def test_a_centre_stands_where_its_name_says(district: str) -> None:
    names = {
        unit["unit_id"]: unit["unit_name"].rstrip("街道镇") for unit in rows("boundaries", district)
    }
    for facility in rows("facilities", district):
        named = [unit for unit, name in names.items() if name in facility["facility_name"]]
        assert facility["unit_id"] == (named[0] if named else "")


def test_table_2_of_tianning() -> None:
    facilities = rows("facilities", "tianning")
    kinds = [facility["kind"] for facility in facilities]
    assert (len(kinds), kinds.count("township_hospital"), kinds.count("subcentre")) == (16, 2, 2)
    assert sum(int(facility["beds"] or 0) for facility in facilities) == 420
    assert sum(int(facility["beds_planned"] or 0) for facility in facilities) == 1210
    assert sum(bool(facility["beds"]) for facility in facilities) == 9
    for facility in facilities:
        cells = [facility["beds"] or "/", facility["beds_planned"] or "/"]
        row = " ".join([facility["facility_name"], *cells, facility["planning_note"]])
        assert facility["quote"] == row
        new = facility["planning_note"] in {"规划配建", "规划新建", "异地新建"}
        assert facility["new_built"] == ("yes" if new else "no")
        planned = facility["planning_note"] == "规划配建"
        assert facility["status"] == ("planned" if planned else "existing")
    too_few = [
        facility["facility_name"]
        for facility in facilities
        if facility["new_built"] == "yes" and int(facility["beds_planned"]) < 50
    ]
    assert too_few == ["红梅街道北环社区卫生服务中心"]


def test_a_register_says_of_which_kinds_it_is_complete() -> None:
    for district in PLAN_IDS:
        complete = {unit["complete_kinds"] for unit in rows("boundaries", district)}
        listed = "centre|subcentre|township_hospital"
        assert complete == ({listed} if district == "tianning" else {""})
