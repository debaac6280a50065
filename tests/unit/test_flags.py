"""Which subdistricts fall short, by which test, and when a test cannot be made."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy_study import (
    degrees,
    facility_rows,
    toy_result,
    toy_sections,
    write_csv,
    write_toy_study,
)

from facility_coverage.result import StudyResult
from facility_coverage.study import run_study
from facility_coverage.study_file import Study

HEADER = ("facility_id", "lon", "lat", "kind", "ownership")
IN_01, IN_02, IN_03 = degrees(150, 10), degrees(650, 590), degrees(850, 10)
NOT_ASSESSABLE = "government centre not assessable: ownership not stated"


def judged(folder: Path, *rows: tuple[Any, ...], header: tuple[str, ...] = HEADER) -> StudyResult:
    """Answer the toy study with another register."""
    study = write_toy_study(folder)
    write_csv(folder / "facilities.csv", header, rows)
    return run_study(Study.load(study))


def setting(result: StudyResult, unit_id: str) -> set[str]:
    """Return the flags about facilities, which do not ask for people."""
    (row,) = result.units[result.units["unit_id"] == unit_id].to_dict("records")
    return set(row["flags"].split(";")) - {"", "below_target"}


def note(result: StudyResult, unit_id: str) -> str:
    return str(result.units.set_index("unit_id")["notes"][unit_id])


def test_a_government_centre_satisfies_both(tmp_path: Path) -> None:
    result = judged(tmp_path, ("1", *IN_01, "社区卫生服务中心", "政府办"))
    assert setting(result, "01") == set()
    assert setting(result, "02") == {"no_facility", "no_government_centre"}
    counts = result.units.set_index("unit_id")[["facilities", "government_facilities"]]
    assert counts.loc["01"].tolist() == [1, 1]
    assert counts.loc["02"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("kind", "owner"),
    [("centre", "private"), ("station", "government"), ("hospital", "government")],
)
def test_neither_a_private_centre_nor_another_kind_is_a_government_centre(
    kind: str, owner: str, tmp_path: Path
) -> None:
    result = judged(tmp_path, ("1", *IN_01, kind, owner))
    assert setting(result, "01") == {"no_government_centre"}
    government = result.units.set_index("unit_id")["government_facilities"]["01"]
    assert government == int(owner == "government")


def test_a_centre_of_unknown_owner_is_noted_not_flagged(tmp_path: Path) -> None:
    result = judged(tmp_path, ("1", *IN_01, "centre", ""), ("2", *IN_02, "centre", "government"))
    assert setting(result, "01") == set()
    assert note(result, "01") == NOT_ASSESSABLE
    assert setting(result, "02") == set()
    assert note(result, "02") == ""
    # 03 has no centre at all: whoever runs those elsewhere, none runs one there
    assert setting(result, "03") == {"no_facility", "no_government_centre"}


def test_a_known_government_centre_beside_an_unknown_one_is_enough(tmp_path: Path) -> None:
    result = judged(tmp_path, ("1", *IN_01, "centre", ""), ("2", *IN_01, "centre", "政府办"))
    assert setting(result, "01") == set()
    assert note(result, "01") == ""


def test_a_register_without_owners_never_flags_but_says_so(tmp_path: Path) -> None:
    rows = [("1", *IN_01, "centre")]
    result = judged(tmp_path, *rows, header=HEADER[:-1])
    assert setting(result, "01") == set()
    assert setting(result, "02") == {"no_facility"}
    assert result.total["flagged"]["no_government_centre"] == []
    assert [note(result, unit) for unit in ("01", "02", "03")] == [NOT_ASSESSABLE] * 3
    assert any("no_government_centre is not tested" in text for text in result.notes)


def test_an_extract_never_flags_but_says_so(tmp_path: Path) -> None:
    sections = toy_sections()
    sections["facilities"] = {"source": "osm"}
    result = toy_result(tmp_path, sections)
    assert result.total["flagged"]["no_government_centre"] == []
    assert result.total["flagged"]["no_facility"] == ["03"]
    assert note(result, "03") == NOT_ASSESSABLE
    assert any("no_government_centre is not tested" in text for text in result.notes)


def test_a_facility_of_a_neighbour_counts_for_people_not_for_the_setting(tmp_path: Path) -> None:
    # 10 m east of the border of 02 and 03, right before row 3 at (550, 10)
    result = judged(tmp_path, ("1", *degrees(810, 10), "centre", "government"))
    assert "no_facility" in setting(result, "02")
    assert setting(result, "03") == set()
    assert result.units.set_index("unit_id")["covered_population_5min"]["02"] == 40


@pytest.mark.parametrize(("target", "flagged"), [("at", False), ("above", True)])
def test_the_target_is_met_by_exactly_its_share(
    target: str, flagged: object, tmp_path: Path
) -> None:
    # within five minutes 100 of the 150 people of 01 are covered
    share = 100 / 150 if target == "at" else float(np.nextafter(100 / 150, 1.0))
    sections = toy_sections()
    sections["coverage"] |= {"minutes": [5], "target_share": share}
    result = toy_result(tmp_path, sections)
    assert ("01" in result.total["flagged"]["below_target"]) is flagged


def test_reasons_stand_in_one_order(tmp_path: Path) -> None:
    result = judged(tmp_path, ("1", *IN_01, "centre", "government"))
    assert result.units["flags"].tolist() == [
        "",
        "no_facility;no_government_centre;below_target",
        "no_facility;no_government_centre;below_target",
        "",
    ]
    assert result.total["flagged"] == {
        "no_facility": ["02", "03"],
        "no_government_centre": ["02", "03"],
        "below_target": ["02", "03"],
    }


def test_people_outside_are_no_subdistrict(tmp_path: Path) -> None:
    result = judged(tmp_path, ("1", *degrees(1250, 110), "centre", "government"))
    outside = result.units.iloc[-1]
    assert (outside["unit_id"], outside["facilities"], outside["flags"]) == ("outside", 1, "")
    assert result.total["subdistricts_flagged"] == result.total["subdistricts"] == 3


def test_a_subdistrict_without_people_has_no_share_and_is_not_below_target(tmp_path: Path) -> None:
    write_toy_study(tmp_path)
    people = [(*degrees(350, 10), 100)]
    write_csv(tmp_path / "people.csv", ("lon", "lat", "population"), people)
    result = run_study(Study.load(tmp_path / "study.toml"))
    empty = result.units.set_index("unit_id").loc["02"]
    assert np.isnan(empty["covered_share_10min"])
    assert empty["covered_population_10min"] == 0
    assert "no people: shares of people are empty" in empty["notes"]
    assert "below_target" not in empty["flags"]


def test_a_refused_facility_is_in_the_register_all_the_same(tmp_path: Path) -> None:
    # 150 m from any street, inside 03: it stands there, but nobody is said to walk to it
    row = ["f3", "远", *degrees(1000, 850), "centre", "government", ""]
    study = write_toy_study(tmp_path)
    header = ("facility_id", "name", "lon", "lat", "kind", "ownership", "beds")
    write_csv(tmp_path / "facilities.csv", header, [*facility_rows(), row])
    result = run_study(Study.load(study))
    assert result.units.set_index("unit_id")["facilities"]["03"] == 1
    assert result.total["facilities_refused"] == 1
    assert setting(result, "03") == set()
