"""Holds clauses against a district: one finding per clause and subdistrict or facility."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from facility_coverage.errors import InputError
from facility_coverage.standards.cases import Case, District
from facility_coverage.standards.circles import Circles
from facility_coverage.standards.facility_clauses import measure, siting
from facility_coverage.standards.findings import ADVICE, Found, Judgement, findings_table
from facility_coverage.standards.per_resident import indicator, residents
from facility_coverage.standards.presence import presence
from facility_coverage.standards.reach import reach
from facility_coverage.standards.registers import FacilityRegister, UnitRegister
from facility_coverage.standards.rules import (
    GuidanceClause,
    IndicatorClause,
    MeasureClause,
    PresenceClause,
    ReachClause,
    ResidentsClause,
    SitingClause,
    Standard,
)
from facility_coverage.words import Language


def check(
    standards: Iterable[Standard],
    units: UnitRegister,
    facilities: FacilityRegister,
    circles: Circles | None = None,
    language: Language = "en",
) -> pd.DataFrame:
    """Judge a district by every clause of some standards.

    Parameters
    ----------
    standards
        The standards, in the order of the findings.
    units
        The subdistricts.
    facilities
        The facilities.
    circles
        What the facilities reach; without it clauses on circles are not assessable.
    language
        In which reasons are written.

    Returns
    -------
    pandas.DataFrame
        The columns ``findings.COLUMNS``, by standard, clause, then id. What the registers do not
        say is ``not_assessable``, never ``pass``.

    Raises
    ------
    InputError
        Two of the standards share an id.
    """
    standards = tuple(standards)
    ids = [standard.id for standard in standards]
    repeated = sorted({name for name in ids if ids.count(name) > 1})
    if repeated:
        msg = "standards: two share the id {ids}; rename one in its rule file"
        raise InputError(msg, ids=", ".join(repeated))
    district = District.of(units, facilities, circles, language)
    found = (
        (standard, clause, _JUDGES[type(clause)](Case(standard, clause, district), clause))
        for standard in standards
        for clause in standard.clauses
    )
    return findings_table(found, units.table, facilities.table, district.unit_of)


def _shown(case: Case, _clause: GuidanceClause) -> Found:
    """Show a sentence that no program can measure, once for the whole district."""
    reason = case.district.tell("for people to weigh: no program can measure it")
    advice = Judgement(np.array([ADVICE], dtype=np.int8), np.array([reason], dtype=object))
    return Found.of_units(np.array([-1]), advice, np.array([np.nan]), "", [()])


_JUDGES: dict[type, Callable[[Case, Any], Found]] = {
    PresenceClause: presence,
    ResidentsClause: residents,
    MeasureClause: measure,
    ReachClause: reach,
    SitingClause: siting,
    IndicatorClause: indicator,
    GuidanceClause: _shown,
}
"""Who judges a clause, by what it measures."""
