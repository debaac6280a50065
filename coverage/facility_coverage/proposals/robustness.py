"""Whether what a proposal gains stands up: other paces, more or fewer people, the next street."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from facility_coverage.network.snapping import Snaps
from facility_coverage.proposals.measured import Measured
from facility_coverage.proposals.place import next_street
from facility_coverage.proposals.proposal import Frozen, Proposal
from facility_coverage.siting.robustness import PACES, POPULATION_SHARES
from facility_coverage.siting.situation import Situation
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import measure_access
from facility_coverage.travel.times import least_by_column

TrialName = Literal["as planned", "speed", "population", "next street"]
Covers = dict[Threshold, NDArray[np.bool_]]
"""Which demand points are within each threshold."""


class Trial(Frozen):
    """People within one threshold under another assumption."""

    name: TrialName
    value: float | None
    """The speed, or the people, as a multiple; of the next street its distance in metres."""
    threshold: str
    before: float
    after: float
    gain: float
    """After less before."""


def trials_of(before: Measured, after: Measured, proposal: Proposal) -> tuple[Trial, ...]:
    """Try what a proposal gains under other assumptions.

    Parameters
    ----------
    before, after
        The study without and with the proposal alone.
    proposal
        The proposal.

    Returns
    -------
    tuple of Trial
        For each threshold: as planned; at each pace (in minutes only); with each population; on
        the next street (where one lies within the off-street limit).
    """
    people = before.prepared.demand.population
    was, is_ = before.district.covered, after.district.covered
    trials = _trials("as planned", None, people, was, is_)
    for pace in PACES:
        slow_was, slow_is = _at_pace(before, pace), _at_pace(after, pace)
        trials += _trials("speed", pace, people, slow_was, slow_is)
    for share in POPULATION_SHARES:
        trials += _trials("population", share, people * share, was, is_)
    own = after.prepared.served.take(after.served_ids == proposal.facility_id)
    limit_m = before.prepared.study.coverage.off_street_limit_m
    moved = next_street(before.prepared.index, own, limit_m) if len(own.edge) else None
    if moved is not None:
        there = _moved(after, proposal, moved)
        trials += _trials("next street", float(moved.off_street_m[0]), people, was, there)
    return tuple(trials)


def _trials(
    name: TrialName, value: float | None, people: NDArray[np.float64], was: Covers, is_: Covers
) -> list[Trial]:
    """Count people before and after within each threshold."""
    trials = []
    for threshold, covered in is_.items():
        before, after = float(people[was[threshold]].sum()), float(people[covered].sum())
        trials.append(
            Trial(
                name=name,
                value=value,
                threshold=threshold.label,
                before=before,
                after=after,
                gain=after - before,
            )
        )
    return trials


def _at_pace(measured: Measured, pace: float) -> Covers:
    """Return who is covered within the minutes of people who are slower or faster."""
    own = measured.prepared
    tests = tuple(test for test in own.study.coverage.thresholds if test.kind == "minutes")
    if not tests:
        return {}
    situation = Situation(own.index, own.homes, own.demand.population, own.served, measured.target)
    network = situation.at_pace(pace).index.network
    access = measure_access(network, own.served, own.homes, tests)
    return {test: access.covered(test) for test in tests}


def _moved(after: Measured, proposal: Proposal, moved: Snaps) -> Covers:
    """Return who is covered with the proposal on another street."""
    prepared, others = after.prepared, np.flatnonzero(after.served_ids != proposal.facility_id)
    covers: Covers = {}
    for access in after.accesses:
        there = measure_access(prepared.network, moved, prepared.homes, access.thresholds)
        least = np.minimum(least_by_column(access.od[others]), there.least)
        covers |= {threshold: least <= threshold.limit for threshold in access.thresholds}
    return covers
