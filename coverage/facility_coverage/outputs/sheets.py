"""The tables of a result that people open: which there are, their names, their files."""

from dataclasses import dataclass

import pandas as pd

from facility_coverage.result import OUTSIDE_UNIT_ID, StudyResult
from facility_coverage.standards.findings import plain_findings
from facility_coverage.words import Language, say

MOST_ROWS = 20_000
"""Of one sheet; a longer table stands in its file only, from the first row to the last."""
MOST_CANDIDATES = 500
_KEPT = frozenset({"flags", "notes"})
"""Columns that say something by being empty."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table for people.

    Attributes
    ----------
    key
        Its name in addresses.
    title
        A message of the catalogue, no longer than a spreadsheet allows (31 letters).
    file
        The file in the folder of results that holds all of it.
    table
        Its rows, without geometry.
    remark
        What a reader must know, a message of the catalogue; empty for nothing.
    """

    key: str
    title: str
    file: str
    table: pd.DataFrame
    remark: str = ""


def sheets(result: StudyResult) -> tuple[Sheet, ...]:
    """Return the tables of a result, the most asked for first.

    Parameters
    ----------
    result
        A study's result.

    Returns
    -------
    tuple of Sheet
        Those that have at least one row. Columns without any value are left out.
    """
    siting = result.siting
    found = (
        Sheet("subdistricts", "Coverage by subdistrict", "coverage_by_unit.csv", result.units),
        Sheet("facilities", "Facilities", "facilities.csv", result.facilities),
        Sheet("kinds", "Facilities by kind", "facilities_by_unit.csv", result.facilities_by_unit),
        Sheet("findings", "Findings", "findings.csv", plain_findings(result.findings)),
        Sheet("conflicts", "Conflicts of standards", "conflicts.csv", result.conflicts),
        Sheet("gaps", "Gaps", "gaps.geojson", result.gaps),
        Sheet("sites", "Suggested sites", "sites.csv", result.candidates),
        Sheet("gains", "Gains by subdistrict", "site_gains_by_unit.csv", siting.gains_by_unit),
        Sheet("curve", "Number of sites", "siting_curve.csv", siting.curve),
        Sheet("robustness", "Robustness", "robustness.csv", siting.robustness),
        Sheet(
            "candidates",
            "Candidates",
            "candidate_places.csv",
            _best(siting.places),
            "The chosen ones and those that would newly cover most; the file has all.",
        ),
        Sheet(
            "unreachable",
            "People nobody can serve",
            "unreachable.csv",
            _by_cause(siting.unreachable),
            "Added up by subdistrict and reason; the file has every place.",
        ),
        Sheet(
            "snapping",
            "Tied to streets",
            "snap_audit.csv",
            _of_facilities(result.snap_audit),
            "Every facility; the file has every place where people live, too.",
        ),
        Sheet("overlaps", "Untidy borders", "overlaps.csv", result.overlaps),
    )
    return tuple(
        Sheet(own.key, own.title, own.file, _filled(own.table), own.remark)
        for own in found
        if len(own.table)
    )


def unit_words(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return a table whose row of people outside every subdistrict says so.

    Parameters
    ----------
    table
        Any table.
    language
        Of the words.

    Returns
    -------
    pandas.DataFrame
        The same, or a copy with the name of that row in the language.
    """
    if not {"unit_id", "unit_name"} <= set(table.columns):
        return table
    outside = table["unit_id"] == OUTSIDE_UNIT_ID
    named = table["unit_name"].where(~outside, say("outside every subdistrict", language))
    return table.assign(unit_name=named)


def _filled(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table without geometry and without columns in which nothing stands."""
    plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    empty = [
        name for name in plain.columns if not (plain[name].notna() & (plain[name] != "")).any()
    ]
    return plain.drop(columns=[name for name in empty if name not in {"flags", "notes"}])


def _by_cause(lost: pd.DataFrame) -> pd.DataFrame:
    """Return people whom nothing can serve, added up by subdistrict and reason."""
    keys = ["unit_id", "unit_name", "reason"]
    grouped = pd.DataFrame(lost).groupby(keys, sort=True, as_index=False)
    return grouped.agg(population=("population", "sum"), demand_points=("population", "size"))


def _of_facilities(audit: pd.DataFrame) -> pd.DataFrame:
    """Return the part of the audit that people look through."""
    return audit if audit.empty else audit[audit["layer"] == "facility"]


def _best(places: pd.DataFrame) -> pd.DataFrame:
    """Return the candidates that people compare: by rank, then by whom they would cover alone."""
    order = ["rank", "alone_population", "candidate_id"]
    plain = pd.DataFrame(places).sort_values(order, ascending=[True, False, True])
    return plain.head(MOST_CANDIDATES)
