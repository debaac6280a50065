"""Tables for Excel: UTF-8 with BOM, numbers that read well, text that cannot become a formula."""

from pathlib import Path
from typing import Any

import pandas as pd

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
    plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore")).copy()
    for column in plain.columns:
        if pd.api.types.is_float_dtype(plain[column]):
            plain[column] = plain[column].round(DECIMALS)
        elif not pd.api.types.is_numeric_dtype(plain[column]):
            plain[column] = plain[column].map(defused)
    plain.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


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
