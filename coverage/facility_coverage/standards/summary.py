"""What the findings of a clause come to in the whole district."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from facility_coverage.standards.cases import counted, needed_columns
from facility_coverage.standards.findings import VERDICTS, subject_ids, subject_names
from facility_coverage.standards.registers import FacilityRegister, UnitRegister
from facility_coverage.standards.rules import (
    Clause,
    GuidanceClause,
    PresenceClause,
    ResidentsClause,
    Standard,
)
from facility_coverage.standards.stated import FACILITIES, StatedFigure, stated_part


@dataclass(frozen=True)
class ClauseSummary:
    """What one clause found in the whole district.

    Attributes
    ----------
    standard_id, clause_id, quantity
        The clause.
    verdicts
        Number of findings of each verdict.
    failing
        Ids of the subdistricts or facilities that fail, sorted; ``district`` for the whole.
    failing_names
        Their names.
    failing_population, failing_share
        Residents of the subdistricts that fail, and their share of all residents (0 to 1); None
        for a clause about facilities or where the register states no residents.
    facilities_counted
        Facilities of the register that a clause about subdistricts counts; None for others or
        where the register lacks a column.
    facilities_stated
        How many of them a source counts in the district without naming them, and its sentence;
        None where none does.
    facilities_needed
        For a clause on residents per facility: residents / max, rounded up in each subdistrict,
        summed; None for others or where the register states no residents.
    reasons
        Why findings are as they are, each reason once.
    """

    standard_id: str
    clause_id: str
    quantity: str
    verdicts: dict[str, int]
    failing: tuple[str, ...]
    failing_names: tuple[str, ...]
    failing_population: float | None
    failing_share: float | None
    facilities_counted: int | None
    facilities_stated: StatedFigure | None
    facilities_needed: int | None
    reasons: tuple[str, ...]


def summarize(
    standards: Iterable[Standard],
    units: UnitRegister,
    facilities: FacilityRegister,
    findings: pd.DataFrame,
) -> tuple[ClauseSummary, ...]:
    """Gather findings clause by clause.

    Parameters
    ----------
    standards, units, facilities
        What was checked.
    findings
        What ``check`` found in it.

    Returns
    -------
    tuple of ClauseSummary
        One per clause, in the order of the standards.
    """
    by_clause = dict(iter(findings.groupby(["standard_id", "clause_id"], sort=False)))
    nothing = findings.iloc[:0]
    return tuple(
        _summary(
            standard, clause, units, facilities, by_clause.get((standard.id, clause.id), nothing)
        )
        for standard in standards
        for clause in standard.clauses
    )


def _summary(
    standard: Standard,
    clause: Clause,
    units: UnitRegister,
    facilities: FacilityRegister,
    found: pd.DataFrame,
) -> ClauseSummary:
    """Gather the findings of one clause."""
    verdicts = found["verdict"].value_counts()
    fails = found[found["verdict"] == "fail"]
    people, share = _people(clause, units, fails["unit_id"])
    return ClauseSummary(
        standard_id=standard.id,
        clause_id=clause.id,
        quantity=clause.quantity,
        verdicts={verdict: int(verdicts.get(verdict, 0)) for verdict in VERDICTS},
        failing=subject_ids(fails),
        failing_names=subject_names(fails),
        failing_population=people,
        failing_share=share,
        facilities_counted=_counted(clause, facilities),
        facilities_stated=_stated(clause, facilities),
        facilities_needed=_needed(clause, units),
        reasons=tuple(dict.fromkeys(reason for reason in found["reason"] if reason)),
    )


def _people(
    clause: Clause, units: UnitRegister, failing: pd.Series
) -> tuple[float | None, float | None]:
    """Return the residents of the failing subdistricts, and their share of all residents."""
    population = units.table["population"]
    guidance = isinstance(clause, GuidanceClause)
    if clause.scope != "subdistrict" or guidance or population.isna().any():
        return None, None
    total = _whole(population.sum())
    people = _whole(population[units.table["unit_id"].isin(failing)].sum())
    return people, people / total if total else None


def _counted(clause: Clause, facilities: FacilityRegister) -> int | None:
    if not isinstance(clause, PresenceClause | ResidentsClause):
        return None
    columns = [*needed_columns(clause), *(["unit_id"] if clause.scope != "district" else [])]
    if not facilities.columns.issuperset(columns):
        return None
    return int(counted(clause, facilities).sure.sum())


def _stated(clause: Clause, facilities: FacilityRegister) -> StatedFigure | None:
    if not isinstance(clause, PresenceClause | ResidentsClause) or clause.ownership:
        return None
    return stated_part(facilities.stated, FACILITIES, clause.facility_kind)


def _needed(clause: Clause, units: UnitRegister) -> int | None:
    population = units.table["population"].to_numpy(dtype=float)
    if not isinstance(clause, ResidentsClause) or not clause.max or np.isnan(population).any():
        return None
    return int(np.ceil(population / clause.max).sum())


def _whole(value: float) -> float:
    """Return whole persons as a whole number."""
    number = float(value)
    return int(number) if number.is_integer() else number
