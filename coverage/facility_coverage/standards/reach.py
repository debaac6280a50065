"""Clauses on circles: minutes on foot or by car, and metres along the network."""

import numpy as np
from numpy.typing import NDArray

from facility_coverage.standards.cases import Case, counted, needed_columns
from facility_coverage.standards.findings import ADVICE, OPEN, Found, Judgement
from facility_coverage.standards.rules import ReachClause
from facility_coverage.standards.subjects import grouped, of_kind

GOING = {"foot": "on foot", "bicycle": "by bicycle", "car": "by car"}
"""How it is said who moves."""


def reach(case: Case, clause: ReachClause) -> Found:
    """Judge the share of each subdistrict's residents who live within a circle.

    Parameters
    ----------
    case, clause
        What is judged.

    Returns
    -------
    Found
        One verdict a subdistrict; measured is the share of residents.
    """
    circles, size = case.district.circles, len(case.district.units.table)
    rows, label = np.arange(size), clause.threshold.label
    share = circles.target_share if clause.share is None and circles else clause.share
    required = f"<= {label}" if share is None else f">= {share:g} <= {label}"
    lacking = no_circles(case, clause)
    if circles is None or share is None or lacking:
        nothing: list[tuple[str, ...]] = [()] * size
        unknown = np.full(size, np.nan)
        silent = Judgement.open(size, lacking)
        return _about(case, clause, Found.of_units(rows, silent, unknown, required, nothing))
    chosen = counted(clause, case.district.facilities)
    people = circles.demand.by_unit(circles.demand.population)[:-1]
    sure, possible = (
        np.divide(
            people - circles.people_left(clause, facilities),
            people,
            out=np.full(size, np.nan),
            where=people > 0,
        )
        for facilities in (chosen.sure, chosen.possible)
    )
    judgement = _judged(case, clause, sure, possible, share)
    facility, unit = circles.reaching_units(clause, chosen.sure)
    around = grouped(case, unit, facility, size)
    found = Found.of_units(rows, judgement, sure, required, around)
    return _about(case, clause, found)


def no_circles(case: Case, clause: ReachClause) -> str:
    """Say why a circle cannot be measured.

    Parameters
    ----------
    case
        Says what a study reached, if there is one.
    clause
        A clause on a circle.

    Returns
    -------
    str
        The reason; empty where it can.
    """
    tell, circles = case.district.tell, case.district.circles
    if circles is None:
        return tell("needs a study with streets: a register without geometry has no circles")
    if circles.mode != clause.moves:
        message = "the clause is about going {clause_mode}, the study about going {study_mode}"
        return tell(
            message, clause_mode=tell(GOING[clause.moves]), study_mode=tell(GOING[circles.mode])
        )
    if not circles.measures(clause):
        message = "the study tests no circle of {limit}: add it to [coverage]"
        return tell(message, limit=clause.threshold.label)
    return case.district.lacking([], needed_columns(clause))


def _about(case: Case, clause: ReachClause, found: Found) -> Found:
    """Keep the subdistricts of the kinds that the clause is about."""
    lacking = case.district.lacking(["unit_kind"] if clause.unit_kind else [], [])
    return of_kind(case, clause.unit_kind, found.opened(lacking))


def _judged(
    case: Case,
    clause: ReachClause,
    sure: NDArray[np.float64],
    possible: NDArray[np.float64],
    share: float,
) -> Judgement:
    """Judge the shares that are sure; what the doubtful facilities would turn over is open."""
    tell = case.district.tell
    judgement = case.judged(sure >= share)
    turned = judgement.verdict != case.judged(possible >= share).verdict
    unstated = tell("kind or ownership of some facilities is not stated")
    judgement = judgement.replaced(turned, OPEN, unstated)
    if clause.statistic == "achieved_mean":
        reason = tell("a mean that the source reports as achieved, no bound: shown, not judged")
        judgement = judgement.overruled(ADVICE, reason)
    if not clause.mode_stated:
        message = "the text does not say who moves: {mode} is assumed"
        judgement = judgement.with_remark(tell(message, mode=tell(GOING[clause.moves])))
    return judgement.replaced(np.isnan(sure), OPEN, tell("no residents"))
