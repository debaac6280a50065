"""Tables for Excel: UTF-8 with BOM, numbers that read well, text that cannot become a formula."""

from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

DECIMALS = 7

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What OWASP lists for CSV injection, full-width forms included."""


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV.

    Parameters
    ----------
    table
        Columns in their order; a column ``geometry`` is left out.
    path
        Where to; the caller makes the writing atomic.
    """
    path.write_bytes(table_bytes(table))


def table_bytes(table: pd.DataFrame) -> bytes:
    """Return a table as CSV in UTF-8 with BOM, as ``write_table`` writes it.

    Parameters
    ----------
    table
        Columns in their order; a column ``geometry`` is left out.

    Returns
    -------
    bytes
        The file.
    """
    text: str = _plain(table).to_csv(index=False, lineterminator="\n")
    return text.encode("utf-8-sig")


def write_workbook(table: pd.DataFrame, path: Path) -> None:
    """Write a table as an Excel workbook of one sheet.

    Parameters
    ----------
    table
        Columns in their order; a column ``geometry`` is left out.
    path
        Where to; the caller makes the writing atomic. Signs that no workbook can hold become �.
    """
    plain = _plain(table)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("table")
    sheet.append([_cell(sheet, str(name)) for name in plain.columns])
    for row in plain.itertuples(index=False):
        sheet.append([_cell(sheet, value) for value in row])
    book.save(path)


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as spreadsheets may see it."""
    plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore")).copy()
    for column in plain.columns:
        if pd.api.types.is_float_dtype(plain[column]):
            plain[column] = plain[column].round(DECIMALS)
        elif not pd.api.types.is_numeric_dtype(plain[column]):
            plain[column] = plain[column].map(defused)
    return plain


def _cell(sheet: Any, value: Any) -> Any:  # noqa: ANN401  (a cell of a table holds anything)
    """Return a cell of a workbook; text that starts like a formula or an error stays text."""
    if not isinstance(value, str):
        return None if pd.isna(value) else value
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)
    if not text.startswith(("=", "#")):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell


def defused(value: Any) -> Any:  # noqa: ANN401  (a cell of a table holds anything)
    """Return a cell that no spreadsheet takes for a formula.

    Parameters
    ----------
    value
        What is to stand in the cell.

    Returns
    -------
    Any
        Text that starts like a formula gets an apostrophe before it. A carriage return in it
        becomes a line feed, which gets quoted: bare, it would start a row of its own. All else is
        as it was.
    """
    if not isinstance(value, str):
        return value
    text = f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    return text.replace("\r\n", "\n").replace("\r", "\n")
