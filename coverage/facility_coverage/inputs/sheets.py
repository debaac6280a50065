"""A table as people keep it: titles above the heading, a heading of two rows, sums and notes below.

What stands above the heading or is a sum or a note is left out, and told; every other row counts.
"""

import csv
import io
import itertools
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from facility_coverage.errors import (
    FacilityCoverageError,
    InputError,
    NotFoundError,
    SchemaError,
    one_line,
)
from facility_coverage.words import Remark

MAX_UNPACKED_BYTES = 1 << 30
"""An .xlsx that unpacks to more than this is no register: a million rows of one are 0.3 GB."""

_MACRO = "xl/vbaProject.bin"
_FIRST_ROWS = 30
_SHOWN_ROWS = 5
_TITLE_CELLS = 2

_SUMS = frozenset({"合计", "总计", "小计", "共计", "total", "sum"})
_NOTE = re.compile(
    r"(注|备注|说明|填表|填报|制表|审核|联系|数据来源|资料来源|来源|单位负责人|日期|note|source|remark)",
    re.IGNORECASE,
)
_SEPARATORS = (",", ";", "\t")
_CHINESE = re.compile("[一-鿿]{2}")

Row = Sequence[Any]


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table and what stands around it.

    Attributes
    ----------
    table
        Its rows under their headings; the index counts rows as the file does, from 1.
    heading_row
        The row of the heading, the first of two.
    left_out
        Rows that are none of the table's: number and text.
    """

    table: pd.DataFrame
    heading_row: int
    left_out: tuple[tuple[int, str], ...]


def read_sheet(path: Path, sheet: str | None = None) -> Sheet:
    """Read a sheet and find its heading.

    Parameters
    ----------
    path
        A ``.csv`` or ``.xlsx``.
    sheet
        Name of the sheet of an ``.xlsx``; by default its first.

    Returns
    -------
    Sheet
        Headings without blanks around them; cells of a CSV are text, empty ones ``""``.

    Raises
    ------
    NotFoundError
        There is no such sheet.
    InputError
        The text is in two encodings, or the book holds a macro or unpacks without bounds.
    SchemaError
        A heading stands twice, or a row of a CSV has more or fewer cells than the heading.
    """
    is_book = path.suffix.lower() == ".xlsx"
    rows = _book_rows(path, sheet) if is_book else _text_rows(path)
    width = max(map(_filled, rows[:_FIRST_ROWS]), default=0)
    above = list(itertools.takewhile(lambda row: _is_title(row, width), rows[:_FIRST_ROWS]))
    start = len(above) if len(above) < len(rows) else 0
    heading = [_word(cell) for cell in rows[start]] if rows else []
    below = _lower_heading(heading, rows[start + 1]) if len(rows) > start + 1 else None
    first = start + (1 if below is None else 2)
    heading = heading if below is None else below
    if twice := sorted({name for name in heading if name and heading.count(name) > 1}):
        msg = "{path}: row {row}: repeats {columns}; rename or remove one column"
        raise SchemaError(msg, path=path, row=start + 1, columns=", ".join(twice))
    if not is_book:
        _require_even(rows[first:], len(heading), first, path)
    left_out = [(number, _told(row)) for number, row in enumerate(rows[:start], 1) if _filled(row)]
    filled = [(number, row) for number, row in enumerate(rows[first:], first + 1) if _filled(row)]
    remarks = {number for number, row in filled if _is_remark(row, len(heading))}
    left_out += [(number, _told(row)) for number, row in filled if number in remarks]
    table = pd.DataFrame(
        [row for number, row in filled if number not in remarks],
        index=[number for number, _ in filled if number not in remarks],
        columns=[name or f"column {place}" for place, name in enumerate(heading, 1)],
        dtype=object if is_book else str,
    )
    nameless = [name for name, word in zip(table.columns, heading, strict=True) if not word]
    empty = [name for name in nameless if (table[name] == "").all()]
    return Sheet(table.drop(columns=empty), start + 1, tuple(left_out))


def _word(cell: object) -> str:
    return " ".join(str(cell).split())


def _filled(row: Row) -> int:
    return len(row) - row.count("")


def _told(row: Row) -> str:
    return " ".join(_word(cell) for cell in row if cell != "")


def _is_title(row: Row, width: int) -> bool:
    """Tell whether a row above is too empty for the heading of a table so wide."""
    filled = _filled(row)
    return filled == 0 or (filled <= _TITLE_CELLS and filled * 2 < width)


def _is_remark(row: Row, width: int) -> bool:
    """Tell whether a row is a sum or a note, and no row of the table."""
    cell = row[0] if row[0] != "" else next(filter(None, row), "")
    first = str(cell).strip()
    if first.lower().rstrip(":：") in _SUMS:
        return True
    is_note = width > _TITLE_CELLS and _NOTE.match(first) is not None
    return is_note and _filled(row) * 3 <= width


def _lower_heading(upper: list[str], row: Row) -> list[str] | None:
    """Return the headings where groups such as 坐标 stand over 经度 and 纬度; else None."""
    if not _filled(row):
        return None
    lower = [_word(cell) for cell in row] + [""] * (len(upper) - len(row))
    grouped = {place for place, name in enumerate(upper) if not name and lower[place]}
    for place in sorted(grouped, reverse=True):
        start = next((left for left in range(place, -1, -1) if upper[left]), None)
        grouped |= set() if start is None else set(range(start, place))
    filled = {place for place, name in enumerate(lower) if name}
    is_text = all(not re.match(r"[-+]?\d", lower[place]) for place in filled)
    if not grouped or filled != grouped or not is_text:
        return None
    return [lower[place] or name for place, name in enumerate(upper)]


def _require_even(rows: Sequence[Row], width: int, first: int, path: Path) -> None:
    msg = "{path}: row {row}: has {cells} cells, the heading {width}; add or remove commas"
    faults = [
        Remark(msg, path=path, row=number, cells=len(row), width=width)
        for number, row in enumerate(rows, first + 1)
        if len(row) != width and any(row)
    ]
    if faults:
        raise SchemaError(*faults[:_SHOWN_ROWS])


def _book_rows(path: Path, sheet: str | None) -> list[Row]:
    """Read a sheet of an .xlsx, all rows as wide as the widest but blank ones.

    Nothing in it is carried out.
    """
    try:
        _require_harmless(path)
        rows = _cells(path, sheet)
    except FacilityCoverageError:
        raise
    except Exception as error:  # a damaged book makes openpyxl raise anything
        msg = "{path}: not a table that can be read: {reason}; save it again as CSV"
        raise InputError(msg, path=path, reason=one_line(error)) from error
    blank = [""] * max(map(len, rows), default=0)
    return [row + blank[len(row) :] if row else row for row in rows]


def _require_harmless(path: Path) -> None:
    """Refuse a book that unpacks without bounds, or holds a macro."""
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            msg = (
                "{path}: unpacks to {size_mb:,.0f} MB, which no register needs; save its table as "
                "CSV"
            )
            raise InputError(msg, path=path, size_mb=unpacked / 1e6)
        if _MACRO in archive.namelist():
            msg = "{path}: holds a macro; save it as .xlsx without macros, or as CSV"
            raise InputError(msg, path=path)


def _cells(path: Path, sheet: str | None) -> list[list[Any]]:
    """Read the rows of a sheet, each as far as its last filled cell.

    A cell astray in the last corner of a sheet stands behind 17 billion empty ones, which are
    never made.
    """
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        if sheet is not None and sheet not in book.sheetnames:
            msg = "{path}: has no sheet {sheet!r}; name one of {sheets}"
            raise NotFoundError(msg, path=path, sheet=sheet, sheets=", ".join(book.sheetnames))
        page = book[sheet] if sheet is not None else book.worksheets[0]
        page.reset_dimensions()
        return [_trimmed(row) for row in page.iter_rows(values_only=True)]
    finally:
        book.close()


def _trimmed(row: Row) -> list[Any]:
    cells = ["" if cell is None else cell for cell in row]
    while cells and cells[-1] == "":
        cells.pop()
    return cells


def _text_rows(path: Path) -> list[Row]:
    """Read a CSV; without a comma in its first lines, of semicolons or tabs."""
    text = _decoded(path.read_bytes(), path)
    lines = text.splitlines()[:_FIRST_ROWS]
    often = [sum(line.count(separator) for line in lines) for separator in _SEPARATORS]
    separator = "," if often[0] or not any(often) else _SEPARATORS[often.index(max(often))]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)
    return list(reader)


def _decoded(content: bytes, path: Path) -> str:
    """Decode UTF-8, UTF-16 with its mark, or else GB18030, the text of Chinese Windows."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        foreign = content[: error.start].count(b"\n") + 1
    for row, line in enumerate(content.split(b"\n"), 1):
        if line.isascii():
            continue
        try:
            chinese = _CHINESE.search(line.decode("utf-8"))
        except UnicodeDecodeError:
            continue
        if chinese:
            msg = (
                "{path}: row {row} is in UTF-8 and row {foreign} is not; save the whole file as "
                "CSV UTF-8"
            )
            raise InputError(msg, path=path, row=row, foreign=foreign)
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        msg = "{path}: row {row} is neither UTF-8 nor GB18030; save the file as CSV UTF-8"
        raise InputError(msg, path=path, row=row) from error
