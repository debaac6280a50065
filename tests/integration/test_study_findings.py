"""A study held against standards, end to end: the toy study, each figure worked by hand.

f1, a government-run centre, and f2, a private station, stand in ``01`` and ``02``. Within 10
minutes f1 reaches all 150 residents of ``01``, 40 of the 120 of ``02`` and nobody of ``03``.
"""

import json
from pathlib import Path

import pandas as pd
import pytest
from toy_study import (
    FACILITY_HEADER,
    PEOPLE_HEADER,
    facility_rows,
    people_rows,
    toy_result,
    toy_sections,
    write_csv,
    write_study,
    write_toy_study,
)

from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.outputs.folder import summary, write_results
from facility_coverage.result import StudyResult
from facility_coverage.standards.changes import changed_verdicts
from facility_coverage.study import run_study
from facility_coverage.study_file import Study

RULES = """
id = "own"
title = "Own"
issuing_body = "Own council"
source = "page 1"
applies_to = "44"
"""
CLAUSE = """
[[clause]]
id = "{id}"
scope = "{scope}"
quantity = "{quantity}"
facility_kind = ["{kind}"]
strength = "must"
confidence = "plan"
quote = "{id}"
"""


def clause(name: str, kind: str, quantity: str, more: str = "", scope: str = "subdistrict") -> str:
    return CLAUSE.format(id=name, kind=kind, quantity=quantity, scope=scope) + more


CIRCLES = (
    RULES
    + clause("walk", "centre", "walk_minutes", "max = 10\n")
    + clause("half", "centre", "walk_minutes", "max = 7.5\nshare = 0.3\nmode_stated = false")
    + clause("metres", "centre", "network_m", "max = 1000")
    + clause("too-far", "centre", "walk_minutes", "max = 11")
    + clause("drive", "centre", "drive_minutes", "max = 5")
    + clause("mean", "centre", "walk_minutes", 'max = 10\nstatistic = "achieved_mean"')
    + clause("towns", "centre", "walk_minutes", 'max = 10\nunit_kind = ["town"]')
    + clause("gap", "station", "presence", 'min = 1\nbeyond = "walk"')
    + clause("outside", "station", "siting", 'beyond = "walk"', "facility")
    + clause("alone", 'centre", "station', "siting", 'beyond = "walk"', "facility")
    + clause("none-nearer", "centre", "siting", 'beyond = "metres"', "facility")
    + clause("ward", "centre", "beds", "min = 50", "facility")
)


def sections(**files: str) -> dict[str, dict[str, object]]:
    keys = toy_sections()
    keys["standards"] = {"use": ["own.toml"]}
    keys.update({name: {"source": file} for name, file in files.items()})
    return keys


def answered(folder: Path, rules: str = CIRCLES) -> StudyResult:
    (folder / "own.toml").write_text(rules, encoding="utf-8")
    return toy_result(folder, sections())


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    return answered(tmp_path_factory.mktemp("findings"))


def rows(result: StudyResult, name: str) -> pd.DataFrame:
    found: pd.DataFrame = result.findings[result.findings["clause_id"] == name]
    return found.reset_index(drop=True)


def test_a_circle_is_judged_by_the_residents_within_it(result: StudyResult) -> None:
    found = rows(result, "walk")
    assert found["unit_id"].tolist() == ["01", "02", "03"]
    assert found["measured"].tolist() == pytest.approx([1, 40 / 120, 0])
    assert found["verdict"].tolist() == ["pass", "fail", "fail"]
    assert found["evidence"].tolist() == [("f1",), ("f1",), ()]
    assert set(found["required"]) == {">= 0.8 <= 10min"}


