"""What a proposal changes: who gains and loses cover, how long people walk, whose verdict flips."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from facility_coverage.proposals.measured import Measured
from facility_coverage.proposals.proposal import Frozen
from facility_coverage.result import FLAGS
from facility_coverage.standards.changes import changed_verdicts
from facility_coverage.thresholds import Threshold
from facility_coverage.units import SECONDS_PER_MINUTE

MEDIAN, P90 = 0.5, 0.9


class Covered(Frozen):
    """Some people, and how many of them are within a threshold."""

    population: float
    before: float
    after: float
    gained: float
    """Newly covered."""
    lost: float
    """No longer covered."""

    @property
    def net(self) -> float:
        """Return after less before."""
        return self.after - self.before


class ThresholdChange(Frozen):
    """Who is within one threshold, before and after."""

    threshold: str
    people: Covered
    older: Covered | None
    """Those of 60 and over; None where the study does not count them."""


class UnitChange(ThresholdChange):
    """The same in one subdistrict; ``outside`` is everybody outside all of them."""

    unit_id: str
    unit_name: str


class TimeChange(Frozen):
    """How long residents with a street take to the nearest facility, weighted by people."""

    median_before_s: float | None
    """None where that resident reaches no facility at all."""
    median_after_s: float | None
    p90_before_s: float | None
    p90_after_s: float | None
    saved_person_minutes: float
    """Summed over those who reach a facility before and after; negative where they walk longer."""


class Flip(Frozen):
    """A verdict on a subdistrict, or the district, that is another one afterwards."""

    unit_id: str
    """Empty for the whole district."""
    unit_name: str
    what: Literal["flag", "clause"]
    name: str
    """The flag, or ``standard: clause``."""
    before: str
    after: str


class Change(Frozen):
    """What a proposal changes."""

    total: tuple[ThresholdChange, ...]
    units: tuple[UnitChange, ...]
    """By threshold, then subdistrict; the last one of each threshold is ``outside``."""
    time: TimeChange
    flips: tuple[Flip, ...]


def change_of(before: Measured, after: Measured) -> Change:
    """Compare a study with the same study after proposals.

    Parameters
    ----------
    before, after
        On the same people and subdistricts.

    Returns
    -------
    Change
        ``before`` and ``after`` are the figures of two whole runs, to the last bit.
    """
    thresholds = before.prepared.study.coverage.thresholds
    by_threshold = {threshold: _units(before, after, threshold) for threshold in thresholds}
    return Change(
        total=tuple(
            ThresholdChange(
                threshold=threshold.label,
                people=_summed([unit.people for unit in units]),
                older=_summed_older(units),
            )
            for threshold, units in by_threshold.items()
        ),
        units=tuple(unit for units in by_threshold.values() for unit in units),
        time=_time_change(before, after),
        flips=(*_flag_flips(before, after), *_clause_flips(before, after)),
    )


def weighted_quantile(
    values: NDArray[np.float64], weight: NDArray[np.float64], share: float
) -> float:
    """Return the least value that a share of the weight does not exceed.

    Parameters
    ----------
    values
        Shape (n,); inf sorts last.
    weight
        Shape (n,), not negative, together more than 0.
    share
        0 to 1.

    Returns
    -------
    float
        The least v with the weight of values <= v at least ``share`` of the whole; inf of none.
    """
    if not len(values):
        return np.inf
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    at = int(np.searchsorted(reached, share * reached[-1], side="left"))
    return float(values[order[at]])


def _units(before: Measured, after: Measured, threshold: Threshold) -> list[UnitChange]:
    """Return the change of each subdistrict and, last, outside all."""
    demand, table = before.prepared.demand, before.district.units
    was, is_ = before.district.covered[threshold], after.district.covered[threshold]
    ids, names = table["unit_id"].tolist(), table["unit_name"].tolist()
    counted = {"people": demand.population} | (
        {} if demand.older is None else {"older": demand.older}
    )
    columns = {
        who: [
            demand.by_unit(people * whom).tolist()
            for whom in (np.ones(len(was)), was, is_, is_ & ~was, was & ~is_)
        ]
        for who, people in counted.items()
    }
    changes = {
        who: [
            Covered(population=whole, before=a, after=b, gained=gained, lost=lost)
            for whole, a, b, gained, lost in zip(*figures, strict=True)
        ]
        for who, figures in columns.items()
    }
    older = changes.get("older", [None] * len(ids))
    return [
        UnitChange(
            threshold=threshold.label, people=people, older=old, unit_id=unit_id, unit_name=name
        )
        for unit_id, name, people, old in zip(ids, names, changes["people"], older, strict=True)
    ]


def _summed(parts: list[Covered]) -> Covered:
    """Add subdistricts up, in their order, as the totals of a run are."""
    columns = {
        name: float(np.array([getattr(part, name) for part in parts]).sum())
        for name in Covered.model_fields
    }
    return Covered(**columns)


def _summed_older(units: list[UnitChange]) -> Covered | None:
    older = [unit.older for unit in units if unit.older is not None]
    return _summed(older) if older else None


def _time_change(before: Measured, after: Measured) -> TimeChange:
    own = before.prepared
    counted = own.homes.found & (own.demand.population > 0)
    people = own.demand.population[counted]
    was, is_ = before.nearest.cost[counted], after.nearest.cost[counted]
    both = np.isfinite(was) & np.isfinite(is_)
    saved_s = float((people[both] * (was[both] - is_[both])).sum())

    def quantile(times_s: NDArray[np.float64], share: float) -> float | None:
        value = weighted_quantile(times_s, people, share)
        return value if np.isfinite(value) else None

    return TimeChange(
        median_before_s=quantile(was, MEDIAN),
        median_after_s=quantile(is_, MEDIAN),
        p90_before_s=quantile(was, P90),
        p90_after_s=quantile(is_, P90),
        saved_person_minutes=saved_s / SECONDS_PER_MINUTE,
    )


def _flag_flips(before: Measured, after: Measured) -> list[Flip]:
    """Return the flags that a subdistrict gains or loses."""
    was, is_ = before.district.units, after.district.units
    columns = (was["unit_id"], was["unit_name"], was["flags"], is_["flags"])
    flips: list[Flip] = []
    for unit_id, name, old, new in zip(*(column.tolist() for column in columns), strict=True):
        had, has = set(old.split(";")), set(new.split(";"))
        flips.extend(
            Flip(
                unit_id=unit_id,
                unit_name=name,
                what="flag",
                name=flag,
                before="raised" if flag in had else "not raised",
                after="raised" if flag in has else "not raised",
            )
            for flag in FLAGS
            if (flag in had) != (flag in has)
        )
    return flips


def _clause_flips(before: Measured, after: Measured) -> list[Flip]:
    """Return the clauses on subdistricts and the district whose verdict is another."""
    was, is_ = (each.findings[each.findings["facility_id"] == ""] for each in (before, after))
    changed = changed_verdicts(was, is_)
    return [
        Flip(
            unit_id=row["unit_id"],
            unit_name=row["unit_name"],
            what="clause",
            name=f"{row['standard_id']}: {row['clause_id']}",
            before=row["verdict_before"],
            after=row["verdict_after"],
        )
        for row in changed.to_dict("records")
    ]
