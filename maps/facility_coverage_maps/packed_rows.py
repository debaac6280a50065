"""Rows as columns, so that thousands of them stay a light page; ``page/words.js`` unpacks them."""

from collections.abc import Sequence
from typing import Any


def packed(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return rows as columns; a column that repeats itself names each value once.

    Parameters
    ----------
    rows
        They all have the same keys, and values that JSON can hold.

    Returns
    -------
    dict
        ``count``, and ``columns``: key to either the list of values, or ``values`` (each once, in
        the order of first use) and ``at`` (for each row its place in them).
    """
    keys = rows[0] if rows else ()
    return {
        "count": len(rows),
        "columns": {key: _column([row[key] for row in rows]) for key in keys},
    }


def _column(values: list[Any]) -> list[Any] | dict[str, list[Any]]:
    """Return a column, each value once where that is shorter."""
    places: dict[str, int] = {}
    at = [places.setdefault(repr(value), len(places)) for value in values]
    if 2 * len(places) > len(values):
        return values
    once: list[Any] = [None] * len(places)
    for place, value in zip(at, values, strict=True):
        once[place] = value
    return {"values": once, "at": at}
