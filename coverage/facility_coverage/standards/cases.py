"""A case: one clause held against the registers of a district; which facilities it counts."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from facility_coverage.facility_words import OUTREACH_KINDS, UNKNOWN
from facility_coverage.standards.circles import Circles
from facility_coverage.standards.findings import ADVICE, FAIL, PASS, Judgement, evidence_of
from facility_coverage.standards.registers import (
    EXISTING,
    PLANNED,
    PROPOSED,
    FacilityRegister,
    UnitRegister,
)
from facility_coverage.standards.rules import (
    Clause,
    CountingClause,
    PresenceClause,
    Standard,
)
from facility_coverage.words import Language, say

ELSEWHERE, NOWHERE = -2, -1
"""Rows of facilities that stand outside every subdistrict, and whose place is unknown."""


@dataclass(frozen=True, eq=False)
class District:
    """What the clauses of all standards are held against.

    Attributes
    ----------
    units, facilities
        The registers.
    circles
        What the facilities reach; None where there is no geometry.
    unit_of
        Shape (f,), the row of the subdistrict of each facility, or ``ELSEWHERE``, ``NOWHERE``.
    language
        In which reasons are written.
    themselves
        Shape (f,), each facility as evidence of its own.
    """

    units: UnitRegister
    facilities: FacilityRegister
    circles: Circles | None
    unit_of: NDArray[np.int64]
    language: Language
    themselves: NDArray[np.object_]

    @classmethod
    def of(
        cls,
        units: UnitRegister,
        facilities: FacilityRegister,
        circles: Circles | None,
        language: Language,
    ) -> "District":
        """Find the subdistrict of each facility.

        Parameters
        ----------
        units, facilities, circles, language
            As above.

        Returns
        -------
        District
            The district.
        """
        rows = {unit_id: row for row, unit_id in enumerate(units.table["unit_id"])} | {"": NOWHERE}
        places = facilities.table["unit_id"].map(lambda unit_id: rows.get(unit_id, ELSEWHERE))
        unit_of = places.to_numpy(dtype=np.int64)
        themselves = evidence_of((name,) for name in facilities.table["facility_id"])
        return cls(units, facilities, circles, unit_of, language, themselves)

    def tell(self, message: str, **values: object) -> str:
        """Return a message of the catalogue, filled.

        Parameters
        ----------
        message
            Its id.
        **values
            What fills its holes.

        Returns
        -------
        str
            The text.
        """
        return say(message, self.language).format(**values)

    def lacking(self, of_units: list[str], of_facilities: list[str]) -> str:
        """Say which columns the registers lack.

        Parameters
        ----------
        of_units, of_facilities
            Columns that a clause needs.

        Returns
        -------
        str
            One reason; empty where every column is there.
        """
        lacking = [
            f"{register.name}: {column}"
            for register, columns in ((self.facilities, of_facilities), (self.units, of_units))
            for column in columns
            if column not in register.columns
        ]
        message = "no such column in the register: {columns}"
        return self.tell(message, columns="; ".join(lacking)) if lacking else ""


@dataclass(frozen=True, eq=False)
class Case:
    """One clause of one standard, and the district.

    Attributes
    ----------
    standard, clause
        The clause and where it stands.
    district
        What it is held against.
    """

    standard: Standard
    clause: Clause
    district: District

    def judged(self, met: NDArray[np.bool_]) -> Judgement:
        """Turn measurements into verdicts; a clause that does not bind only advises.

        Parameters
        ----------
        met
            Shape (n,), whether each subject meets the clause.

        Returns
        -------
        Judgement
            One verdict a subject.
        """
        tell, clause = self.district.tell, self.clause
        silent = np.full(len(met), "", dtype=object)
        if clause.confidence == "recall":
            meets = tell("met, but the clause is known from memory only: verify it")
            misses = tell("not met, but the clause is known from memory only: verify it")
            advice = np.full(len(met), np.int8(ADVICE))
            return Judgement(advice, np.where(met, meets, misses).astype(object))
        if clause.binding and not self.standard.superseded:
            return Judgement(np.where(met, np.int8(PASS), np.int8(FAIL)), silent)
        why = (
            tell("not met, but the standard is superseded")
            if self.standard.superseded
            else tell("not met, but only a preference")
        )
        return Judgement(
            np.where(met, np.int8(PASS), np.int8(ADVICE)), np.where(met, "", why).astype(object)
        )


@dataclass(frozen=True, eq=False)
class Counted:
    """Which facilities a clause counts.

    Attributes
    ----------
    sure, doubtful
        Shape (f,): those that count, and those of which the register does not say enough.
    """

    sure: NDArray[np.bool_]
    doubtful: NDArray[np.bool_]

    @property
    def possible(self) -> NDArray[np.bool_]:
        """Return those that count or may count."""
        return self.sure | self.doubtful


def counted(clause: CountingClause, register: FacilityRegister) -> Counted:
    """Tell which facilities a clause is about.

    Parameters
    ----------
    clause
        A clause about facilities.
    register
        The facilities.

    Returns
    -------
    Counted
        By kind, name and ownership, and by state: what exists, and for a clause about what is
        planned that too; for one about proposals the proposals alone.
    """
    states = {EXISTING}
    if clause.scope == "proposal":
        states = {PROPOSED}
    elif getattr(clause, "state", EXISTING) == "planned":
        states |= PLANNED
    chosen = counted_in_any_state(clause, register)
    status = register.table["status"]
    there = status.isin(states).to_numpy(dtype=bool)
    unknown = (status == UNKNOWN).to_numpy(dtype=bool)
    doubtful = (chosen.doubtful & there) | (chosen.possible & unknown)
    return Counted(chosen.sure & there, doubtful)


def counted_in_any_state(clause: CountingClause, register: FacilityRegister) -> Counted:
    """Tell which facilities a clause is about, whether they exist or not.

    Parameters
    ----------
    clause
        A clause about facilities.
    register
        The facilities.

    Returns
    -------
    Counted
        By kind, name and ownership.
    """
    kinds = clause.facility_kind
    if isinstance(clause, PresenceClause) and clause.outreach:
        kinds = (*kinds, *OUTREACH_KINDS)
    kind = register.table["kind"]
    unknown = (kind == UNKNOWN).to_numpy(dtype=bool)
    wrong = ~kind.isin(kinds).to_numpy(dtype=bool) & ~unknown
    if clause.name_contains:
        wrong = wrong | ~_containing(register.table["facility_name"], clause.name_contains)
    if isinstance(clause, PresenceClause) and clause.condition is not None:
        answers = register.answers(clause.condition)
        wrong = wrong | (answers == 0)
        unknown = unknown | (answers < 0)
    if clause.ownership:
        owner = register.table["ownership"]
        unstated = (owner == UNKNOWN).to_numpy(dtype=bool)
        wrong = wrong | (~owner.isin(clause.ownership).to_numpy(dtype=bool) & ~unstated)
        unknown = unknown | unstated
    return Counted(~wrong & ~unknown, ~wrong & unknown)


def needed_columns(clause: CountingClause) -> list[str]:
    """Return the columns that tell which facilities a clause counts.

    Parameters
    ----------
    clause
        A clause about facilities.

    Returns
    -------
    list of str
        Columns of the register of facilities.
    """
    columns = ["kind"]
    columns += ["facility_name"] if clause.name_contains else []
    columns += ["ownership"] if clause.ownership else []
    if isinstance(clause, PresenceClause) and clause.condition is not None:
        columns.append(clause.condition)
    return columns


def bounds(least: float | None, most: float | None) -> str:
    """Write the bounds of a clause, as ``>= 5000, <= 10000``.

    Parameters
    ----------
    least, most
        Either may be None.

    Returns
    -------
    str
        The text.
    """
    signs = ((">=", least), ("<=", most))
    return ", ".join(f"{sign} {value:.15g}" for sign, value in signs if value is not None)


def side(values: NDArray[np.float64], least: float | None, most: float | None) -> NDArray[np.int8]:
    """Tell on which side of inclusive bounds values lie.

    Parameters
    ----------
    values
        Shape (n,).
    least, most
        Either may be None.

    Returns
    -------
    ndarray of int8
        -1 below, 0 within, 1 above.
    """
    below = values < (-np.inf if least is None else least)
    above = values > (np.inf if most is None else most)
    return above.astype(np.int8) - below.astype(np.int8)


def _containing(names: pd.Series, pieces: tuple[str, ...]) -> NDArray[np.bool_]:
    """Tell which names contain one of some pieces of text; the pieces are never patterns."""
    found = [names.str.contains(piece, regex=False).to_numpy(dtype=bool) for piece in pieces]
    contains: NDArray[np.bool_] = np.any(found, axis=0)
    return contains
