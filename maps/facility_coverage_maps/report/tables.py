"""The tables of a report: the columns that fit on paper, and where all the others are."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from facility_coverage.outputs.columns import SHARE, TEXT, Column, column, value_words
from facility_coverage.outputs.sheets import Sheet, sheets, unit_words
from facility_coverage.result import StudyResult
from facility_coverage.words import Language
from facility_coverage_maps.amounts import NOTHING, percent

MOST_ROWS = 25
"""Rows of one table on paper; the workbook and the files have all of them."""
MOST_SUBDISTRICTS = 300

_COLUMNS = {
    "subdistricts": (
        "unit_id", "unit_name", "population", "unassessed_population", "covered_population_T*",
        "covered_share_T", "facilities", "government_facilities", "flags",
    ),
    "facilities": (
        "facility_id", "facility_name", "kind", "ownership", "unit_id", "status",
        "people_reached_T*", "people_reached_only_T*", "reason",
    ),
    "conflicts": (
        "quantity", "facility_kind", "standard_at_least", "least", "standard_at_most", "most",
        "names",
    ),
    "gaps": (
        "gap_id", "population", "demand_points", "unit_id", "unit_name", "mean_travel_time_s",
    ),
    "sites": (
        "rank", "candidate_id", "candidate_name", "unit_name", "gain_population",
        "alone_population", "last_population", "mean_population", "cumulative_share",
        "stays_share", "lon", "lat",
    ),
    "gains": ("site_id", "rank", "unit_id", "unit_name", "gain_population"),
    "curve": (
        "sites", "covered_population", "covered_share", "bound_population", "bound_share",
    ),
    "robustness": (
        "trial", "value", "site_id", "covered_before", "covered_population", "loss_population",
        "best_population", "staying_sites", "staying_nearby",
    ),
    "unreachable": ("unit_id", "unit_name", "reason", "population", "demand_points"),
    "snapping": ("id", "distance_m", "way_id", "component", "status", "reason"),
    "overlaps": ("fault", "unit_id", "other_unit_id", "area_m2"),
}  # fmt: skip
"""Sheet to the columns that are printed; ``T`` stands for every threshold, ``T*`` for the target.

Findings are printed clause by clause, and candidates stand in the workbook only.
"""


@dataclass(frozen=True)
class Cell:
    """A cell of a printed table.

    Attributes
    ----------
    text
        What stands in it.
    is_number
        Whether it stands at the right.
    """

    text: str
    is_number: bool


@dataclass(frozen=True)
class Table:
    """A table of a report.

    Attributes
    ----------
    key
        Its address is ``table-`` and this.
    title, sheet, file
        Its heading, the sheet of the workbook, and the file.
    headings
        With units.
    rows
        Cells in the order of the headings.
    total
        How many rows there are in all.
    """

    key: str
    title: str
    sheet: str
    file: str
    headings: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int


def report_tables(
    result: StudyResult, language: Language, say: Callable[..., str]
) -> dict[str, Table]:
    """Return the tables that a report prints.

    Parameters
    ----------
    result
        A study's result.
    language
        Of the words.
    say
        Turns a message into words.

    Returns
    -------
    dict of str to Table
        By key, in their order; those without rows are not there.
    """
    return {
        own.key: _printed(own, result, language, say)
        for own in sheets(result)
        if own.key in _COLUMNS
    }


def _printed(own: Sheet, result: StudyResult, language: Language, say: Callable[..., str]) -> Table:
    """Return one table as it is printed."""
    names = [name for name in _names(own.key, result) if name in own.table.columns]
    columns = [column(name, result.thresholds, language) for name in names]
    numeric = [_is_number(own.table[name], each) for name, each in zip(names, columns, strict=True)]
    most = MOST_SUBDISTRICTS if own.key == "subdistricts" else MOST_ROWS
    shown = unit_words(_sorted(own), language).head(most)
    cells = [
        [_cell(value, name, each, language, is_number) for value in shown[name].tolist()]
        for name, each, is_number in zip(names, columns, numeric, strict=True)
    ]
    titles = [each.title(language) for each in columns]
    return Table(
        key=own.key,
        title=say(own.title),
        sheet=say(own.title),
        file=own.file,
        headings=tuple(map(Cell, titles, numeric)),
        rows=tuple(zip(*cells, strict=True)),
        total=len(own.table),
    )


def _names(key: str, result: StudyResult) -> list[str]:
    """Return the columns of a table, thresholds written out."""
    names = []
    for name in _COLUMNS[key]:
        if name.endswith("_T*"):
            names.append(f"{name[:-2]}{result.target.label}")
        elif name.endswith("_T"):
            names += [f"{name[:-1]}{threshold.label}" for threshold in result.thresholds]
        else:
            names.append(name)
    return names


def _sorted(own: Sheet) -> pd.DataFrame:
    """Return the rows in the order in which people look for them."""
    if own.key == "snapping":
        return own.table.sort_values(["status", "distance_m"], ascending=False, kind="stable")
    return own.table


def _is_number(values: pd.Series, own: Column) -> bool:
    return own.form != TEXT and bool(pd.api.types.is_numeric_dtype(values))


def _cell(value: Any, name: str, own: Column, language: Language, is_number: bool) -> Cell:  # noqa: ANN401, FBT001
    """Return a value as printed text."""
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124  (NaN)
        return Cell(NOTHING, is_number)
    if not is_number:
        return Cell(value_words(name, str(value), language), is_number=False)
    return Cell(_number(float(value), own.form), is_number=True)


def _number(value: float, form: str) -> str:
    """Return a number in the form of its column; shares are cut, never rounded up."""
    if not math.isfinite(value):
        return NOTHING
    if form == SHARE:
        return percent(value)
    decimals = len(form.partition(".")[2].rstrip("%"))
    return f"{value:,.{decimals}f}" if "," in form else f"{value:.{decimals}f}"
