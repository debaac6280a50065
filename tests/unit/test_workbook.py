"""``results.xlsx``: typed, headed, defused, of fixed bytes, and the same figures as the files."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from toy_result import HOSTILE
from toy_study import toy_result, toy_sections

from facility_coverage.outputs import workbook
from facility_coverage.outputs.columns import column, value_words
from facility_coverage.outputs.sheets import sheets
from facility_coverage.outputs.workbook import fixed_package, write_results_workbook
from facility_coverage.result import StudyResult
from facility_coverage.words import say

FORMULAS = ("=1+1", "+cmd", "-2", "@SUM(A1)", "#N/A", "＝1", "a\x00b", *HOSTILE)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    sections = toy_sections()
    sections["study"]["synthetic"] = "=all of it"
    sections["standards"] = {"use": ["tianning-145"]}
    return toy_result(tmp_path_factory.mktemp("study"), sections)


def opened(result: StudyResult, path: Path, language: str = "en") -> openpyxl.Workbook:
    write_results_workbook(result, path, language)  # type: ignore[arg-type]  # zh or en
    return openpyxl.load_workbook(path)


def cells(book: openpyxl.Workbook) -> Iterator[openpyxl.cell.Cell]:
    for sheet in book:
        for row in sheet.iter_rows():
            yield from row


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_sheet_a_table_with_headings_in_words(
    result: StudyResult, tmp_path: Path, language: str
) -> None:
    book = opened(result, tmp_path / "r.xlsx", language)
    found = sheets(result)
    titles = [say(own.title, language) for own in found]  # type: ignore[arg-type]
    assert book.sheetnames == [
        say("Summary", language),  # type: ignore[arg-type]
        *titles,
        say("Definitions", language),  # type: ignore[arg-type]
    ]
    assert {"subdistricts", "facilities", "findings", "gaps", "sites", "snapping"} <= {
        own.key for own in found
    }
    for own, title in zip(found, titles, strict=True):
        sheet = book[title]
        assert (sheet.max_row, sheet.max_column) == (len(own.table) + 1, len(own.table.columns))
        assert sheet.freeze_panes in {"A2", "C2"}
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(cell.font.bold for cell in sheet[1])
    heads = {cell.value for cell in book[titles[0]][1]}
    assert {"en": "Population (people)", "zh": "人口 (人)"}[language] in heads


def test_the_figures_are_those_of_the_result(result: StudyResult, tmp_path: Path) -> None:
    sheet = opened(result, tmp_path / "r.xlsx")["Coverage by subdistrict"]
    heads = [cell.value for cell in sheet[1]]
    at = heads.index("Covered share within 10 min")
    shares = [row[at] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in shares] == pytest.approx(
        result.units["covered_share_10min"].round(7).tolist()
    )
    assert {cell.number_format for cell in shares} == {"0.0%"}
    assert sheet.cell(row=sheet.max_row, column=2).value == "outside every subdistrict"


def test_equal_results_are_equal_files_without_a_clock(
    result: StudyResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(result, tmp_path / "a.xlsx")
    monkeypatch.setattr(zipfile.time, "time", lambda: 2e9)  # type: ignore[attr-defined]
    opened(result, tmp_path / "b.xlsx")
    content = (tmp_path / "a.xlsx").read_bytes()
    assert (tmp_path / "b.xlsx").read_bytes() == content
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert {entry.date_time[0] for entry in package.infolist()} == {1980}
        core = package.read("docProps/core.xml").decode()
        assert package.testzip() is None
        parts = set(package.namelist())
    assert core.count("1980-01-01T00:00:00Z") == 2
    assert {"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/styles.xml"} <= parts
    assert fixed_package(content) == content


def test_no_text_becomes_a_formula_or_an_error(result: StudyResult, tmp_path: Path) -> None:
    facilities = result.facilities.loc[result.facilities.index.repeat(len(FORMULAS))]
    names = [name for _ in range(len(result.facilities)) for name in FORMULAS]
    hostile = replace(result, facilities=facilities.assign(facility_name=names, kind=names))
    book = opened(hostile, tmp_path / "r.xlsx")
    assert {cell.data_type for cell in cells(book)} <= {"s", "n", "b"}
    told = {cell.value for cell in cells(book)}
    assert {"'=1+1", "'+cmd", "'-2", "'@SUM(A1)", "#N/A", "'＝1", "a\ufffdb"} <= told
    assert "Synthetic data: =all of it" in told


def test_long_tables_and_texts_are_cut_and_it_is_said(
    result: StudyResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 1)
    monkeypatch.setattr(workbook, "_LONGEST_TEXT", 40)
    book = opened(result, tmp_path / "r.xlsx")
    assert book["Facilities"].max_row == 2
    remarks = [row[2].value or "" for row in book["Summary"].iter_rows()]
    assert any("facilities.csv; Only the first 1 rows are here" in text for text in remarks)
    assert max(len(str(row[6].value)) for row in book["Findings"].iter_rows(min_row=2)) <= 41


def test_every_column_is_defined(result: StudyResult, tmp_path: Path) -> None:
    sheet = opened(result, tmp_path / "r.xlsx")["Definitions"]
    listed = [tuple(cell.value for cell in row[:3]) for row in sheet.iter_rows(min_row=2)]
    assert [(title, name) for title, _, name in listed] == [
        (own.title, name) for own in sheets(result) for name in own.table.columns
    ]


def test_what_the_program_does_not_know_keeps_its_name() -> None:
    assert column("strange", (), "zh").title("zh") == "strange"
    assert column("strange", (), "zh").definition("zh") == ""
    assert value_words("flags", "no_facility;odd", "en") == "No facility in the subdistrict; odd"
    assert value_words("kind", "centre", "zh") == "社区卫生服务中心"
    assert value_words("quote", "centre", "zh") == "centre"


def test_a_result_without_the_fuller_tables_still_makes_a_workbook(
    result: StudyResult, tmp_path: Path
) -> None:
    siting = replace(
        result.siting,
        places=result.siting.places.iloc[:0],
        unreachable=result.siting.unreachable.iloc[:0],
    )
    bare = replace(
        result, siting=siting, snap_audit=result.snap_audit.iloc[:0],
        candidates=result.candidates.iloc[:0], gaps=result.gaps.iloc[:0],
    )  # fmt: skip
    names = opened(bare, tmp_path / "r.xlsx").sheetnames
    assert not {"Candidates", "Tied to streets", "Suggested sites", "Gaps"} & set(names)


def test_yes_and_no_stay_so() -> None:
    assert workbook._contents(pd.Series([True, False]), "x", "en") == [True, False]  # noqa: SLF001
