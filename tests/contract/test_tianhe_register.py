"""The registers of Tianhe hold what the plan and the census state, word for word."""

import csv
import re
from pathlib import Path

import pytest

from facility_coverage.registers import register_path

LACKING = {"员村", "黄村", "龙洞", "凤凰", "元岗", "长兴", "新塘", "珠吉", "兴华", "猎德"}
FLOOR_SHORT = {"沙河", "天河南", "棠下"}
CODES = [f"440106{number:03d}" for number in range(1, 23) if number != 5]
PLAN_NAME = "004_0267441d0b41c813.txt"


def rows(folder: str) -> list[dict[str, str]]:
    with register_path(folder, "tianhe.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def plan(plan_texts: Path) -> str:
    return (plan_texts / PLAN_NAME).read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", ["boundaries", "facilities"])
def test_a_register_is_plain_utf8_and_explained(folder: str) -> None:
    path = register_path(folder, "tianhe.csv")
    content = path.read_bytes()
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert not content.startswith(b"\xef\xbb\xbf")
    note = path.with_suffix(".md").read_text(encoding="utf-8")
    for word in ("Source", "Licence", "CRS", "date"):
        assert word.lower() in note.lower()
    for column in rows(folder)[0]:
        assert f"`{column}`" in note


def test_the_21_subdistricts_have_the_codes_and_people_of_the_census() -> None:
    units = rows("boundaries")
    assert [unit["unit_id"] for unit in units] == CODES
    assert sum(int(unit["population"]) for unit in units) == 2_241_800
    assert {unit["unit_name"][-2:] for unit in units} == {"街道"}
    assert all(unit["source"] for unit in units)
    assert all(113.2 < float(unit["label_lon"]) < 113.5 for unit in units)
    assert all(23.0 < float(unit["label_lat"]) < 23.3 for unit in units)


def test_ten_subdistricts_lack_a_government_centre() -> None:
    units = rows("boundaries")
    lacking = [unit for unit in units if unit["centre_status"] == "lacks_government"]
    short = [unit for unit in units if unit["centre_status"] == "government_floor_short"]
    assert {unit["unit_name"].removesuffix("街道") for unit in lacking} == LACKING
    assert {unit["unit_name"].removesuffix("街道") for unit in short} == FLOOR_SHORT
    assert {unit["status_basis"] for unit in lacking} == {"stated"}
    people = sum(int(unit["population"]) for unit in lacking)
    assert abs(people - 1_015_600) <= 500
    assert round(people / 2_241_800, 3) == 0.453


def test_status_and_centres_agree() -> None:
    status = {unit["unit_id"]: unit["centre_status"] for unit in rows("boundaries")}
    government = {
        centre["unit_id"] for centre in rows("facilities") if centre["ownership"] == "government"
    }
    assert government == {unit for unit, state in status.items() if state != "lacks_government"}


def test_13_centres_and_nothing_that_no_source_states() -> None:
    centres = rows("facilities")
    assert len({centre["facility_id"] for centre in centres}) == len(centres) == 13
    for centre in centres:
        assert centre["kind"] == "centre"
        assert centre["source"]
        assert not any(centre[blank] for blank in ("floor_area_m2", "beds", "lon", "lat"))
        assert (centre["name_basis"] == "implied") == ("名称规划" in centre["facility_name"])
    other = {
        centre["facility_name"]: (centre["ownership"], centre["ownership_basis"])
        for centre in centres
        if centre["ownership"] != "government"
    }
    assert other == {
        "兴华街社区卫生服务中心": ("armed_police", "stated"),
        "猎德街道社区卫生服务中心": ("hospital_transitional", "stated"),
    }


def test_every_quote_stands_in_the_plan(plan: str) -> None:
    for unit in rows("boundaries"):
        assert unit["status_quote"] in plan
        for quote in re.findall("「(.*?)」", unit["frictions"]):
            assert quote in plan
    for centre in rows("facilities"):
        assert centre["quote"] in plan
        assert (centre["facility_name"] in plan) == (centre["name_basis"] == "printed")


def test_a_stated_status_is_quoted_with_the_name_of_its_subdistrict() -> None:
    for unit in rows("boundaries"):
        if unit["status_basis"] == "stated" or unit["centre_status"] == "government_floor_short":
            assert unit["unit_name"].removesuffix("道") in unit["status_quote"]
