"""Clauses on presence: so many facilities in each subdistrict, or in the district."""

import numpy as np
from numpy.typing import NDArray

from facility_coverage.standards.cases import (
    Case,
    bounds,
    counted,
    counted_in_any_state,
    needed_columns,
)
from facility_coverage.standards.findings import ADVICE, FAIL, OPEN, PASS, Found, Judgement
from facility_coverage.standards.reach import no_circles
from facility_coverage.standards.registers import PLANNED
from facility_coverage.standards.rules import PresenceClause
from facility_coverage.standards.subjects import Subjects, grouped, of_kind


def presence(case: Case, clause: PresenceClause) -> Found:
    """Judge whether each subdistrict, or the district, has its facilities.

    A facility of which the register does not say whether it counts, or where it stands, is once
    left out and once counted: where that changes the verdict, there is none.

    Parameters
    ----------
    case, clause
        What is judged.

    Returns
    -------
    Found
        One verdict a subject; measured is the number of facilities.
    """
    subjects = Subjects.of(case, clause)
    judgement = _due(subjects, clause, subjects.least)
    turned = judgement.verdict != _due(subjects, clause, subjects.most).verdict
    judgement = subjects.doubted(judgement, turned)
    judgement = subjects.quoted(subjects.incomplete(judgement, clause))
    judgement = _with_planned(subjects, clause, judgement)
    evidence = subjects.ids(subjects.chosen.sure)
    if clause.beyond is not None:
        judgement, evidence = _beyond(case, clause.beyond, judgement, evidence)
    of_units = ["unit_kind"] if clause.unit_kind else []
    of_facilities = [*needed_columns(clause), *(["unit_id"] if clause.scope != "district" else [])]
    found = Found.of_units(
        subjects.unit, judgement, subjects.least.astype(float), bounds(clause.min, None), evidence
    )
    found = found.opened(case.district.lacking(of_units, of_facilities))
    return of_kind(case, clause.unit_kind, found)


def _due(subjects: Subjects, clause: PresenceClause, count: NDArray[np.int64]) -> Judgement:
    """Judge subjects that have so many facilities."""
    judgement = subjects.case.judged(count >= clause.min)
    if clause.or_population is None:
        return judgement
    tell, short = subjects.case.district.tell, count < clause.min
    message = "fewer than {residents} residents: on that basis none is due"
    few = short & (subjects.population < clause.or_population)
    judgement = judgement.replaced(
        few, ADVICE, tell(message, residents=f"{clause.or_population:g}")
    )
    lacking = subjects.case.district.lacking(["population"], [])
    unknown = lacking or tell("the register does not say how many residents")
    return judgement.replaced(short & np.isnan(subjects.population), OPEN, unknown)


def _with_planned(subjects: Subjects, clause: PresenceClause, judgement: Judgement) -> Judgement:
    """Name the facilities that are planned and so do not count, where they are missed."""
    register = subjects.case.district.facilities
    planned = register.table["status"].isin(PLANNED).to_numpy(dtype=bool)
    besides = counted_in_any_state(clause, register).sure & planned & ~subjects.chosen.sure
    if not besides.any():
        return judgement
    message = "planned, not counted: {ids}"
    remarks = [
        subjects.case.district.tell(message, ids="; ".join(ids)) if ids and missed else ""
        for ids, missed in zip(
            subjects.ids(besides), np.isin(judgement.verdict, (FAIL, ADVICE)), strict=True
        )
    ]
    return judgement.with_remark(np.array(remarks, dtype=object))


def _beyond(
    case: Case, circle_id: str, judgement: Judgement, evidence: list[tuple[str, ...]]
) -> tuple[Judgement, list[tuple[str, ...]]]:
    """Ask for a facility only where the circles of others leave residents out.

    Where none is due, the evidence is the facilities whose circles reach the subdistrict.
    """
    district, circles = case.district, case.district.circles
    circle = case.standard.circle(circle_id)
    lacking = no_circles(case, circle)
    if circles is None or lacking:
        return judgement.overruled(OPEN, lacking), evidence
    chosen = counted(circle, district.facilities)
    left, at_least = (
        circles.people_left(circle, facilities) for facilities in (chosen.sure, chosen.possible)
    )
    message = "{people} residents beyond the circles of {clause_id}"
    remarks = [district.tell(message, people=f"{n:,.0f}", clause_id=circle_id) for n in left]
    judgement = judgement.with_remark(np.array(remarks, dtype=object))
    doubt = (left > 0) & (at_least <= 0) & (judgement.verdict != PASS)
    unstated = district.tell("kind or ownership of some facilities is not stated")
    judgement = judgement.replaced(doubt, OPEN, unstated)
    reached = left <= 0
    message = "the circles of {clause_id} reach every resident: none is due"
    judgement = judgement.replaced(reached, PASS, district.tell(message, clause_id=circle_id))
    facility, unit = circles.reaching_units(circle, chosen.sure)
    around = grouped(case, unit, facility, len(evidence))
    pairs = zip(reached, around, evidence, strict=True)
    return judgement, [near if all_reached else own for all_reached, near, own in pairs]
