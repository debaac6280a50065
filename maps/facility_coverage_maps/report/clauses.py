"""The clauses that a study was held against, and what each found, as a report tells them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from facility_coverage.outputs.columns import value_words
from facility_coverage.result import StudyResult
from facility_coverage.standards.findings import VERDICTS
from facility_coverage.standards.rules import load_standards
from facility_coverage.words import Language
from facility_coverage_maps.amounts import NOTHING, percent

VERDICT_WORDS = {
    "fail": "Fail", "advice": "Advice", "not_assessable": "Not assessable", "pass": "Pass",
}  # fmt: skip
"""Verdicts, worst first, and their messages."""

_SHARES = frozenset({"walk_minutes", "drive_minutes", "network_m"})
"""Quantities whose measure is a share of residents."""


@dataclass(frozen=True)
class Clause:
    """A clause of a standard.

    Attributes
    ----------
    number
        By which the report names it, from 1.
    standard_id, clause_id
        Its ids.
    standard
        The title of its standard.
    quantity, strength, confidence
        What is measured, how binding it is and how it is known, in words.
    quote
        The sentence of the source.
    verdicts
        Number of findings of each verdict.
    """

    number: int
    standard_id: str
    clause_id: str
    standard: str
    quantity: str
    strength: str
    confidence: str
    quote: str
    verdicts: dict[str, int]

    @property
    def anchor(self) -> str:
        """Return the address of the clause in the report."""
        return f"clause-{self.number}"


@dataclass(frozen=True)
class Finding:
    """What a clause says about one subdistrict or facility.

    Attributes
    ----------
    clause
        The clause.
    unit_id, facility_id
        What it is about; empty for none.
    subject
        The name of that.
    verdict, verdict_words
        The verdict, as a word of the program and of people.
    measured, required, reason, evidence
        As texts.
    """

    clause: Clause
    unit_id: str
    facility_id: str
    subject: str
    verdict: str
    verdict_words: str
    measured: str
    required: str
    reason: str
    evidence: str


def clauses_of(result: StudyResult, language: Language) -> tuple[Clause, ...]:
    """Return the clauses of a study in the order of its standards.

    Parameters
    ----------
    result
        A study's result.
    language
        Of the words.

    Returns
    -------
    tuple of Clause
        Numbered from 1.
    """
    titles = {own.id: own.title for own in load_standards(result.study.standards.use)}
    found = []
    keys = ["standard_id", "clause_id"]
    for number, ((standard_id, clause_id), own) in enumerate(
        result.findings.groupby(keys, sort=False), 1
    ):
        first = own.iloc[0]
        counts = own["verdict"].value_counts()
        words = {
            name: value_words(name, str(first[name]), language)
            for name in ("quantity", "strength", "confidence")
        }
        verdicts = {verdict: int(counts.get(verdict, 0)) for verdict in VERDICTS}
        title = titles.get(standard_id, standard_id)
        found.append(
            Clause(
                number, standard_id, clause_id, title, **words, quote=first["quote"],
                verdicts=verdicts,
            )
        )  # fmt: skip
    return tuple(found)


def findings_of(
    result: StudyResult, clauses: tuple[Clause, ...], say: Callable[..., str]
) -> tuple[Finding, ...]:
    """Return the findings of a study, worst verdicts first within each clause.

    Parameters
    ----------
    result
        A study's result.
    clauses
        From ``clauses_of``.
    say
        Turns a message into words.

    Returns
    -------
    tuple of Finding
        All of them.
    """
    by_id = {(own.standard_id, own.clause_id): own for own in clauses}
    severity = list(VERDICT_WORDS)
    found = [
        Finding(
            clause=by_id[row["standard_id"], row["clause_id"]],
            unit_id=row["unit_id"],
            facility_id=row["facility_id"],
            subject=_subject(row) or say("the district"),
            verdict=row["verdict"],
            verdict_words=say(VERDICT_WORDS[row["verdict"]]),
            measured=measured_text(row["measured"], row["quantity"]),
            required=row["required"].replace(">=", "≥").replace("<=", "≤"),
            reason=row["reason"],
            evidence=", ".join(row["evidence"]),
        )
        for row in result.findings.drop(columns="geometry").to_dict("records")
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda own: (own.clause.number, severity.index(own.verdict))))


def _subject(row: dict[str, Any]) -> str:
    """Return the name of what a finding is about, else its id; empty for the district."""
    names = (row["facility_name"], row["facility_id"], row["unit_name"], row["unit_id"])
    return next((str(name) for name in names if name), "")


def measured_text(measured: Any, quantity: str) -> str:  # noqa: ANN401  (a number of any type)
    """Return what was measured.

    Parameters
    ----------
    measured
        A number; NaN for unknown.
    quantity
        What it is.

    Returns
    -------
    str
        Shares of residents in per cent.
    """
    if not math.isfinite(measured):
        return NOTHING
    return percent(measured) if quantity in _SHARES else f"{measured:,.6g}"
