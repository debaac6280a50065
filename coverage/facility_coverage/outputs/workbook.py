"""``results.xlsx``: one sheet a table, with headings, units and definitions, of fixed bytes."""

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from facility_coverage.files import PROGRAM, atomic_path
from facility_coverage.outputs.columns import TEXT, Column, column, value_words
from facility_coverage.outputs.sheets import MOST_ROWS, Sheet, sheets, unit_words
from facility_coverage.outputs.tables import defused
from facility_coverage.result import StudyResult
from facility_coverage.words import Language, say

NAME = "results.xlsx"

_FIXED = datetime(1980, 1, 1, tzinfo=UTC)
"""Stands wherever a workbook notes a time, so that no clock is in it."""
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
_BOLD = Font(bold=True)
_TITLE = Font(bold=True, size=14)
_WARNING = Font(bold=True, color="8A4B00")
_HEAD_FILL = PatternFill("solid", fgColor="E2E8EF")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_NARROWEST, _WIDEST, _WRAP_FROM = 8, 60, 42
_SAMPLED_ROWS = 200
_LONGEST_TEXT = 32_000
"""Letters in a cell; Excel takes 32,767."""
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]"
)


def write_results_workbook(result: StudyResult, path: Path, language: Language) -> None:
    """Write the tables of a result as one workbook, whole or not at all.

    The first sheet says what the study found and what a reader must know, the last one what
    stands in each column. Equal results give equal bytes.

    Parameters
    ----------
    result
        A study's result.
    path
        Where to.
    language
        Of headings and words; names and texts of the inputs stay as they are.

    Raises
    ------
    SourceError
        The disk refused.
    """
    book = Workbook(write_only=True)
    book.properties.creator = PROGRAM
    book.properties.title = _text(result.study.study.name)
    tables = sheets(result)
    _summary(book, result, tables, language)
    for own in tables:
        _table(book, own, result, language)
    _definitions(book, tables, result, language)
    stream = io.BytesIO()
    book.save(stream)
    with atomic_path(path) as temporary:
        temporary.write_bytes(fixed_package(stream.getvalue()))


