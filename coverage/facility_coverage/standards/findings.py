"""Findings: what each clause says about each subdistrict or facility, as one table."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from facility_coverage.standards.rules import Clause, Standard
from facility_coverage.words import Remark

Verdict = Literal["pass", "fail", "not_assessable", "advice"]
VERDICTS: tuple[str, ...] = get_args(Verdict)
PASS, FAIL, OPEN, ADVICE = range(len(VERDICTS))
VERDICT_WORDS = {
    "pass": Remark("pass"),
    "fail": Remark("fail"),
    "not_assessable": Remark("not assessable"),
    "advice": Remark("advice"),
}
"""Verdicts as lines of a terminal have them."""

COLUMNS = (
    "standard_id", "clause_id", "scope", "quantity", "unit_id", "unit_name", "facility_id",
    "facility_name", "verdict", "measured", "required", "reason", "evidence", "strength",
    "confidence", "quote",
)  # fmt: skip
"""Columns of the table, in their order."""

DISTRICT = "district"
"""Stands for the whole district where ids are listed."""

KEY = ["standard_id", "clause_id", "unit_id", "facility_id"]
"""Columns that name a finding; a finding about the whole district has neither id."""


@dataclass(frozen=True, eq=False)
class Judgement:
    """Verdicts on some subjects, and why those that are neither pass nor fail are so.

    Attributes
    ----------
    verdict
        Shape (n,), places in ``VERDICTS``.
    reason
        Shape (n,), text; empty where nothing is to be said.
    """

    verdict: NDArray[np.int8]
    reason: NDArray[np.object_]

    @classmethod
    def open(cls, size: int, reason: str) -> "Judgement":
        """Return no verdict at all, for one reason.

        Parameters
        ----------
        size
            Number of subjects.
        reason
            Why.

        Returns
        -------
        Judgement
            All ``not_assessable``.
        """
        return cls(np.full(size, np.int8(OPEN)), np.full(size, reason, dtype=object))

    def replaced(
        self, where: NDArray[np.bool_], verdict: int, reason: str | NDArray[np.object_]
    ) -> "Judgement":
        """Give some subjects another verdict.

        Parameters
        ----------
        where
            Shape (n,).
        verdict
            A place in ``VERDICTS``.
        reason
            Why: one text for all, or one for each subject.

        Returns
        -------
        Judgement
            A copy.
        """
        return Judgement(
            np.where(where, np.int8(verdict), self.verdict), np.where(where, reason, self.reason)
        )

    def overruled(self, verdict: int, reason: str) -> "Judgement":
        """Give every subject one verdict.

        Parameters
        ----------
        verdict
            A place in ``VERDICTS``.
        reason
            Why.

        Returns
        -------
        Judgement
            Another.
        """
        everywhere = np.ones(len(self.verdict), dtype=bool)
        return self.replaced(everywhere, verdict, reason)

    def with_remark(self, remark: str | NDArray[np.object_]) -> "Judgement":
        """Add a sentence to the reasons.

        Parameters
        ----------
        remark
            One text for all, or one for each subject; an empty one adds nothing.

        Returns
        -------
        Judgement
            A copy.
        """
        remarks = np.broadcast_to(np.asarray(remark, dtype=object), self.reason.shape)
        joined = [
            "; ".join(part for part in parts if part)
            for parts in zip(self.reason.tolist(), remarks.tolist(), strict=True)
        ]
        return Judgement(self.verdict, np.array(joined, dtype=object))


@dataclass(frozen=True, eq=False)
class Found:
    """What one clause found.

    Attributes
    ----------
    judgement
        One verdict a subject.
    measured
        Shape (n,), in the unit of the clause's quantity; NaN where unknown.
    required
        The bounds, such as ``>= 1``.
    evidence
        Length n: ids of the facilities that each finding rests on, sorted.
    unit, facility
        Shape (n,), rows of the registers; -1 for none.
    """

    judgement: Judgement
    measured: NDArray[np.float64]
    required: str
    evidence: NDArray[np.object_]
    unit: NDArray[np.int64]
    facility: NDArray[np.int64]

    @classmethod
    def of_units(
        cls,
        unit: NDArray[np.int64],
        judgement: Judgement,
        measured: NDArray[np.float64],
        required: str,
        evidence: list[tuple[str, ...]],
    ) -> "Found":
        """Return what was found about subdistricts, or about the district (row -1).

        Parameters
        ----------
        unit, judgement, measured, required, evidence
            As above.

        Returns
        -------
        Found
            Without facilities as subjects.
        """
        none = np.full(len(unit), -1)
        return cls(judgement, measured, required, evidence_of(evidence), unit, none)

    def opened(self, reason: str) -> "Found":
        """Return no verdict at all where there is a reason for it.

        Parameters
        ----------
        reason
            Why, such as a column that is missing; empty leaves everything as it is.

        Returns
        -------
        Found
            A copy without evidence, or the same.
        """
        if not reason:
            return self
        size = len(self.measured)
        nothing = evidence_of([()] * size)
        return replace(self, judgement=Judgement.open(size, reason), evidence=nothing)

    def where(self, mine: NDArray[np.bool_]) -> "Found":
        """Keep some of the subjects.

        Parameters
        ----------
        mine
            Shape (n,).

        Returns
        -------
        Found
            A copy.
        """
        judgement = Judgement(self.judgement.verdict[mine], self.judgement.reason[mine])
        return Found(
            judgement, self.measured[mine], self.required, self.evidence[mine], self.unit[mine],
            self.facility[mine],
        )  # fmt: skip


def evidence_of(ids: Iterable[tuple[str, ...]]) -> NDArray[np.object_]:
    """Return lists of ids as an array that holds one tuple a subject.

    Parameters
    ----------
    ids
        One tuple a subject.

    Returns
    -------
    ndarray of object
        Shape (n,).
    """
    rows = list(ids)
    evidence = np.empty(len(rows), dtype=object)
    evidence[:] = rows
    return evidence


def findings_table(
    found: Iterable[tuple[Standard, Clause, Found]],
    units: pd.DataFrame,
    facilities: pd.DataFrame,
    unit_of: NDArray[np.int64],
) -> pd.DataFrame:
    """Put the findings of all clauses into one table.

    Parameters
    ----------
    found
        Clause by clause.
    units, facilities
        The tables of the registers.
    unit_of
        Shape (f,), the row of the subdistrict of each facility, negative for none.

    Returns
    -------
    pandas.DataFrame
        ``COLUMNS``; ``evidence`` holds tuples.
    """
    rows = list(found)
    parts = [part for _, _, part in rows]
    lengths = [len(part.measured) for part in parts]
    verdict = _joined([part.judgement.verdict for part in parts], np.int8)
    facility = _joined([part.facility for part in parts], np.int64)
    unit = _joined([part.unit for part in parts], np.int64)
    unit = np.where(facility >= 0, np.append(unit_of, -1)[facility], unit)
    measured = _joined([part.measured for part in parts], np.float64)
    by_clause = {
        "standard_id": [standard.id for standard, _, _ in rows],
        "required": [part.required for part in parts],
        **{
            name: [getattr(clause, name) for _, clause, _ in rows]
            for name in ("scope", "quantity", "strength", "confidence", "quote")
        },
        "clause_id": [clause.id for _, clause, _ in rows],
    }
    columns = {
        "verdict": np.array(VERDICTS, dtype=object)[verdict],
        "measured": np.where(verdict == OPEN, np.nan, measured),
        "reason": _joined([part.judgement.reason for part in parts], object),
        "evidence": _joined([part.evidence for part in parts], object),
        **{name: _taken(units[name], unit) for name in ("unit_id", "unit_name")},
        **{name: _taken(facilities[name], facility) for name in ("facility_id", "facility_name")},
        **{
            name: np.repeat(np.array(values, dtype=object), lengths)
            for name, values in by_clause.items()
        },
    }
    return pd.DataFrame(
        {name: pd.Series(columns[name], dtype=columns[name].dtype) for name in COLUMNS}
    )


def _joined(parts: list[NDArray[Any]], dtype: type) -> NDArray[Any]:
    """Return arrays one behind the other; of none, an empty one."""
    return np.concatenate([np.empty(0, dtype=dtype), *parts])


def _taken(texts: pd.Series, rows: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return the texts of some rows, empty for a negative row."""
    values = np.append(texts.to_numpy(dtype=object), "")
    taken: NDArray[np.object_] = values[np.maximum(rows, -1)]
    return taken


