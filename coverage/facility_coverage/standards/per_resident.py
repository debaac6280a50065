"""Clauses that divide: residents to one facility, and amounts for every 1,000 residents."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from facility_coverage.standards.cases import NOWHERE, Case, bounds, needed_columns, side
from facility_coverage.standards.findings import ADVICE, FAIL, OPEN, Found, Judgement
from facility_coverage.standards.rules import IndicatorClause, ResidentsClause
from facility_coverage.standards.stated import (
    FACILITIES,
    POPULATION,
    StatedFigure,
    stated_figure,
)
from facility_coverage.standards.subjects import Subjects, quoted

_PER = {"per_1000": 1000.0, "per_10000": 10_000.0}


def residents(case: Case, clause: ResidentsClause) -> Found:
    """Judge the residents to one facility; who has none is measured as if there were one.

    Parameters
    ----------
    case, clause
        What is judged.

    Returns
    -------
    Found
        One verdict a subject; measured is residents per facility.
    """
    subjects = Subjects.of(case, clause)
    least, most = (_sides(subjects, clause, n) for n in (subjects.least, subjects.most))
    judgement = subjects.doubted(case.judged(least == 0), least != most)
    judgement = subjects.quoted(subjects.incomplete(judgement, clause))
    unknown = case.district.tell("the register does not say how many residents")
    judgement = judgement.replaced(np.isnan(subjects.population), OPEN, unknown)
    of_facilities = [*needed_columns(clause), *(["unit_id"] if clause.scope != "district" else [])]
    measured = subjects.population / np.maximum(subjects.least, 1)
    evidence = subjects.ids(subjects.chosen.sure)
    required = bounds(clause.min, clause.max)
    found = Found.of_units(subjects.unit, judgement, measured, required, evidence)
    return found.opened(case.district.lacking(["population"], of_facilities))


def _sides(
    subjects: Subjects, clause: ResidentsClause, count: NDArray[np.int64]
) -> NDArray[np.int8]:
    """Tell whether so many facilities have too few or too many residents each.

    Where there is no facility, none has too few residents.
    """
    lies = side(subjects.population / np.maximum(count, 1), clause.min, clause.max)
    return np.where((count == 0) & (lies < 0), np.int8(0), lies)


def indicator(case: Case, clause: IndicatorClause) -> Found:
    """Judge an amount for every so many residents.

    For the district a figure that a source states goes before the sum over the register.

    Parameters
    ----------
    case, clause
        What is judged.

    Returns
    -------
    Found
        One verdict a subject; measured is the amount per 1,000 or 10,000 residents.
    """
    figures = case.district.facilities.stated if clause.scope == "district" else ()
    stated = None if clause.ownership else stated_figure(figures, clause.of, clause.facility_kind)
    return _summed(case, clause) if stated is None else _as_stated(case, clause, stated)


def _as_stated(case: Case, clause: IndicatorClause, stated: StatedFigure) -> Found:
    """Judge the district by a figure that a source states for it."""
    tell = case.district.tell
    subjects = Subjects.of(case, clause)
    people = stated_figure(case.district.facilities.stated, POPULATION)
    if people is not None:
        subjects = replace(subjects, population=np.array([people.value]))
    measured = _per_resident(np.array([stated.value]), subjects.population, clause)
    judgement = case.judged(side(measured, clause.min, clause.max) == 0)
    if stated.year is not None and (clause.target_year or 0) > stated.year:
        message = "the figure is of {year}, due in {target_year}"
        reason = tell(message, year=stated.year, target_year=clause.target_year)
        judgement = judgement.replaced(judgement.verdict == FAIL, ADVICE, reason)
    judgement = quoted(case, judgement, stated)
    judgement = judgement.replaced(np.isnan(measured), OPEN, tell("no residents"))
    required = bounds(clause.min, clause.max)
    found = Found.of_units(subjects.unit, judgement, measured, required, [()])
    return found.opened(case.district.lacking(["population"] if people is None else [], []))


def _summed(case: Case, clause: IndicatorClause) -> Found:
    """Judge by the sum over the register, where it leaves no amount open."""
    tell, register = case.district.tell, case.district.facilities
    subjects = Subjects.of(case, clause)
    chosen = subjects.chosen
    amounts = register.amounts(clause.of)
    here = chosen.sure & (subjects.of_facility >= 0)
    total = np.zeros(len(subjects.unit))
    np.add.at(total, subjects.of_facility[here], np.nan_to_num(amounts[here]))
    measured = _per_resident(total, subjects.population, clause)
    judgement = case.judged(side(measured, clause.min, clause.max) == 0)
    unknown = chosen.doubtful | (chosen.sure & np.isnan(amounts))
    nowhere = (chosen.possible & (subjects.of_facility == NOWHERE)).any()
    left_open = tell("the register leaves {column} open", column=clause.of)
    judgement = judgement.replaced((subjects.count(unknown) > 0) | nowhere, OPEN, left_open)
    judgement = _of_whole_register(subjects, clause, judgement)
    judgement = judgement.replaced(np.isnan(measured), OPEN, tell("no residents"))
    evidence = subjects.ids(chosen.sure)
    required = bounds(clause.min, clause.max)
    found = Found.of_units(subjects.unit, judgement, measured, required, evidence)
    of_facilities = [*needed_columns(clause), clause.of]
    of_facilities += ["unit_id"] if clause.scope != "district" else []
    return found.opened(case.district.lacking(["population"], of_facilities))


def _of_whole_register(
    subjects: Subjects, clause: IndicatorClause, judgement: Judgement
) -> Judgement:
    """Leave a sum open where the register does not hold every facility that there is."""
    case = subjects.case
    figures = case.district.facilities.stated
    stated = stated_figure(figures, FACILITIES, clause.facility_kind)
    held = int(subjects.chosen.sure.sum())
    if stated is not None and stated.value > held:
        message = "the register holds {held} of the {stated} that the source counts"
        reason = case.district.tell(message, held=held, stated=f"{stated.value:g}")
        return judgement.overruled(OPEN, reason)
    return subjects.incomplete(judgement, clause)


def _per_resident(
    total: NDArray[np.float64], population: NDArray[np.float64], clause: IndicatorClause
) -> NDArray[np.float64]:
    """Divide by the residents; NaN where there are none."""
    unknown = np.full(len(total), np.nan)
    each: NDArray[np.float64] = np.divide(
        total * _PER[clause.quantity], population, out=unknown, where=population > 0
    )
    return each