def test_any_circle_up_to_the_widest_is_measured(result: StudyResult) -> None:
    # 450 s: 420 s are within it, and a third is more than 0.3.
    found = rows(result, "half")
    assert found["verdict"].tolist() == ["pass", "pass", "fail"]
    assert set(found["reason"]) == {"the text does not say who moves: on foot is assumed"}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("metres", "the study tests no circle of 1000m: add it to [coverage]"),
        ("too-far", "the study tests no circle of 11min: add it to [coverage]"),
        ("drive", "the clause is about going by car, the study about going on foot"),
        ("towns", "no such column in the register: subdistricts.geojson: unit_kind"),
        ("none-nearer", "the study tests no circle of 1000m: add it to [coverage]"),
    ],
)
def test_what_a_study_does_not_test_is_not_judged(
    result: StudyResult, name: str, told: str
) -> None:
    found = rows(result, name)
    assert set(found["verdict"]) == {"not_assessable"}
    assert set(found["reason"]) == {told}


def test_a_size_is_read_from_the_register(result: StudyResult) -> None:
    found = rows(result, "ward")
    assert found[["facility_id", "verdict", "measured"]].to_numpy().tolist() == [["f1", "fail", 20]]


def test_an_achieved_mean_is_only_shown(result: StudyResult) -> None:
    found = rows(result, "mean")
    assert set(found["verdict"]) == {"advice"}
    assert found["measured"].tolist() == rows(result, "walk")["measured"].tolist()


def test_a_station_is_due_only_where_no_centre_reaches(result: StudyResult) -> None:
    found = rows(result, "gap")
    assert found["verdict"].tolist() == ["pass", "pass", "fail"]
    assert found["evidence"].tolist() == [("f1",), ("f2",), ()]
    assert found["reason"].tolist() == [
        "the circles of walk reach every resident: none is due",
        "80 residents beyond the circles of walk",
        "297 residents beyond the circles of walk",
    ]


def test_who_stands_beyond_the_circles_of_others(result: StudyResult) -> None:
    # From f1 to f2 it is 10 + 500 + 600 + 10 m, a metre a second; no centre is beside f1.
    assert rows(result, "outside")["verdict"].tolist() == ["pass"]
    found = rows(result, "alone")
    assert found["facility_id"].tolist() == ["f1", "f2"]
    assert found["verdict"].tolist() == ["pass", "pass"]


def test_who_stands_within_the_circle_of_another_is_told_whose(tmp_path: Path) -> None:
    keys = sections()
    keys["coverage"] = {**toy_sections()["coverage"], "minutes": [5, 20]}
    (tmp_path / "own.toml").write_text(
        CIRCLES.replace("max = 10\n", "max = 20\n"), encoding="utf-8"
    )
    found = rows(toy_result(tmp_path, keys), "alone")
    assert found["verdict"].tolist() == ["pass", "fail"]
    assert found["evidence"].tolist() == [("f1",), ("f2", "f1")]


def test_each_finding_has_its_place(result: StudyResult) -> None:
    found = result.findings
    assert found.crs == result.crs
    of_units = found[found["facility_id"] == ""].merge(result.units, on="unit_id")
    assert of_units["geometry_x"].within(of_units["geometry_y"]).all()
    of_facilities = found[found["facility_id"] != ""].merge(result.facilities, on="facility_id")
    assert (of_facilities["geometry_x"] == of_facilities["geometry_y"]).all()


def test_findings_in_the_folder_of_results(result: StudyResult, tmp_path: Path) -> None:
    write_results(result, tmp_path)
    table = pd.read_csv(tmp_path / "findings.csv", dtype=str, keep_default_na=False)
    assert len(table) == len(result.findings)
    assert table["evidence"].tolist() == ["; ".join(ids) for ids in result.findings["evidence"]]
    layer = json.loads((tmp_path / "findings.geojson").read_text(encoding="utf-8"))
    assert len(layer["features"]) == len(table)
    assert (tmp_path / "conflicts.csv").is_file()
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["inputs"]["standards_1"]["file"] == "own.toml"
    assert manifest["parameters"]["standards"]["use"] == ["own.toml"]
    assert {"findings.csv", "findings.geojson"} <= set(manifest["outputs"])
    counts = summary(result)["clauses"]
    assert counts[0] == {
        "standard_id": "own", "clause_id": "walk", "pass": 1, "fail": 2, "not_assessable": 0,
        "advice": 0,
    }  # fmt: skip


