"""What a clause judges: each subdistrict or the whole district; and the facilities of each."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from facility_coverage.standards.cases import NOWHERE, Case, Counted, counted
from facility_coverage.standards.findings import OPEN, PASS, Found, Judgement
from facility_coverage.standards.rules import IndicatorClause, PresenceClause, ResidentsClause
from facility_coverage.standards.stated import (
    FACILITIES,
    StatedFigure,
    stated_figure,
    stated_part,
)

UnitClause = PresenceClause | ResidentsClause | IndicatorClause


@dataclass(frozen=True, eq=False)
class Subjects:
    """Subdistricts, or the whole district as one, and the facilities that a clause counts there.

    Attributes
    ----------
    case
        The clause and the district.
    unit
        Shape (n,), rows of the register of subdistricts; -1 for the district.
    population
        Shape (n,), NaN where unknown.
    of_facility
        Shape (f,), the subject of each facility, negative for none.
    chosen
        The facilities that count and are in the clause's state.
    stated
        How many of them a source counts in the district, where it says so.
    """

    case: Case
    unit: NDArray[np.int64]
    population: NDArray[np.float64]
    of_facility: NDArray[np.int64]
    chosen: Counted
    stated: StatedFigure | None

    @classmethod
    def of(cls, case: Case, clause: UnitClause) -> "Subjects":
        """Return the subjects of a clause by its scope.

        Parameters
        ----------
        case, clause
            What is judged.

        Returns
        -------
        Subjects
            In the order of the register.
        """
        district = case.district
        chosen = counted(clause, district.facilities)
        people = district.units.table["population"].to_numpy(dtype=float)
        if clause.scope != "district":
            return cls(case, np.arange(len(people)), people, district.unit_of, chosen, None)
        everywhere = np.zeros(len(district.unit_of), dtype=np.int64)
        total = np.array([people.sum()])
        stated = _stated(case, clause, int(chosen.sure.sum()))
        return cls(case, np.array([-1]), total, everywhere, chosen, stated)

    def count(self, facilities: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Count some facilities of each subject.

        Parameters
        ----------
        facilities
            Shape (f,), which of them.

        Returns
        -------
        ndarray of int64
            Shape (n,).
        """
        here = self.of_facility[facilities & (self.of_facility >= 0)]
        return np.bincount(here, minlength=len(self.unit))

    @property
    def least(self) -> NDArray[np.int64]:
        """Return how many there are for sure; what a source states for the district counts."""
        return self.count(self.chosen.sure) if self.stated is None else self._stated_count

    @property
    def most(self) -> NDArray[np.int64]:
        """Return how many there may be: doubtful ones too, and those whose place is unknown."""
        if self.stated is not None:
            return self._stated_count
        nowhere = self.chosen.possible & (self.of_facility == NOWHERE)
        return self.count(self.chosen.possible) + int(nowhere.sum())

    @property
    def _stated_count(self) -> NDArray[np.int64]:
        return np.array([0 if self.stated is None else int(self.stated.value)])

    def ids(self, facilities: NDArray[np.bool_]) -> list[tuple[str, ...]]:
        """Return the ids of some facilities of each subject, sorted.

        Parameters
        ----------
        facilities
            Shape (f,), which of them.

        Returns
        -------
        list of tuple of str
            One tuple a subject.
        """
        rows = np.flatnonzero(facilities & (self.of_facility >= 0))
        return grouped(self.case, self.of_facility[rows], rows, len(self.unit))

    def doubted(self, judgement: Judgement, turned: NDArray[np.bool_]) -> Judgement:
        """Leave open what the doubtful facilities would turn over.

        Parameters
        ----------
        judgement
            On what is sure.
        turned
            Shape (n,), where what is possible would make another verdict.

        Returns
        -------
        Judgement
            A copy; the reasons name the facilities.
        """
        if not turned.any():
            return judgement
        names = self.case.district.facilities.table["facility_id"].to_numpy(dtype=object)
        anywhere = names[self.chosen.possible & (self.of_facility == NOWHERE)].tolist()
        message = "kind, ownership or subdistrict not stated: {ids}"
        reasons = [
            self.case.district.tell(message, ids="; ".join([*ids, *anywhere]))
            for ids in self.ids(self.chosen.doubtful)
        ]
        return judgement.replaced(turned, OPEN, np.array(reasons, dtype=object))

    def incomplete(self, judgement: Judgement, clause: UnitClause) -> Judgement:
        """Leave open where the register does not list every facility of the clause's kinds.

        Parameters
        ----------
        judgement
            On what the register lists.
        clause
            The clause.

        Returns
        -------
        Judgement
            A copy; a pass stays one.
        """
        if not self._listed(clause):
            message = "the register lists no facility of that kind at all: {kinds}"
            kinds = ", ".join(clause.facility_kind)
            return judgement.overruled(OPEN, self.case.district.tell(message, kinds=kinds))
        units = self.case.district.units
        if self.stated is not None or "complete_kinds" not in units.columns:
            return judgement
        listed = [set(text.split("|")) for text in units.table["complete_kinds"]]
        partial = np.array([not kinds >= {*clause.facility_kind} for kinds in listed], dtype=bool)
        partial = partial if clause.scope != "district" else np.array([partial.any()])
        message = "the register does not list every facility of that kind here: {kinds}"
        reason = self.case.district.tell(message, kinds=", ".join(clause.facility_kind))
        return judgement.replaced(partial & (judgement.verdict != PASS), OPEN, reason)

    def _listed(self, clause: UnitClause) -> bool:
        """Tell whether the register has any facility of those kinds, or says that it has all."""
        district = self.case.district
        complete = "|".join(district.units.table["complete_kinds"]).split("|")
        kinds = {*clause.facility_kind}
        listed = district.facilities.table["kind"].isin(kinds).any()
        return bool(listed) or self.stated is not None or not kinds.isdisjoint(complete)

    def quoted(self, judgement: Judgement) -> Judgement:
        """Add where a stated count comes from.

        Parameters
        ----------
        judgement
            The verdicts.

        Returns
        -------
        Judgement
            A copy, or the same where nothing is stated.
        """
        return judgement if self.stated is None else quoted(self.case, judgement, self.stated)


