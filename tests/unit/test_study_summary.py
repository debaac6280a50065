"""What the terminal tells of a study's self-check."""

from dataclasses import replace
from pathlib import Path

import pytest
from toy_result import toy_result, toy_study

from facility_coverage.travel.self_check import SelfCheck
from facility_coverage_cli.study_summary import tell


def told(check: SelfCheck, capsys: pytest.CaptureFixture[str]) -> str:
    result = toy_result(toy_study())
    total = result.total | {"subdistricts": 2}
    result = replace(result, total=total, self_check={"minutes": check.figures()})
    tell(result, Path("out"), quiet=False, json=False)
    lines = capsys.readouterr().out.splitlines()
    return next(line for line in lines if line.startswith("Self-check"))


def test_the_terminal_tells_how_circles_stood(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(SelfCheck(300, 150, 3.04, 4.0, 25.5, 2, 0), capsys) == (
        "Self-check of circles in minutes: 300 places, at most 3.0 s too generous, 4.0 s too "
        "strict (bound 25.5 s), 0 failures"
    )


def test_a_place_without_any_way_is_told_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    line = told(SelfCheck(300, 150, None, 4.0, 25.5, 2, 7), capsys)
    assert "at most places without any way inside, 4.0 s too strict" in line
    assert line.endswith("7 failures")