def test_a_facility_of_unknown_kind_leaves_circles_open(tmp_path: Path) -> None:
    folder = tmp_path
    (folder / "own.toml").write_text(CIRCLES, encoding="utf-8")
    path = write_toy_study(folder, sections())
    number, _, *place = facility_rows()[1][:4]
    unknown = [number, "二号院", *place, "", "", ""]  # its name does not tell the kind either
    write_csv(folder / "facilities.csv", FACILITY_HEADER, [facility_rows()[0], unknown])
    found = run_study(Study.load(path)).findings
    walk = found[found["clause_id"] == "walk"]
    assert walk["verdict"].tolist() == ["pass", "not_assessable", "fail"]
    assert walk["reason"].tolist()[1] == "kind or ownership of some facilities is not stated"
    gap = found[found["clause_id"] == "gap"]
    assert set(gap["verdict"]) == {"pass", "not_assessable"}
    outside = found[found["clause_id"] == "outside"]
    assert outside["verdict"].tolist() == ["not_assessable"]


def test_a_station_without_a_street_is_left_open(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(CIRCLES, encoding="utf-8")
    path = write_toy_study(tmp_path, sections())
    first, second = facility_rows()
    far = [*second[:2], 113.0, 23.0, *second[4:]]
    write_csv(tmp_path / "facilities.csv", FACILITY_HEADER, [first, second, ["f3", *far[1:]]])
    found = run_study(Study.load(path)).findings
    outside = found[found["clause_id"] == "outside"].set_index("facility_id")
    assert outside.loc["f3", "verdict"] == "not_assessable"
    assert outside.loc["f3", "reason"] == "it stands on no street"


def test_people_of_two_years_give_the_subdistricts_whose_verdict_changes(
    result: StudyResult, tmp_path: Path
) -> None:
    (tmp_path / "own.toml").write_text(CIRCLES, encoding="utf-8")
    path = write_toy_study(tmp_path, sections())
    people = people_rows()
    people[2][2] = 400  # of 02, within reach of f1: 400 of 480 are more than 0.8
    write_csv(tmp_path / "people.csv", PEOPLE_HEADER, people)
    later = run_study(Study.load(path)).findings
    changed = changed_verdicts(result.findings, later)
    assert changed[
        ["clause_id", "unit_id", "verdict_before", "verdict_after"]
    ].to_numpy().tolist() == [["walk", "02", "fail", "pass"]]


def test_a_study_without_standards_finds_nothing(tmp_path: Path) -> None:
    result = toy_result(tmp_path)
    assert result.findings.empty
    write_results(result, tmp_path)
    assert not (tmp_path / "findings.csv").exists()


@pytest.mark.parametrize(
    ("use", "told"),
    [
        ("nowhere.toml", "standards.use: there is no rule file"),
        ("nowhere", "choose from"),
    ],
)
def test_a_standard_that_is_not_there(tmp_path: Path, use: str, told: str) -> None:
    keys = toy_sections()
    keys["standards"] = {"use": [use]}
    with pytest.raises(NotFoundError, match=told):
        toy_result(tmp_path, keys)


def test_a_broken_rule_file_stops_the_run_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(RULES, encoding="utf-8")
    stages: list[str] = []
    study = Study.load(write_toy_study(tmp_path, sections()))
    with pytest.raises(InputError, match=r"own.toml: clause: this key is missing"):
        run_study(study, progress=lambda stage, _share: stages.append(stage))
    assert stages == []


def test_rule_files_are_taken_from_the_folder_of_the_study_file(tmp_path: Path) -> None:
    write_toy_study(tmp_path)
    (tmp_path / "own.toml").write_text(CIRCLES, encoding="utf-8")
    keys = sections()
    keys["standards"]["use"] = ["tianning-145", "own.toml"]
    study = Study.load(write_study(tmp_path / "study.toml", keys))
    assert study.standards.use == ("tianning-145", str(tmp_path / "own.toml"))
    assert study.standards.files == (str(tmp_path / "own.toml"),)
