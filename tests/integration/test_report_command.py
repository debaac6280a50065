"""``report``: what run writes and the report, in one language or both; others pay nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from toy_study import toy_sections, write_toy_study

from facility_coverage.errors import SourceError
from facility_coverage_cli.main import outcome
from facility_coverage_maps import fonts

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the pages that would be printed; printing itself has tests of its own."""
    pages: list[str] = []

    def pdf_bytes(html: str) -> bytes:
        pages.append(html)
        return b"%PDF"

    monkeypatch.setattr("facility_coverage_maps.report.report.pdf_bytes", pdf_bytes)
    return pages


def written(tmp_path: Path, *more: str, language: str = "en") -> tuple[int, set[str]]:
    folder = tmp_path / "study"
    folder.mkdir(exist_ok=True)
    sections = toy_sections()
    sections["study"]["language"] = language
    study = write_toy_study(folder, sections)
    code = outcome(["report", str(study), "--out", str(tmp_path / "out"), "--overwrite", *more])
    found = tmp_path / "out"
    return code, {path.name for path in found.iterdir()} if found.is_dir() else set()


def test_in_the_language_of_the_study(tmp_path: Path, printed: list[str], capsys: Captured) -> None:
    code, names = written(tmp_path, language="zh")
    assert code == 0
    assert {"report.html", "report.pdf", "results.xlsx", "map.html", "manifest.json"} <= names
    assert "哪些街道（镇）未达要求" in printed[0]
    assert capsys.readouterr().out.endswith(f"报告：{tmp_path / 'out' / 'report.pdf'}\n")


def test_in_both_languages(tmp_path: Path, printed: list[str]) -> None:
    code, names = written(tmp_path, "--language", "both", "--quiet")
    assert code == 0
    assert {"report.zh.html", "report.zh.pdf", "report.en.html", "report.en.pdf"} <= names
    assert "report.html" not in names
    # reasons and notes are told anew, not only the headings
    assert [("附近没有道路" in page, "unassessed" in page) for page in printed] == [
        (True, False),
        (False, True),
    ]


def test_in_the_other_language(tmp_path: Path, printed: list[str]) -> None:
    code, names = written(tmp_path, "--language", "en", "--json", language="zh")
    assert code == 0
    assert "report.pdf" in names
    assert "Contents" in printed[0]


def test_no_font_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(fonts, "FONT_FOLDERS", (str(tmp_path / "none"),))
    code, names = written(tmp_path, "--language", "zh")
    assert (code, names) == (7, set())
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: report: no font with Chinese letters is installed")


def test_doctor_tells_of_what_reports_lack(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def lacking() -> str:
        msg = "PDF: a library of the system is missing"
        raise SourceError(msg)

    monkeypatch.setattr("facility_coverage_cli.doctor._self_test", lambda: "")
    monkeypatch.setattr("facility_coverage_maps.paper.require_pango", lacking)
    assert outcome(["doctor"]) == 0
    shown = capsys.readouterr().out
    assert "note   reports as PDF: PDF: a library of the system is missing" in shown


def test_who_prints_nothing_waits_for_no_library_of_print() -> None:
    code = (
        "import sys; from facility_coverage_cli.main import outcome; outcome(['--help']); "
        "import facility_coverage_maps.page, facility_coverage.outputs.workbook; "
        "print(sorted({'weasyprint', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603  (our own Python)
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.splitlines()[-1] == "[]"