def subject_ids(findings: pd.DataFrame) -> tuple[str, ...]:
    """Return what each finding is about.

    Parameters
    ----------
    findings
        Some of the findings.

    Returns
    -------
    tuple of str
        Id of the facility, else of the subdistrict, else ``district``.
    """
    return _of_subjects(findings, "id")


def subject_names(findings: pd.DataFrame) -> tuple[str, ...]:
    """Return the names of what each finding is about.

    Parameters
    ----------
    findings
        Some of the findings.

    Returns
    -------
    tuple of str
        As ``subject_ids`` has the ids.
    """
    return _of_subjects(findings, "name")


def _of_subjects(findings: pd.DataFrame, what: str) -> tuple[str, ...]:
    of_facility, of_unit = findings[f"facility_{what}"], findings[f"unit_{what}"]
    texts = of_facility.where(findings["facility_id"] != "", of_unit)
    nothing = (findings["facility_id"] == "") & (findings["unit_id"] == "")
    return tuple(texts.where(~nothing, DISTRICT).tolist())


def plain_findings(findings: pd.DataFrame) -> pd.DataFrame:
    """Return findings as files hold them: the evidence as one text, ids joined by ``; ``.

    Parameters
    ----------
    findings
        From ``checker.check``.

    Returns
    -------
    pandas.DataFrame
        A copy.
    """
    return findings.assign(evidence=["; ".join(ids) for ids in findings["evidence"]])
