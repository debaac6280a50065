"""In which language the terminal speaks: the one chosen, else the study's, else the system's."""

from pathlib import Path

import pytest

from facility_coverage.errors import NotFoundError
from facility_coverage_cli.main import outcome
from facility_coverage_cli.spoken import open_study, spoken


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "C"}, "zh"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_TW.UTF-8", "LANG": "en_GB.UTF-8"}, "zh"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_CN"}, "zh"),
        ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_language_of_the_system(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, variables.get(name, ""))
    assert spoken() == language


@pytest.mark.parametrize("named", ["Chinese (Simplified)_China", None])
def test_a_system_without_these_variables(
    monkeypatch: pytest.MonkeyPatch, named: str | None
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda: (named, "936"))
    assert spoken() == ("en" if named is None else "zh")


def test_a_study_that_cannot_be_loaded_is_told_in_its_own_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = tmp_path / "study.toml"
    study.write_text('[study]\nname = "天河"\nlanguage = "zh"\n', encoding="utf-8")
    assert outcome(["run", str(study), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told
    assert all(line.startswith(f"错误: {study}") for line in told)
    assert any("network" in line and "缺少" in line for line in told)
    assert outcome(["--language", "en", "run", str(study), "--out", str(tmp_path / "out")]) == 2
    english = capsys.readouterr().err.splitlines()
    assert len(english) == len(told)
    assert all(line.startswith(f"error: {study}") for line in english)


def test_the_variable_chooses_as_the_option_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FACILITY_COVERAGE_LANGUAGE", "zh")
    assert outcome(["run", str(tmp_path / "no.toml"), "--out", str(tmp_path / "out")]) == 3
    assert capsys.readouterr().err.startswith("错误: ")


@pytest.mark.parametrize(
    "text", ["[study", 'study = "zh"\n', '[study]\nlanguage = ["zh"]\n', "\x80"]
)
def test_of_a_broken_study_no_language_is_known(tmp_path: Path, text: str) -> None:
    study = tmp_path / "study.toml"
    study.write_text(text, encoding="latin-1")
    with pytest.raises(Exception, match=r"study\.toml"):
        open_study(study)
    assert spoken() == "en"


def test_the_next_study_speaks_for_itself(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    study.write_text('[study]\nlanguage = "zh"\n', encoding="utf-8")
    with pytest.raises(Exception, match=r"study\.toml"):
        open_study(study)
    assert spoken() == "zh"
    with pytest.raises(NotFoundError):
        open_study(tmp_path / "no.toml")
    assert spoken() == "en"
