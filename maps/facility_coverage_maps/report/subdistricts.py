"""What a report says about each subdistrict."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from facility_coverage.outputs.columns import value_words
from facility_coverage.result import OUTSIDE_UNIT_ID, StudyResult
from facility_coverage.words import Language
from facility_coverage_maps.amounts import percent, threshold_text
from facility_coverage_maps.report.clauses import Finding
from facility_coverage_maps.report.drawing import Drawing, Picture

MOST_FACILITIES = 5
"""Facilities that one subdistrict's page lists, those that most people reach first."""
MOST_FINDINGS = 10
MOST_GAPS = 4


@dataclass(frozen=True)
class Cause:
    """Why a subdistrict falls short.

    Attributes
    ----------
    text
        In words.
    anchor
        Address of the clause or table that says so.
    """

    text: str
    anchor: str


@dataclass(frozen=True)
class Circle:
    """One threshold in one subdistrict.

    Attributes
    ----------
    limit
        In words.
    people, share, area_share, street_share
        Covered residents, and shares (0 to 1; NaN where unknown).
    """

    limit: str
    people: float
    share: float
    area_share: float
    street_share: float


@dataclass(frozen=True)
class Subdistrict:
    """One subdistrict.

    Attributes
    ----------
    number
        In the order of the table, from 1.
    unit_id, name
        Its code and its name, which is the code where there is none.
    population, uncovered, unassessed
        Residents: all, those assessed and not covered at the target, those not assessed.
    share
        Covered at the target, 0 to 1; NaN where unknown.
    circles
        One for each threshold.
    causes
        Why it falls short; empty where it does not.
    notes
        What could not be tested.
    findings
        What clauses say about it and its facilities.
    gaps, facilities, gains
        Rows of the tables that lie in it: gaps, assessed facilities, and what each suggested
        site newly covers here.
    """

    number: int
    unit_id: str
    name: str
    population: float
    uncovered: float
    unassessed: float
    share: float
    circles: tuple[Circle, ...]
    causes: tuple[Cause, ...]
    notes: str
    findings: tuple[Finding, ...]
    gaps: tuple[dict[str, Any], ...]
    facilities: tuple[dict[str, Any], ...]
    gains: tuple[dict[str, Any], ...]

    @property
    def anchor(self) -> str:
        """Return the address of its page in the report."""
        return f"subdistrict-{self.number}"

    def map(self, drawing: Drawing) -> Picture:
        """Draw its map.

        Parameters
        ----------
        drawing
            The maps of the study.

        Returns
        -------
        Picture
            The map.
        """
        return drawing.subdistrict(self.unit_id, self.name)


def subdistricts_of(
    result: StudyResult, findings: tuple[Finding, ...], language: Language, say: Callable[..., str]
) -> tuple[Subdistrict, ...]:
    """Return every subdistrict of a study in the order of the table.

    Parameters
    ----------
    result
        A study's result.
    findings
        From ``findings_of``.
    language
        Of the words.
    say
        Turns a message into words.

    Returns
    -------
    tuple of Subdistrict
        Without the row outside.
    """
    target = result.target.label
    lying = {
        "gaps": _by_unit(result.gaps),
        "facilities": _by_unit(
            result.facilities[result.facilities["status"] == "assessed"].sort_values(
                [f"people_reached_{target}", "facility_id"], ascending=[False, True]
            )
        ),
        "gains": _by_unit(result.siting.gains_by_unit),
    }
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.unit_id, []).append(finding)
    units = result.units[result.units["unit_id"] != OUTSIDE_UNIT_ID].drop(columns="geometry")
    return tuple(
        _subdistrict(
            number, row, result, tuple(found.get(row["unit_id"], ())),
            {name: tuple(rows.get(row["unit_id"], ())) for name, rows in lying.items()},
            language, say,
        )
        for number, row in enumerate(units.to_dict("records"), 1)
    )  # fmt: skip


def _subdistrict(
    number: int,
    row: dict[str, Any],
    result: StudyResult,
    findings: tuple[Finding, ...],
    lying: dict[str, tuple[dict[str, Any], ...]],
    language: Language,
    say: Callable[..., str],
) -> Subdistrict:
    target = result.target.label
    own = tuple(finding for finding in findings if not finding.facility_id)
    return Subdistrict(
        number=number,
        unit_id=row["unit_id"],
        name=row["unit_name"] or row["unit_id"],
        population=row["population"],
        uncovered=row["assessed_population"] - row[f"covered_population_{target}"],
        unassessed=row["unassessed_population"],
        share=_known(row[f"covered_share_{target}"]),
        circles=tuple(
            Circle(
                threshold_text(threshold, language),
                *(
                    _known(row[f"{measure}_{threshold.label}"])
                    for measure in (
                        "covered_population", "covered_share", "covered_area_share",
                        "covered_street_share",
                    )
                ),
            )
            for threshold in result.thresholds
        ),
        causes=_causes(row, own, result, language, say),
        notes=value_words("notes", row["notes"], language),
        findings=findings,
        **lying,
    )  # fmt: skip


def _causes(
    row: dict[str, Any],
    findings: tuple[Finding, ...],
    result: StudyResult,
    language: Language,
    say: Callable[..., str],
) -> tuple[Cause, ...]:
    """Return why a subdistrict falls short: the study's own tests, then the clauses that fail."""
    share = percent(_known(row[f"covered_share_{result.target.label}"]))
    below = say(
        "Below the target: {share} within {limit}",
        share=share,
        limit=threshold_text(result.target, language),
    )
    words = {
        "no_facility": say("No facility in the subdistrict"),
        "no_government_centre": say("No government-run centre"),
        "below_target": below,
    }
    flags = [Cause(words[flag], "table-subdistricts") for flag in row["flags"].split(";") if flag]
    clause = "Clause {number}: {quantity} {measured}, required {required}"
    failed = [
        Cause(
            say(
                clause, number=finding.clause.number, quantity=finding.clause.quantity,
                measured=finding.measured, required=finding.required,
            ),
            finding.clause.anchor,
        )
        for finding in findings
        if finding.verdict == "fail"
    ]  # fmt: skip
    return (*flags, *failed)


def _by_unit(table: Any) -> dict[str, list[dict[str, Any]]]:  # noqa: ANN401  (any table)
    """Return the rows of a table by subdistrict."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in table.drop(columns="geometry", errors="ignore").to_dict("records"):
        rows.setdefault(row.get("unit_id", ""), []).append(row)
    return rows


def _known(value: float | None) -> float:
    return float("nan") if value is None else float(value)
