"""Where two standards ask for what cannot both be had: shown, never resolved."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import pandas as pd

from facility_coverage.standards.cases import bounds
from facility_coverage.standards.findings import subject_ids, subject_names
from facility_coverage.standards.rules import (
    Clause,
    IndicatorClause,
    MeasureClause,
    ResidentsClause,
    Standard,
)

Bounded = MeasureClause | ResidentsClause | IndicatorClause


@dataclass(frozen=True)
class Conflict:
    """Two clauses of two standards: the least of one is no less than the most of the other.

    Attributes
    ----------
    quantity
        What both bound.
    facility_kind
        Kinds of facilities that both are about.
    at_least, at_most
        Standard and clause that ask for more, and for less.
    least, most
        The bounds, such as ``>= 50``; equal numbers leave exactly one value.
    subjects
        Ids of the facilities or subdistricts that both judge, sorted.
    names
        Their names.
    quotes
        Their sentences.
    """

    quantity: str
    facility_kind: tuple[str, ...]
    at_least: tuple[str, str]
    at_most: tuple[str, str]
    least: str
    most: str
    subjects: tuple[str, ...]
    names: tuple[str, ...]
    quotes: tuple[str, str]


def conflicts(standards: Iterable[Standard], findings: pd.DataFrame) -> tuple[Conflict, ...]:
    """Find the clauses of different standards that contradict each other.

    Parameters
    ----------
    standards
        What was held against the district.
    findings
        From ``checker.check``.

    Returns
    -------
    tuple of Conflict
        In the order of the standards; one that no subject of the district has is left out.
    """
    bounded = [
        (standard, clause)
        for standard in standards
        for clause in standard.clauses
        if isinstance(clause, Bounded)
    ]
    return tuple(
        conflict
        for more, less in product(bounded, bounded)
        if more[0].id != less[0].id and _contradict(more[1], less[1])
        and (conflict := _conflict(more, less, findings)).subjects
    )  # fmt: skip


def conflict_table(found: Iterable[Conflict]) -> pd.DataFrame:
    """Return conflicts as a table; several ids and names stand in one text, joined by ``; ``.

    Parameters
    ----------
    found
        From ``conflicts``.

    Returns
    -------
    pandas.DataFrame
        See ``StudyResult.conflicts``.
    """
    columns = [
        "quantity", "facility_kind", "standard_at_least", "clause_at_least", "standard_at_most",
        "clause_at_most", "least", "most", "subjects", "names", "quote_at_least", "quote_at_most",
    ]  # fmt: skip
    rows = [
        (
            conflict.quantity,
            "; ".join(conflict.facility_kind),
            *conflict.at_least,
            *conflict.at_most,
            conflict.least,
            conflict.most,
            "; ".join(conflict.subjects),
            "; ".join(conflict.names),
            *conflict.quotes,
        )
        for conflict in found
    ]
    return pd.DataFrame(rows, columns=columns)


def _contradict(more: Bounded, less: Bounded) -> bool:
    """Tell whether one asks for at least what the other allows at most."""
    if more.min is None or less.max is None or more.min < less.max:
        return False
    kinds = {*more.facility_kind} & {*less.facility_kind}
    same = (more.scope, more.quantity) == (less.scope, less.quantity)
    return bool(kinds) and same and _read(more) == _read(less)


def _read(clause: Bounded) -> str:
    """Return what else two clauses have to share: the state, or the column that is summed."""
    return clause.of if isinstance(clause, IndicatorClause) else clause.state


def _conflict(
    more: tuple[Standard, Bounded], less: tuple[Standard, Bounded], findings: pd.DataFrame
) -> Conflict:
    kinds = tuple(kind for kind in more[1].facility_kind if kind in less[1].facility_kind)
    names = _judged(*more, findings)
    both = sorted(names.keys() & _judged(*less, findings).keys())
    return Conflict(
        quantity=more[1].quantity,
        facility_kind=kinds,
        at_least=(more[0].id, more[1].id),
        at_most=(less[0].id, less[1].id),
        least=bounds(more[1].min, None),
        most=bounds(None, less[1].max),
        subjects=tuple(both),
        names=tuple(names[subject] for subject in both),
        quotes=(more[1].quote, less[1].quote),
    )


def _judged(standard: Standard, clause: Clause, findings: pd.DataFrame) -> dict[str, str]:
    """Return what a clause judged: id to name."""
    own = findings[(findings["standard_id"] == standard.id) & (findings["clause_id"] == clause.id)]
    return dict(zip(subject_ids(own), subject_names(own), strict=True))
