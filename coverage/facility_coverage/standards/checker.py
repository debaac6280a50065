"""Holds clauses against registers: one finding per clause and subdistrict or facility."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from facility_coverage.errors import InputError
from facility_coverage.standards.registers import Facility, FacilityRegister, Unit, UnitRegister
from facility_coverage.standards.rules import (
    Clause,
    MeasureClause,
    PresenceClause,
    ResidentsClause,
    Standard,
)

Verdict = Literal["pass", "fail", "not_assessable", "advice"]

UNKNOWN_OWNERSHIP = "unknown"
"""The word by which a register says that it does not know the owner."""

_YES = frozenset({"yes", "true", "1", "是"})
_NO = frozenset({"no", "false", "0", "否"})


class Finding(NamedTuple):
    """What one clause says about one subdistrict or one facility.

    Attributes
    ----------
    standard_id, clause_id
        The clause.
    unit_id
        The subdistrict, or that of the facility; empty when unknown.
    facility_id
        The facility; empty when the finding is about a subdistrict.
    verdict
        ``pass``, ``fail``, ``not_assessable`` (the register does not say) or ``advice``.
    measured
        The measured value in the unit of the clause's quantity; None when unknown.
    required
        The bounds, such as ``>= 1``.
    reason
        Why the verdict is neither ``pass`` nor ``fail``; else empty.
    evidence
        Ids of the facilities that the finding rests on, sorted.
    quote
        The sentence of the source.
    """

    standard_id: str
    clause_id: str
    unit_id: str
    facility_id: str
    verdict: Verdict
    measured: float | None
    required: str
    reason: str
    evidence: tuple[str, ...]
    quote: str


class _Judgement(NamedTuple):
    """The part of a finding that depends on what was measured."""

    verdict: Verdict
    measured: float | None
    reason: str = ""


def check(
    standards: Iterable[Standard], units: UnitRegister, facilities: FacilityRegister
) -> tuple[Finding, ...]:
    """Judge a district by every clause of some standards.

    Parameters
    ----------
    standards
        The standards, in the order of the findings.
    units
        The subdistricts.
    facilities
        The facilities.

    Returns
    -------
    tuple of Finding
        By standard, clause, then id. What a register does not say is ``not_assessable``, never
        ``pass``.

    Raises
    ------
    InputError
        Two of the standards share an id.
    """
    standards = tuple(standards)
    ids = [standard.id for standard in standards]
    repeated = sorted({name for name in ids if ids.count(name) > 1})
    if repeated:
        msg = f"standards: two share the id {', '.join(repeated)}; rename one in its rule file"
        raise InputError(msg)
    return tuple(
        finding
        for standard in standards
        for clause in standard.clauses
        for finding in (
            _facility_findings(standard.id, clause, facilities)
            if isinstance(clause, MeasureClause)
            else _unit_findings(standard.id, clause, units, facilities)
        )
    )


def counts(clause: Clause, facility: Facility) -> bool | None:
    """Tell whether a clause counts a facility.

    Parameters
    ----------
    clause
        A clause of any kind.
    facility
        A facility of the register.

    Returns
    -------
    bool or None
        None where the register does not say enough to tell.
    """
    return _counts(clause.facility_kind, clause.ownership, facility.kind, facility.ownership)


@lru_cache(maxsize=1024)
def _counts(
    kinds: tuple[str, ...], owners: tuple[str, ...], kind: str, ownership: str
) -> bool | None:
    """Compare words; a register repeats few of them, so that every answer is known already."""
    owner = "" if ownership == UNKNOWN_OWNERSHIP else ownership
    if (kind and kind not in kinds) or (owners and owner and owner not in owners):
        return False
    return None if not kind or (owners and not owner) else True


def lacking_column(
    clause: PresenceClause | ResidentsClause, units: UnitRegister, facilities: FacilityRegister
) -> str:
    """Say which column the registers lack to judge subdistricts by a clause.

    Parameters
    ----------
    clause
        A clause about subdistricts.
    units, facilities
        The registers.

    Returns
    -------
    str
        One reason; empty where every column is there.
    """
    of_facilities = ["kind", "unit_id", *(["ownership"] if clause.ownership else [])]
    by_people = isinstance(clause, ResidentsClause) or clause.or_population is not None
    of_units = ["population"] if by_people else []
    lacking = [f"{facilities.name}: {c}" for c in of_facilities if c not in facilities.columns]
    lacking += [f"{units.name}: {c}" for c in of_units if c not in units.columns]
    return f"no such column in the register: {'; '.join(lacking)}" if lacking else ""


def _unit_findings(
    standard_id: str,
    clause: PresenceClause | ResidentsClause,
    units: UnitRegister,
    facilities: FacilityRegister,
) -> Iterator[Finding]:
    """Judge every subdistrict by one clause.

    A facility of which the register does not say whether it counts, or where it stands, is once
    left out and once counted: where that changes the verdict, there is none.
    """
    required = _required(clause)
    lacking = lacking_column(clause, units, facilities)
    sure: dict[str, list[str]] = defaultdict(list)
    doubtful: dict[str, list[str]] = defaultdict(list)
    for facility in facilities.facilities:
        counted = counts(clause, facility)
        if counted is not False:
            group = sure if counted and facility.unit_id else doubtful
            group[facility.unit_id].append(facility.facility_id)
    for unit in units.units:
        evidence, perhaps = sure[unit.unit_id], doubtful[unit.unit_id] + doubtful[""]
        found = _judge_unit(clause, unit, len(evidence))
        if lacking:
            found, evidence = _Judgement("not_assessable", None, lacking), []
        elif found.verdict != _judge_unit(clause, unit, len(evidence) + len(perhaps)).verdict:
            reason = f"kind, ownership or subdistrict not stated: {', '.join(perhaps)}"
            found, evidence = _Judgement("not_assessable", None, reason), evidence + perhaps
        yield Finding(
            standard_id, clause.id, unit.unit_id, "", found.verdict, found.measured, required,
            found.reason, tuple(sorted(evidence)), clause.quote,
        )  # fmt: skip


def _judge_unit(clause: PresenceClause | ResidentsClause, unit: Unit, count: int) -> _Judgement:
    """Judge a subdistrict that has so many facilities."""
    population = unit.population or 0.0
    if isinstance(clause, ResidentsClause):
        per_facility = population / max(count, 1)
        return _judge(clause, per_facility, met=per_facility <= clause.max)
    due = clause.or_population is None or population >= clause.or_population
    if count < clause.min and not due:
        reason = f"fewer than {clause.or_population:g} residents: on that basis none is due"
        return _Judgement("advice", count, reason)
    return _judge(clause, count, met=count >= clause.min)


def _facility_findings(
    standard_id: str, clause: MeasureClause, facilities: FacilityRegister
) -> Iterator[Finding]:
    """Judge every facility that a clause is about."""
    required = _required(clause)
    for facility in facilities.facilities:
        found = _judge_facility(clause, facility, facilities)
        if found is not None:
            yield Finding(
                standard_id, clause.id, facility.unit_id, facility.facility_id, found.verdict,
                found.measured, required, found.reason, (facility.facility_id,), clause.quote,
            )  # fmt: skip


def _judge_facility(
    clause: MeasureClause, facility: Facility, register: FacilityRegister
) -> _Judgement | None:
    """Judge one facility; None where the clause is not about it."""
    counted = counts(clause, facility)
    if counted is False:
        return None
    applies = _condition(clause, facility)
    if applies is False:
        return None
    measured = facility.floor_area_m2 if clause.quantity == "floor_area_m2" else facility.beds
    if counted is None:
        unknown = "ownership" if facility.kind else "kind"
    elif applies is None:
        unknown = clause.condition or ""
    elif measured is None:
        unknown = clause.quantity
    else:
        met = (clause.min or 0.0) <= measured <= (clause.max or measured)
        return _judge(clause, measured, met=met)
    if unknown in register.columns:
        return _Judgement("not_assessable", measured, f"the register leaves {unknown} open")
    reason = f"no such column in the register: {register.name}: {unknown}"
    return _Judgement("not_assessable", measured, reason)


def _condition(clause: MeasureClause, facility: Facility) -> bool | None:
    """Tell whether the condition of a clause holds; None where the register does not say."""
    if clause.condition is None:
        return True
    word = facility.cells.get(clause.condition, "").lower()
    return True if word in _YES else False if word in _NO else None


def _judge(clause: Clause, measured: float, *, met: bool) -> _Judgement:
    """Turn a measurement into a verdict; a clause that does not bind only advises."""
    if met:
        return _Judgement("pass", measured)
    if clause.binding:
        return _Judgement("fail", measured)
    reason = f"not met, but {clause.strength}, known from {clause.confidence}: verify"
    return _Judgement("advice", measured, reason)


def _required(clause: Clause) -> str:
    """Write the bounds of a clause, as ``>= 5000, <= 10000``."""
    least = None if isinstance(clause, ResidentsClause) else clause.min
    most = None if isinstance(clause, PresenceClause) else clause.max
    bounds = [(">=", least), ("<=", most)]
    return ", ".join(f"{sign} {value:.15g}" for sign, value in bounds if value is not None)
