"""Bad input is told in one line a fault, with the documented exit code, and nothing is written."""

import re
from pathlib import Path
from typing import Any

import pytest
from bad_inputs import CASES, STUDY, Case
from spoilers import facilities
from toy_study import degrees, facility_rows, toy_sections, write_study, write_toy_study

from facility_coverage.errors import (
    CrsError,
    GeometryError,
    InputError,
    LimitError,
    NotFoundError,
    SchemaError,
    UnreachableError,
)
from facility_coverage.study import run_study
from facility_coverage.study_file import Study
from facility_coverage_cli.main import outcome

EXIT_CODES = {
    InputError: 2,
    SchemaError: 2,
    CrsError: 2,
    GeometryError: 2,
    NotFoundError: 3,
    UnreachableError: 4,
    LimitError: 6,
}


@pytest.fixture
def spoiled(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Case, Path]:
    """Write the toy study with one thing wrong; return what must be told, and its folder."""
    wanted: Case = request.param
    folder = tmp_path / "study"
    folder.mkdir()
    sections = toy_sections()
    before = write_toy_study(folder, sections).read_bytes()
    wanted.spoil(folder, sections)
    file = folder / STUDY
    if file.is_file() and file.read_bytes() == before:
        write_study(file, sections)
    return wanted, folder


@pytest.mark.parametrize("spoiled", CASES.values(), ids=CASES, indirect=True)
def test_bad_input_is_told_and_nothing_is_written(
    spoiled: tuple[Case, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted, folder = spoiled
    with pytest.raises(wanted.error) as caught:
        run_study(Study.load(folder / STUDY))
    assert type(caught.value) is wanted.error
    lines = str(caught.value).splitlines()
    for line, told in zip(lines, wanted.lines, strict=True):
        assert line.startswith(f"{folder / told.file}: ")
        assert told.what in line
        assert told.remedy in line
    chinese = caught.value.told("zh").splitlines()
    for line, told in zip(chinese, wanted.lines, strict=True):
        file, _, rest = line.partition("：")
        assert file == str(folder / told.file)
        assert re.search("[\u4e00-\u9fff]{2}", rest), line

    out = tmp_path / "results" / "out"
    arguments = ["run", str(folder / STUDY), "--out", str(out), "--cache", str(tmp_path / "cache")]
    assert outcome(arguments) == EXIT_CODES[wanted.error]
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == [f"error: {line}" for line in lines]
    assert not out.parent.exists()


def test_the_table_knows_every_foreseen_exit_code_of_a_study() -> None:
    told = {wanted.error for wanted in CASES.values()}
    assert told == set(EXIT_CODES)
    assert all(error.exit_code == code for error, code in EXIT_CODES.items())


def test_a_good_study_passes_the_same_door(tmp_path: Path) -> None:
    study = write_toy_study(tmp_path)
    out = tmp_path / "out"
    cache = str(tmp_path / "cache")
    assert outcome(["run", str(study), "--out", str(out), "--cache", cache, "--quiet"]) == 0
    assert (out / "manifest.json").is_file()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["f3", "in the sea", *degrees(5000, 5000), "", "", ""], "no street within 100 m"),
        (["f3", "nowhere", "", "", "", "", ""], "lon, lat are no longitude and latitude"),
        (["f3", "in words", "east", "north", "", "", ""], "lon, lat are no longitude"),
        (["f3", "swapped", *degrees(9, 9)[::-1], "", "", ""], "the two are swapped; exchange them"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[1],
)
def test_one_bad_facility_is_refused_and_the_run_goes_on(
    row: list[Any], reason: str, tmp_path: Path
) -> None:
    study = write_toy_study(tmp_path)
    plain = run_study(Study.load(study))
    facilities(*facility_rows(), row)(tmp_path, {})
    result = run_study(Study.load(study))
    assert result.facilities["status"].tolist() == ["assessed", "assessed", "refused"]
    refused = result.facilities.iloc[2]
    assert reason in refused["reason"]
    assert ";" in refused["reason"]
    assert any(note.startswith("facility f3 was refused: ") for note in result.notes)
    assert result.total["facilities_refused"] == 1
    covered = [name for name in plain.units.columns if name.startswith("covered_")]
    assert result.units[covered].equals(plain.units[covered])


def test_a_refusal_is_told_in_the_language_of_the_study(tmp_path: Path) -> None:
    sections = toy_sections()
    sections["study"]["language"] = "zh"
    study = write_toy_study(tmp_path, sections)
    facilities(*facility_rows(), ["f3", "海上", *degrees(5000, 5000), "", "", ""])(tmp_path, {})
    result = run_study(Study.load(study))
    reason = "100 米（off_street_limit_m）内没有道路；请改正其位置"
    assert result.facilities["reason"].tolist() == ["", "", reason]
    assert any(reason in note for note in result.notes)
    lost = result.snap_audit[result.snap_audit["status"] == "unassessed"]
    assert lost["reason"].tolist() == ["100 米内没有道路"]
