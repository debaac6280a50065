"""What every clause of a study's standards says about a proposal."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from facility_coverage.inputs.facilities import Facilities
from facility_coverage.proposals.measured import Measured
from facility_coverage.proposals.proposal import Frozen, Proposal, Told
from facility_coverage.standards.findings import KEY, Verdict
from facility_coverage.standards.registers import EXISTING, PROPOSED
from facility_coverage.standards.rules import Clause, Standard
from facility_coverage.words import Language, say

LANGUAGES: tuple[Language, ...] = get_args(Language)
NOT_ABOUT_IT = "the clause is not about a facility of this kind, size or owner"


class RuleVerdict(Frozen):
    """What one clause says, with the proposal carried out."""

    standard_id: str
    clause_id: str
    scope: Literal["proposal", "facility", "subdistrict", "district"]
    quantity: str
    subject_id: str
    """The proposal, the subdistrict where it stands or a facility closes; empty: the district."""
    subject_name: str
    verdict: Verdict
    verdict_before: Verdict | None
    """Without the proposal; None where the clause is about the facility itself."""
    measured: float | None
    required: str
    reason: Told
    evidence: tuple[str, ...]
    """Ids of the facilities that it rests on."""
    strength: str
    confidence: str
    quote: str


def rules_of(before: Measured, after: Measured, proposal: Proposal) -> tuple[RuleVerdict, ...]:
    """Hold a proposal against every clause of the study's standards.

    Parameters
    ----------
    before, after
        The study without and with the proposal alone.
    proposal
        The proposal.

    Returns
    -------
    tuple of RuleVerdict
        At least one of every clause, in the order of the standards: about the facility as it is
        proposed; about the subdistricts where it stands or a facility closes, and the district,
        as if it stood. Empty where the study names no standard.
    """
    standards = after.prepared.standards
    if not standards:
        return ()
    about = _in_every_language(before, after, proposal)
    found = dict(iter(about.groupby(["standard_id", "clause_id"], sort=False)))
    verdicts: list[RuleVerdict] = []
    for standard in standards:
        for clause in standard.clauses:
            rows = found.get((standard.id, clause.id))
            verdicts.extend(
                [_silent(standard, clause, proposal)] if rows is None else _verdicts(rows, proposal)
            )
    return tuple(verdicts)


def _in_every_language(before: Measured, after: Measured, proposal: Proposal) -> pd.DataFrame:
    """Return all findings about a proposal; ``reason`` holds the sentence in each language."""
    tables = {}
    for language in LANGUAGES:
        was, is_ = (each.in_language(language) for each in (before, after))
        parts = [_about_places(was, is_, proposal), _about_itself(is_, proposal)]
        tables[language] = pd.concat(parts, ignore_index=True)
    reasons = zip(*(table["reason"] for table in tables.values()), strict=True)
    told = [Told(**dict(zip(LANGUAGES, texts, strict=True))) for texts in reasons]
    return tables[LANGUAGES[0]].assign(reason=pd.Series(told, dtype=object))


def _about_places(before: Measured, after: Measured, proposal: Proposal) -> pd.DataFrame:
    """Return the findings on the district and the subdistricts that it touches."""
    touched = set(_units(after, {proposal.facility_id}))
    touched |= set(_units(before, set(proposal.closes)))
    was, is_ = (pd.DataFrame(each.findings).drop(columns="geometry") for each in (before, after))
    mine = (is_["facility_id"] == "") & is_["unit_id"].isin({"", *touched})
    mine &= is_["scope"].isin({"subdistrict", "district"})
    verdicts = was[[*KEY, "verdict"]].rename(columns={"verdict": "verdict_before"})
    return is_[mine].merge(verdicts, on=KEY, how="left")


def _about_itself(after: Measured, proposal: Proposal) -> pd.DataFrame:
    """Return the findings on the facility: as it is proposed, and as if it stood."""
    parts = []
    scopes = {clause.scope for one in after.prepared.standards for clause in one.clauses}
    for scope, status in (("facility", EXISTING), ("proposal", PROPOSED)):
        if scope not in scopes:
            continue
        facilities = _described(after.prepared.facilities, proposal, status)
        findings = pd.DataFrame(after.findings_with(facilities)).drop(columns="geometry")
        own = findings["facility_id"] == proposal.facility_id
        guidance = (findings["facility_id"] == "") & (findings["unit_id"] == "")
        parts.append(findings[(findings["scope"] == scope) & (own | guidance)])
    return pd.concat(parts) if parts else pd.DataFrame(columns=["standard_id", "clause_id"])


def _described(facilities: Facilities, proposal: Proposal, status: str) -> Facilities:
    """Return the register with all that is known of the proposal in its row."""
    own = (facilities.table["facility_id"] == proposal.facility_id).to_numpy(dtype=bool)
    older = {True: "yes", False: "no", None: ""}[proposal.older_care]
    amounts = {
        "floor_area_m2": proposal.floor_area_m2,
        "floor_area_m2_planned": proposal.floor_area_m2,
        "beds": proposal.beds,
        "beds_planned": proposal.beds,
        "residents_served": proposal.capacity,
    }
    known = {name: f"{value:.15g}" for name, value in amounts.items() if value is not None}
    cells = facilities.cells
    for name, text in {**known, "older_care": older, "status": status}.items():
        column = cells[name] if name in cells.columns else pd.Series("", index=cells.index)
        cells = cells.assign(**{name: np.where(own, text, column)})
    return replace(facilities, cells=cells)


def _units(measured: Measured, facility_ids: set[str]) -> list[str]:
    """Return the subdistricts in which some facilities stand."""
    mine = measured.prepared.facilities.table["facility_id"].isin(facility_ids)
    units: list[str] = measured.district.unit_id[mine.to_numpy(dtype=bool)].tolist()
    return units


def _verdicts(rows: pd.DataFrame, proposal: Proposal) -> Iterator[RuleVerdict]:
    """Yield the findings of one clause."""
    for row in rows.to_dict("records"):
        is_own = row["facility_id"] == proposal.facility_id
        yield RuleVerdict(
            subject_id=proposal.id if is_own else row["unit_id"],
            subject_name=proposal.name if is_own else row["unit_name"],
            verdict=row["verdict"],
            verdict_before=_or_none(row.get("verdict_before")),
            measured=_or_none(row["measured"]),
            evidence=row["evidence"],
            **{name: row[name] for name in _TAKEN},
        )


_TAKEN = (
    "standard_id", "clause_id", "scope", "quantity", "required", "reason", "strength",
    "confidence", "quote",
)  # fmt: skip


def _or_none(value: Any) -> Any:  # noqa: ANN401  (a cell of a table)
    return None if pd.isna(value) else value


def _silent(standard: Standard, clause: Clause, proposal: Proposal) -> RuleVerdict:
    """Return that a clause says nothing about a proposal."""
    return RuleVerdict(
        standard_id=standard.id,
        clause_id=clause.id,
        scope=clause.scope,
        quantity=clause.quantity,
        subject_id=proposal.id,
        subject_name=proposal.name,
        verdict="not_assessable",
        verdict_before=None,
        measured=None,
        required="",
        reason=Told(en=NOT_ABOUT_IT, zh=say(NOT_ABOUT_IT, "zh")),
        evidence=(),
        strength=clause.strength,
        confidence=clause.confidence,
        quote=clause.quote,
    )
