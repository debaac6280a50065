"""Codes of administrative divisions: 省 (2 digits), 市 (4), 县 (6), 乡 (9), 村 (12)."""

import re
from pathlib import Path

import pandas as pd

from facility_coverage.errors import SchemaError
from facility_coverage.inputs.tables import rows_where

_TOWNSHIP = re.compile(r"\d{9}(000)?")
"""A subdistrict, town or township; with 000 behind it where places for a village follow."""

_SPOILT = re.compile(r"\d(\.\d+)?[eE]\+\d+")


def plain_code(text: str) -> str:
    """Return a code as codes of two files are compared.

    Parameters
    ----------
    text
        An id as a file has it.

    Returns
    -------
    str
        Of 12 digits that end in 000 the first 9, as 440106001000 and 440106001 are one
        subdistrict; anything else as it is, zeros in front included.
    """
    return text[:9] if _TOWNSHIP.fullmatch(text) else text


def require_whole_codes(ids: pd.Series, column: str, path: Path) -> None:
    """Refuse codes of which a spreadsheet left the first digits alone.

    Parameters
    ----------
    ids
        Ids as text, indexed by row.
    column, path
        Where they stand, for the message.

    Raises
    ------
    SchemaError
        Some look like ``4.40106E+11``.
    """
    if rows := rows_where(ids.str.fullmatch(_SPOILT)):
        msg = (
            "{path}: column {column!r} holds codes like 4.40106E+11 in {rows}, whose last digits "
            "are lost; format the column as text and write the codes again"
        )
        raise SchemaError(msg, path=path, column=column, rows=rows)


def code_column(table: pd.DataFrame, path: Path) -> str:
    """Return the column that holds the codes of subdistricts.

    Parameters
    ----------
    table
        A table; every column may hold anything.
    path
        Its file, for the message.

    Returns
    -------
    str
        The only column with a different code of 9 or 12 digits in every row.

    Raises
    ------
    SchemaError
        There is none, or there are several.
    """
    found = [
        str(column)
        for column in table.columns
        if table[column].is_unique and table[column].map(_is_code).all()
    ]
    if len(found) == 1:
        return found[0]
    msg = (
        '{path}: has several ({found}) columns with codes of 9 or 12 digits; say id = "…", one of '
        "{columns}"
        if found
        else '{path}: has no columns with codes of 9 or 12 digits; say id = "…", one of {columns}'
    )
    columns = ", ".join(str(column) for column in table.columns if column != "geometry")
    raise SchemaError(msg, path=path, found=", ".join(found), columns=columns)


def _is_code(value: object) -> bool:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return re.fullmatch(r"\d{9}|\d{12}", text.strip()) is not None