def _stated(case: Case, clause: UnitClause, held: int) -> StatedFigure | None:
    """Return how many facilities a source counts, where the register holds no more.

    For presence a figure of some of the kinds is enough: there can only be more.
    """
    if clause.ownership or clause.name_contains:
        return None
    find = stated_part if isinstance(clause, PresenceClause) else stated_figure
    stated = find(case.district.facilities.stated, FACILITIES, clause.facility_kind)
    return stated if stated is not None and stated.value >= held else None


def quoted(case: Case, judgement: Judgement, stated: StatedFigure) -> Judgement:
    """Add where a stated figure comes from.

    Parameters
    ----------
    case
        The clause and the district.
    judgement
        The verdicts.
    stated
        The figure.

    Returns
    -------
    Judgement
        A copy.
    """
    message = "stated for the district: {value} (“{quote}”)"
    value = f"{stated.value:g}"
    return judgement.with_remark(case.district.tell(message, value=value, quote=stated.quote))


def grouped(
    case: Case, subject: NDArray[np.int64], facility: NDArray[np.int64], subjects: int
) -> list[tuple[str, ...]]:
    """Return the ids of facilities subject by subject, sorted.

    Parameters
    ----------
    case
        Says the facilities.
    subject, facility
        Pairs of rows.
    subjects
        Number of subjects.

    Returns
    -------
    list of tuple of str
        One tuple a subject.
    """
    names = case.district.facilities.table["facility_id"].to_numpy(dtype=object)
    order = np.lexsort((facility, subject))
    ends = np.searchsorted(subject[order], np.arange(subjects + 1))
    ids = names[facility[order]].tolist()
    return [tuple(ids[a:b]) for a, b in pairwise(ends.tolist())]


def of_kind(case: Case, kinds: tuple[str, ...], found: Found) -> Found:
    """Keep the subdistricts of the kinds that a clause is about, and those of unknown kind.

    Parameters
    ----------
    case
        The clause and the district.
    kinds
        Words of the column ``unit_kind``; without any every subdistrict is kept.
    found
        What was found about all subdistricts.

    Returns
    -------
    Found
        A copy; of a subdistrict of unknown kind nothing is said.
    """
    if not kinds or "unit_kind" not in case.district.units.columns:
        return found
    words = case.district.units.table["unit_kind"]
    wanted = words.isin([kind.lower() for kind in kinds]).to_numpy(dtype=bool)
    unknown = (words == "").to_numpy(dtype=bool)
    reason = case.district.tell("the register leaves {column} open", column="unit_kind")
    judgement = found.judgement.replaced(unknown, OPEN, reason)
    return replace(found, judgement=judgement).where(wanted | unknown)
