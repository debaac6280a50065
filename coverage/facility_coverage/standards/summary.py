"""What the findings of a clause come to in the whole district."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from facility_coverage.standards.checker import Finding, Verdict, counts, lacking_column
from facility_coverage.standards.registers import FacilityRegister, UnitRegister
from facility_coverage.standards.rules import Clause, MeasureClause, ResidentsClause, Standard


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
        Ids of the subdistricts or facilities that fail, sorted.
    failing_population, failing_share
        Residents of the subdistricts that fail, and their share of all residents (0 to 1); None
        for a clause about facilities or where the register states no residents.
    facilities_counted
        Facilities of the register that a clause about subdistricts counts; None for others or
        where the register lacks a column.
    facilities_needed
        For a clause on residents per facility: residents / max, rounded up in each subdistrict,
        summed; None for others or where the register states no residents.
    reasons
        Why some findings are neither ``pass`` nor ``fail``, each reason once.
    """

    standard_id: str
    clause_id: str
    quantity: str
    verdicts: dict[Verdict, int]
    failing: tuple[str, ...]
    failing_population: float | None
    failing_share: float | None
    facilities_counted: int | None
    facilities_needed: int | None
    reasons: tuple[str, ...]


def summarize(
    standards: Iterable[Standard],
    units: UnitRegister,
    facilities: FacilityRegister,
    findings: Iterable[Finding],
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
    by_clause: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        by_clause.setdefault((finding.standard_id, finding.clause_id), []).append(finding)
    summaries = []
    for standard in standards:
        for clause in standard.clauses:
            found = by_clause.get((standard.id, clause.id), [])
            verdicts = Counter(finding.verdict for finding in found)
            failing = [f.facility_id or f.unit_id for f in found if f.verdict == "fail"]
            people, share = _people(clause, units, frozenset(failing))
            summaries.append(
                ClauseSummary(
                    standard_id=standard.id,
                    clause_id=clause.id,
                    quantity=clause.quantity,
                    verdicts={verdict: verdicts[verdict] for verdict in get_args(Verdict)},
                    failing=tuple(failing),
                    failing_population=people,
                    failing_share=share,
                    facilities_counted=_counted(clause, units, facilities),
                    facilities_needed=_needed(clause, units),
                    reasons=tuple(dict.fromkeys(f.reason for f in found if f.reason)),
                )
            )
    return tuple(summaries)


def _people(
    clause: Clause, units: UnitRegister, failing: frozenset[str]
) -> tuple[float | None, float | None]:
    """Return the residents of the failing subdistricts, and their share of all residents."""
    if isinstance(clause, MeasureClause) or "population" not in units.columns:
        return None, None
    total = sum(unit.population or 0 for unit in units.units)
    people = sum(unit.population or 0 for unit in units.units if unit.unit_id in failing)
    return people, people / total if total else None


def _counted(clause: Clause, units: UnitRegister, facilities: FacilityRegister) -> int | None:
    if isinstance(clause, MeasureClause) or lacking_column(clause, units, facilities):
        return None
    return sum(counts(clause, facility) is True for facility in facilities.facilities)


def _needed(clause: Clause, units: UnitRegister) -> int | None:
    if not isinstance(clause, ResidentsClause) or "population" not in units.columns:
        return None
    return sum(math.ceil((unit.population or 0) / clause.max) for unit in units.units)
