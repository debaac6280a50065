"""The figures of a whole study, and the sentences that a reader of them must know."""

from typing import Any

import geopandas as gpd
import pandas as pd

from facility_coverage.assessment.gaps import Gaps
from facility_coverage.inputs.boundaries import Boundaries
from facility_coverage.inputs.facilities import Facilities
from facility_coverage.layers import REFUSED
from facility_coverage.result import FLAGS, OUTSIDE_UNIT_ID
from facility_coverage.study_file import Study
from facility_coverage.thresholds import Threshold
from facility_coverage.words import Language, say

_SHOWN_IDS = 10
_ONE_PERSON = 0.5
"""Fewer than half a person is the breadth of a border line, and would be told as 0 people."""


def total_figures(
    units: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    thresholds: tuple[Threshold, ...],
    gaps: Gaps,
) -> dict[str, Any]:
    """Return the figures of all demand together.

    Parameters
    ----------
    units
        The subdistricts, with the row outside.
    facilities
        Every facility.
    thresholds
        The tests.
    gaps
        The gaps.

    Returns
    -------
    dict
        Sums over all rows of ``units``, shares of everybody, and counts.
    """
    flagged = units[units["flags"] != ""]
    total: dict[str, Any] = population_figures(units, thresholds)
    total["facilities"] = len(facilities)
    total["facilities_refused"] = int((facilities["status"] == REFUSED).sum())
    total["subdistricts"] = len(units) - 1
    total["subdistricts_flagged"] = len(flagged)
    total["flagged"] = {
        flag: [
            unit_id
            for unit_id, reasons in zip(flagged["unit_id"], flagged["flags"], strict=True)
            if flag in reasons.split(";")
        ]
        for flag in FLAGS
    }
    total["gaps"] = len(gaps.rows)
    return total


def population_figures(
    units: gpd.GeoDataFrame, thresholds: tuple[Threshold, ...]
) -> dict[str, Any]:
    """Return how many people there are, and how many of them are covered.

    Parameters
    ----------
    units
        The subdistricts, with the row outside.
    thresholds
        The tests.

    Returns
    -------
    dict
        Sums over all rows of ``units``, and shares of everybody.
    """
    population = float(units["population"].sum())
    total = {
        "population": population,
        "assessed_population": float(units["assessed_population"].sum()),
        "unassessed_population": float(units["unassessed_population"].sum()),
        "outside_population": float(units["population"].iloc[-1]),
    }
    for threshold in thresholds:
        covered = float(units[f"covered_population_{threshold.label}"].sum())
        total[f"covered_population_{threshold.label}"] = covered
        total[f"uncovered_population_{threshold.label}"] = total["assessed_population"] - covered
        total[f"covered_share_{threshold.label}"] = covered / population
    return total


def check_notes(check: dict[str, dict[str, Any]], language: Language) -> tuple[str, ...]:
    """Say aloud where the circles are not what they promise.

    Parameters
    ----------
    check
        See ``StudyResult.self_check``.
    language
        Of the sentences.

    Returns
    -------
    tuple of str
        A sentence for each kind of threshold that failed.
    """
    failed = say(
        "the circles FAILED their self-check at {failures} of {points} places: within {bound_s} s "
        "they are not what they promise; do not use them, and report this",
        language,
    )
    return tuple(
        failed.format(**figures | {"bound_s": f"{figures['bound_s']:.1f}"})
        for figures in check.values()
        if figures["failures"]
    )


def study_notes(
    study: Study,
    facilities: Facilities,
    audit: pd.DataFrame,
    units: gpd.GeoDataFrame,
    boundaries: Boundaries,
) -> tuple[str, ...]:
    """Return what a reader of the figures must know, in the study's language.

    Parameters
    ----------
    study
        What was asked.
    facilities
        The register.
    audit
        From ``layers.snap_audit``.
    units
        The subdistricts, with the row outside.
    boundaries
        What was tidied up in the polygons.

    Returns
    -------
    tuple of str
        Sentences.
    """
    language = study.study.language
    notes = [] if study.study.synthetic is None else [study.study.synthetic]

    def note(message: str, **values: object) -> None:
        notes.append(say(message, language).format(**values))

    places = audit[audit["layer"] == "facility"]
    for row in places[places["status"] == REFUSED].itertuples():
        note("facility {facility_id} was refused: {reason}", facility_id=row.id, reason=row.reason)
    cut_off = places.loc[places["component"].fillna(0) > 0, "id"].tolist()
    if cut_off:
        note(
            "{count} facilities stand on streets cut off from the main network: {ids}",
            count=len(cut_off),
            ids=", ".join(cut_off[:_SHOWN_IDS]) + (" …" if len(cut_off) > _SHOWN_IDS else ""),
        )
    notes.extend(remark.told(language) for remark in facilities.notes)
    if not facilities.ownership_stated:
        note("the facilities do not say who runs them: no_government_centre is not tested")
    outside = float(units.loc[units["unit_id"] == OUTSIDE_UNIT_ID, "population"].sum())
    if outside >= _ONE_PERSON:
        note("{people} people live outside every subdistrict", people=f"{outside:,.0f}")
    lost = float(units["unassessed_population"].sum())
    if lost >= _ONE_PERSON:
        note(
            "{people} people live more than {limit_m} m from any street: unassessed",
            people=f"{lost:,.0f}",
            limit_m=f"{study.coverage.off_street_limit_m:g}",
        )
    for fault, message in (
        (
            "overlap",
            "{count} overlaps of subdistricts, {area_km2} km²: they count for the lower id",
        ),
        ("gap", "{count} gaps between subdistricts, {area_km2} km²"),
    ):
        rows = boundaries.faults[boundaries.faults["fault"] == fault]
        if len(rows):
            note(message, count=len(rows), area_km2=f"{rows['area_m2'].sum() / 1e6:.3f}")
    return tuple(notes)
