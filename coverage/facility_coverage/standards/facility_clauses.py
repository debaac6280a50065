"""Clauses about each facility: its size, and where it stands."""

import numpy as np
from numpy.typing import NDArray

from facility_coverage.standards.cases import (
    Case,
    bounds,
    counted,
    side,
)
from facility_coverage.standards.findings import OPEN, Found, Judgement, evidence_of
from facility_coverage.standards.reach import no_circles
from facility_coverage.standards.registers import FacilityRegister
from facility_coverage.standards.rules import MeasureClause, SitingClause
from facility_coverage.standards.subjects import grouped

FacilityClause = MeasureClause | SitingClause
_RESIDENTS = "residents_served"


def measure(case: Case, clause: MeasureClause) -> Found:
    """Judge a size of each facility that a clause is about.

    Parameters
    ----------
    case, clause
        What is judged.

    Returns
    -------
    Found
        One verdict a facility; measured is the size.
    """
    register = case.district.facilities
    columns = _size_columns(clause)
    measured = register.amounts(columns[0])
    if len(columns) > 1:
        beds = register.amounts(columns[1])
        measured = np.divide(measured, beds, out=np.full(len(beds), np.nan), where=beds > 0)
    judgement = case.judged(side(measured, clause.min, clause.max) == 0)
    for column in reversed(columns):
        unknown = np.isnan(measured) & np.isnan(register.amounts(column))
        judgement = judgement.replaced(unknown, OPEN, _left_open(case, column))
    no_beds = case.district.tell("it has no beds")
    judgement = judgement.replaced(np.isnan(measured) & (judgement.verdict != OPEN), OPEN, no_beds)
    return _of_facilities(case, clause, judgement, measured, bounds(clause.min, clause.max))


def siting(case: Case, clause: SitingClause) -> Found:
    """Judge where each facility stands that a clause is about.

    Parameters
    ----------
    case, clause
        What is judged.

    Returns
    -------
    Found
        One verdict a facility; nothing is measured.
    """
    register = case.district.facilities
    unmeasured = np.full(len(register.table), np.nan)
    if clause.feature is None:
        return _outside_circles(case, clause, clause.beyond or "")
    answers = register.answers(clause.feature)
    judgement = case.judged(answers == 1)
    judgement = judgement.replaced(answers < 0, OPEN, _left_open(case, clause.feature))
    return _of_facilities(case, clause, judgement, unmeasured, f"{clause.feature}: yes")


def _outside_circles(case: Case, clause: SitingClause, circle_id: str) -> Found:
    """Judge whether each facility stands outside the circles of others."""
    district, circles = case.district, case.district.circles
    circle = case.standard.circle(circle_id)
    size = len(district.facilities.table)
    required = f"outside: {circle_id}"
    unmeasured = np.full(size, np.nan)
    lacking = no_circles(case, circle)
    if circles is None or lacking:
        return _of_facilities(case, clause, Judgement.open(size, lacking), unmeasured, required)
    chosen = counted(circle, district.facilities)
    around, at_most = (
        circles.reaching_facilities(circle, facilities)
        for facilities in (chosen.sure, chosen.possible)
    )
    inside, perhaps = (np.bincount(pairs[1], minlength=size) > 0 for pairs in (around, at_most))
    judgement = case.judged(~inside)
    unstated = district.tell("kind or ownership of some facilities is not stated")
    judgement = judgement.replaced(~inside & perhaps, OPEN, unstated)
    nowhere = district.tell("it stands on no street")
    judgement = judgement.replaced(~circles.served, OPEN, nowhere)
    centres = grouped(case, around[1], around[0], size)
    return _of_facilities(case, clause, judgement, unmeasured, required, centres)


def _of_facilities(
    case: Case,
    clause: FacilityClause,
    judgement: Judgement,
    measured: NDArray[np.float64],
    required: str,
    others: list[tuple[str, ...]] | None = None,
) -> Found:
    """Keep the facilities that the clause is about; what is not known of them comes first."""
    register = case.district.facilities
    chosen = counted(clause, register)
    mine = chosen.possible
    for column, (applies, unknown) in _conditions(clause, register).items():
        mine &= applies | unknown
        judgement = judgement.replaced(unknown, OPEN, _left_open(case, column))
    for column in ("ownership", "kind", "status"):
        unknown = chosen.doubtful & (register.table[column] == "unknown").to_numpy(dtype=bool)
        judgement = judgement.replaced(unknown, OPEN, _left_open(case, column))
    rows = np.arange(len(register.table))
    evidence = case.district.themselves
    if others is not None:
        pairs = zip(evidence.tolist(), others, strict=True)
        evidence = evidence_of((*own, *more) for own, more in pairs)
    none = np.full(len(rows), -1)
    return Found(judgement, measured, required, evidence, none, rows).where(mine)


def _conditions(
    clause: FacilityClause, register: FacilityRegister
) -> dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Return, column by column, where a clause applies and where that is unknown."""
    found = {}
    bracket = isinstance(clause, MeasureClause) and (
        clause.residents_min is not None or clause.residents_max is not None
    )
    if isinstance(clause, MeasureClause) and bracket:
        served = register.amounts(_RESIDENTS)
        most = np.inf if clause.residents_max is None else clause.residents_max
        applies = (served >= (clause.residents_min or 0.0)) & (served < most)
        found[_RESIDENTS] = (applies, np.isnan(served))
    if clause.condition is not None:
        answers = register.answers(clause.condition)
        found[clause.condition] = (answers == 1, answers < 0)
    return found


def _size_columns(clause: MeasureClause) -> list[str]:
    """Return the columns that a size is read from, or divided."""
    ending = "_planned" if clause.state == "planned" else ""
    if clause.quantity == "floor_area_m2_per_bed":
        return [f"floor_area_m2{ending}", f"beds{ending}"]
    return [f"{clause.quantity}{ending}"]


def _left_open(case: Case, column: str) -> str:
    """Say that a register leaves a cell open, or lacks the whole column."""
    lacking = case.district.lacking([], [column])
    return lacking or case.district.tell("the register leaves {column} open", column=column)
