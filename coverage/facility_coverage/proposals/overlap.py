"""Whom a proposal shares with others: people reached, centres relieved, where people go."""

import numpy as np
from numpy.typing import NDArray

from facility_coverage.assessment.facility_reach import people_reached
from facility_coverage.proposals.measured import Measured
from facility_coverage.proposals.proposal import Frozen, Proposal
from facility_coverage.units import SECONDS_PER_MINUTE

_ONE_PERSON = 0.5
"""Fewer than half a person is the breadth of a border line."""


class Flow(Frozen):
    """Residents whose nearest facility is another one afterwards."""

    from_id: str
    """Empty: they reached none."""
    from_name: str
    to_id: str
    """Empty: they reach none."""
    to_name: str
    residents: float
    minutes_before: float | None
    """Their mean time; None where they reached none."""
    minutes_after: float | None


class Relieved(Frozen):
    """An existing facility that shares people with the proposal."""

    facility_id: str
    facility_name: str
    residents_before: float
    """For whom it is the nearest."""
    residents_after: float
    reached: float
    """People within the target of it."""
    only_before: float
    """People within the target of no other facility."""
    only_after: float
    redundant: bool
    """Whether everybody whom it alone reached is reached by the proposal too."""


class Overlap(Frozen):
    """What a proposal shares with the facilities that stay."""

    reached: float
    """People within the target of the proposal; 0 of a pure closure."""
    reached_only: float
    """People within the target of no other facility."""
    overlap_share: float | None
    """Share of the reached whom another facility reaches too; None where nobody is reached."""
    relieved: tuple[Relieved, ...]
    """The most relieved first."""
    flows: tuple[Flow, ...]
    """The largest first: to the proposal, and from what closes to where people go."""


def overlap_of(before: Measured, after: Measured, proposal: Proposal) -> Overlap:
    """Tell what a proposal shares with the facilities that stay.

    Parameters
    ----------
    before, after
        The study without and with the proposal alone.
    proposal
        The proposal.

    Returns
    -------
    Overlap
        At the study's target.
    """
    people, target = after.prepared.demand.population, after.target
    total, only = people_reached(after.access_to(target).od, people, target)
    own = np.flatnonzero(after.served_ids == proposal.facility_id)
    reached, reached_only = float(total[own].sum()), float(only[own].sum())
    return Overlap(
        reached=reached,
        reached_only=reached_only,
        overlap_share=1.0 - reached_only / reached if reached > 0 else None,
        relieved=_relieved(before, after, total, only),
        flows=_flows(before, after),
    )


def _relieved(
    before: Measured, after: Measured, total: NDArray[np.float64], only: NDArray[np.float64]
) -> tuple[Relieved, ...]:
    """Return the facilities that stay and lose residents, or people whom they alone reached."""
    people, target = before.prepared.demand.population, before.target
    _, had_only = people_reached(before.access_to(target).od, people, target)
    had_residents, has_residents = _residents(before), _residents(after)
    row_before = {name: row for row, name in enumerate(before.served_ids.tolist())}
    names = _names(before)
    found = []
    for row, name in enumerate(after.served_ids.tolist()):
        if name not in row_before:
            continue
        was = row_before[name]
        fewer = had_residents[was] - has_residents[row] >= _ONE_PERSON
        if not fewer and had_only[was] - only[row] < _ONE_PERSON:
            continue
        found.append(
            Relieved(
                facility_id=name,
                facility_name=names[name],
                residents_before=float(had_residents[was]),
                residents_after=float(has_residents[row]),
                reached=float(total[row]),
                only_before=float(had_only[was]),
                only_after=float(only[row]),
                redundant=bool(had_only[was] > 0 and only[row] <= 0),
            )
        )
    return tuple(
        sorted(found, key=lambda one: (one.residents_after - one.residents_before, one.facility_id))
    )


def _residents(measured: Measured) -> NDArray[np.float64]:
    """Return for how many people each facility is the nearest, and last, for whom none is."""
    people, count = measured.prepared.demand.population, len(measured.served_ids)
    nearest = np.where(measured.nearest.origin < 0, count, measured.nearest.origin)
    return np.bincount(nearest, weights=people, minlength=count + 1).astype(np.float64)


def _flows(before: Measured, after: Measured) -> tuple[Flow, ...]:
    """Return who goes elsewhere, facility by facility; only those who have a street."""
    ids = [np.append(each.served_ids, "") for each in (before, after)]
    source, goal = (
        own[each.nearest.origin] for own, each in zip(ids, (before, after), strict=True)
    )
    people = before.prepared.demand.population
    moved = (source != goal) & (people > 0)
    names = _names(before) | _names(after) | {"": ""}
    pairs = np.flatnonzero(moved)
    keys: dict[tuple[str, str], list[int]] = {}
    for row in pairs.tolist():
        keys.setdefault((source[row], goal[row]), []).append(row)
    flows = [
        Flow(
            from_id=start,
            from_name=names[start],
            to_id=end,
            to_name=names[end],
            residents=float(people[rows].sum()),
            minutes_before=_mean_minutes(before.nearest.cost[rows], people[rows]),
            minutes_after=_mean_minutes(after.nearest.cost[rows], people[rows]),
        )
        for (start, end), rows in keys.items()
    ]
    kept = [flow for flow in flows if flow.residents >= _ONE_PERSON]
    return tuple(sorted(kept, key=lambda flow: (-flow.residents, flow.from_id, flow.to_id)))


def _mean_minutes(time_s: NDArray[np.float64], people: NDArray[np.float64]) -> float | None:
    mean_s = float((time_s * people).sum() / people.sum())
    return mean_s / SECONDS_PER_MINUTE if np.isfinite(mean_s) else None


def _names(measured: Measured) -> dict[str, str]:
    table = measured.prepared.facilities.table
    return dict(zip(table["facility_id"], table["facility_name"], strict=True))
