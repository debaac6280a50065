"""What the map is told of the findings: each with its clause, nothing made up."""

import json
from dataclasses import replace
from typing import Any

import pytest
from toy_result import HOSTILE, toy_result, toy_study

from facility_coverage_maps import findings
from facility_coverage_maps.findings import map_findings


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    return map_findings(toy_result(toy_study()))


def test_everything_is_plain_json(data: dict[str, Any]) -> None:
    assert json.loads(json.dumps(data, allow_nan=False)) == data


def test_each_finding_names_its_clause_and_what_it_is_about(
    data: dict[str, Any],
) -> None:
    clauses = [clause["clause_id"] for clause in data["clauses"]]
    assert clauses == [HOSTILE[0], "size", "whole"]
    of_units = [finding for finding in data["findings"] if finding["clause"] == 0]
    assert [finding["unit"] for finding in of_units] == [f"u{at:02d}" for at in range(6)]
    assert {finding["facility"] for finding in of_units} == {None}
    of_facilities = [finding for finding in data["findings"] if finding["clause"] == 1]
    assert [finding["facility"] for finding in of_facilities] == ["f000", "f001"]
    assert {finding["unit"] for finding in of_facilities} == {None}


def test_what_the_whole_district_is_told_has_no_place_on_the_map(
    data: dict[str, Any],
) -> None:
    assert 2 not in {finding["clause"] for finding in data["findings"]}


def test_what_was_not_measured_is_null(data: dict[str, Any]) -> None:
    assert [finding["measured"] for finding in data["findings"][:4]] == [0.5, 1.5, None, 3.5]


def test_too_many_findings_leave_out_facilities_that_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    result = toy_result(toy_study())
    verdicts = result.findings["verdict"].to_numpy().copy()
    verdicts[6:8] = ["pass", "fail"]  # of two facilities
    result = replace(result, findings=result.findings.assign(verdict=verdicts))
    for most, left_out in ((8, 0), (7, 1)):
        monkeypatch.setattr(findings, "MOST_FINDINGS", most)
        data = map_findings(result)
        assert data["findings_left_out"] == left_out
        assert len(data["findings"]) == 8 - left_out
    assert [each["verdict"] for each in data["findings"] if each["facility"]] == ["fail"]