def fixed_package(content: bytes) -> bytes:
    """Return a workbook without the clock: its parts and properties bear a fixed time.

    Parameters
    ----------
    content
        The file as openpyxl writes it.

    Returns
    -------
    bytes
        The same workbook; equal content gives equal bytes.
    """
    fixed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as package,
        zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in package.namelist():
            part = package.read(name)
            if name == "docProps/core.xml":
                part = _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z", part)
            entry = zipfile.ZipInfo(name, _FIXED.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            copy.writestr(entry, part)
    return fixed.getvalue()


def _table(book: Workbook, own: Sheet, result: StudyResult, language: Language) -> None:
    """Write one table: a row of headings that stays in view, then its rows."""
    sheet = book.create_sheet(say(own.title, language))
    table = unit_words(own.table, language).head(MOST_ROWS)
    columns = [column(str(name), result.thresholds, language) for name in table.columns]
    contents = [_contents(table[name], str(name), language) for name in table.columns]
    titles = [each.title(language) for each in columns]
    for at, (title, content) in enumerate(zip(titles, contents, strict=True), 1):
        sheet.column_dimensions[get_column_letter(at)].width = _width(title, content)
    sheet.freeze_panes = "C2" if len(columns) > 3 else "A2"  # noqa: PLR2004  (code and name)
    last = get_column_letter(len(columns))
    sheet.auto_filter.ref = f"A1:{last}{len(table) + 1}"
    sheet.append([_cell(sheet, title, font=_BOLD, fill=_HEAD_FILL) for title in titles])
    cells = [
        _column_cell(sheet, each, content) for each, content in zip(columns, contents, strict=True)
    ]
    for row in zip(*contents, strict=True):
        sheet.append([_filled(cell, value) for cell, value in zip(cells, row, strict=True)])


def _contents(values: pd.Series, name: str, language: Language) -> list[Any]:
    """Return the cells of a column: numbers as they are, texts in words and defused."""
    if pd.api.types.is_bool_dtype(values):
        return [bool(value) for value in values]
    if pd.api.types.is_float_dtype(values):
        plain = values.astype(float).round(7)
        return [value if abs(value) < float("inf") else None for value in plain.tolist()]
    if pd.api.types.is_numeric_dtype(values):
        return [None if pd.isna(value) else int(value) for value in values]
    return [_told(value, name, language) for value in values]


def _told(value: Any, name: str, language: Language) -> Any:  # noqa: ANN401  (any cell)
    """Return a cell of a column of texts, in which numbers may stand too."""
    if value is None or value is pd.NA or value == "" or value != value:  # noqa: PLR0124  (NaN)
        return None
    return _text(value_words(name, value, language)) if isinstance(value, str) else value


def _text(text: str) -> str:
    """Return a text that a workbook can hold and no spreadsheet takes for a formula."""
    plain: str = defused(ILLEGAL_CHARACTERS_RE.sub("\ufffd", text))
    return plain if len(plain) <= _LONGEST_TEXT else plain[:_LONGEST_TEXT] + "…"


def _column_cell(sheet: Any, own: Column, content: list[Any]) -> WriteOnlyCell:  # noqa: ANN401
    """Return the cell that is written again and again for the rows of a column."""
    cell = WriteOnlyCell(sheet)
    texts = any(isinstance(value, str) for value in content)
    if own.form != TEXT and not texts:
        cell.number_format = own.form
    if texts and _width("", content) >= _WRAP_FROM:
        cell.alignment = _WRAPPED
    return cell


def _filled(cell: WriteOnlyCell, value: Any) -> WriteOnlyCell:  # noqa: ANN401
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"  # never a formula, never an error such as #N/A
    return cell


def _cell(sheet: Any, value: Any, **style: Any) -> WriteOnlyCell:  # noqa: ANN401
    """Return a cell of its own look."""
    cell = _filled(WriteOnlyCell(sheet), value)
    cell.alignment = _WRAPPED
    for name, look in style.items():
        setattr(cell, name, look)
    return cell


def _width(title: str, content: Iterable[Any]) -> float:
    """Return a column's width in letters: of its longest cell, or of half its heading."""
    shown = [f"{v:,.1f}" if isinstance(v, float) else str(v) for v in content if v is not None]
    longest = max((_letters(text) for text in shown[:_SAMPLED_ROWS]), default=0)
    return float(min(max(longest + 2, _letters(title) // 2 + 3, _NARROWEST), _WIDEST))


def _letters(text: str) -> int:
    """Return how wide a text is; a Chinese letter counts two."""
    return len(text) + len(_WIDE.findall(text))


def _summary(
    book: Workbook, result: StudyResult, tables: tuple[Sheet, ...], language: Language
) -> None:
    """Write the first sheet: the answer in short, what to know, and what the sheets hold."""
    sheet = book.create_sheet(say("Summary", language))
    for letter, width in zip("ABC", (46, 24, 70), strict=True):
        sheet.column_dimensions[letter].width = width
    study = result.study.study
    sheet.append([_cell(sheet, _text(study.name), font=_TITLE)])
    if study.synthetic is not None:
        warning = f"{say('Synthetic data', language)}: {study.synthetic}"
        sheet.append([_cell(sheet, _text(warning), font=_WARNING)])
    sheet.append([])
    for title, value, form in _figures(result, language):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = form
        sheet.append([_cell(sheet, title), cell])
    sheet.append([])
    heads = (say(word, language) for word in ("Sheet", "Rows", "File with all of it"))
    sheet.append([_cell(sheet, head, font=_BOLD, fill=_HEAD_FILL) for head in heads])
    for own in tables:
        remark = [say(own.remark, language)] if own.remark else []
        if len(own.table) > MOST_ROWS:
            shown = say("Only the first {count} rows are here; the file has all.", language)
            remark.append(shown.format(count=f"{MOST_ROWS:,}"))
        where = "; ".join([own.file, *remark])
        sheet.append(
            [_cell(sheet, value) for value in (say(own.title, language), len(own.table), where)]
        )
    sheet.append([])
    sheet.append([_cell(sheet, say("How to read the figures", language), font=_BOLD)])
    for note in result.notes:
        sheet.append([_cell(sheet, _text(note))])


def _figures(result: StudyResult, language: Language) -> list[tuple[str, float, str]]:
    """Return the key figures: words, value, form."""
    total, found = result.total, []
    names = ["population", "unassessed_population"]
    for threshold in result.thresholds:
        names += [f"covered_population_{threshold.label}", f"covered_share_{threshold.label}"]
    for name in names:
        own = column(name, result.thresholds, language)
        found.append((own.title(language), round(float(total[name]), 7), own.form))
    return found


def _definitions(
    book: Workbook, tables: tuple[Sheet, ...], result: StudyResult, language: Language
) -> None:
    """Write the last sheet: what stands in each column, and its name in the files."""
    sheet = book.create_sheet(say("Definitions", language))
    heads = ("Sheet", "Column", "Name in the file", "Meaning")
    for letter, width in zip("ABCD", (24, 40, 30, 70), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, say(head, language), font=_BOLD, fill=_HEAD_FILL) for head in heads])
    rows = 1
    for own in tables:
        for name in own.table.columns:
            each = column(str(name), result.thresholds, language)
            texts = (
                say(own.title, language),
                each.title(language),
                str(name),
                each.definition(language),
            )
            sheet.append([_cell(sheet, _text(text) if text else None) for text in texts])
            rows += 1
    sheet.auto_filter.ref = f"A1:D{rows}"
