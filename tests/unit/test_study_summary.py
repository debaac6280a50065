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


def test_it_is_told_in_the_language_of_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    result = toy_result(toy_study())
    result = replace(result, total=result.total | {"subdistricts": 2})
    tell(result, Path("out"), quiet=False, json=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Toy：50,000 人"
    assert "   15min 以内        30,000   60.0%" in lines
    assert "未达标的街道（镇）：2 个中有 3 个" in lines
    assert lines[-1] == "地图：out/map.html"
