"""All proposals of a study side by side: what each gains, which conflict, the best affordable."""

import json
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from facility_coverage import __version__
from facility_coverage.errors import FacilityCoverageError, SchemaError
from facility_coverage.files import PROGRAM
from facility_coverage.network.shift import Landmarks, find_shift, readings
from facility_coverage.prepared import PreparedStudy
from facility_coverage.proposals.desk import Desk
from facility_coverage.proposals.others import standing_in
from facility_coverage.proposals.place import Place, place_of, places_xy
from facility_coverage.proposals.proposal import Frozen, Proposal, Told
from facility_coverage.proposals.reached import Reached, marked, reached_of
from facility_coverage.proposals.register import Proposals
from facility_coverage.proposals.sheet import StudyFacts, facts_of
from facility_coverage.siting.mclp import mclp
from facility_coverage.siting.problem import Budget, siting_problem
from facility_coverage.words import Remark

CLOSES = "closes a facility: the model only adds"
NO_COST = "says no cost"
_ONE_PERSON = 0.5
"""Fewer than half a person is the breadth of a border line: no conflict is told of it."""


class Compared(Frozen):
    """One proposal among all."""

    proposal: Proposal
    place: Place | None
    reached: float
    """People within the target."""
    reached_only: float
    """People within the target of no existing facility and no other proposal."""
    alone: float
    """People newly covered if no other were carried out; less than 0 where a closure loses more."""
    last: float
    mean: float
    """Over every order of carrying all of them out."""
    gain_by_threshold: dict[str, float]
    """If no other were carried out, at every threshold."""
    cost_per_person: float | None
    """Cost over the mean gain; None where either is lacking."""
    rank: int
    """By mean gain, 1 for the greatest; of equals the lower id comes first."""
    chosen: bool
    """Whether it is part of the best subset under the budget."""


class Conflict(Frozen):
    """Two proposals that cover the same people, or close the same facility."""

    one: str
    other: str
    both_new: float
    """People not covered now whom both would cover."""
    both_reached: float
    """All people whom both reach."""
    share: float | None
    """``both_new`` as share of the lesser of what the two would newly cover."""
    closes: tuple[str, ...]
    """Ids of facilities that both close."""


class BestSubset(Frozen):
    """The affordable proposals that together newly cover the most people."""

    budget: float
    ids: tuple[str, ...]
    cost: float
    gain: float
    bound: float
    """No affordable subset gains more."""
    status: str
    """``optimal`` where the bound proves it."""
    left_out: dict[str, str]
    """Proposals that the model cannot weigh, and why."""


class RefusedRow(Frozen):
    """A proposal that could not be compared."""

    id: str
    row: str
    reason: Told


class Comparison(Frozen):
    """All proposals of a study side by side. Equal input gives equal bytes."""

    program: str
    version: str
    study: StudyFacts
    proposals: tuple[Compared, ...]
    """By id."""
    together: float
    """People newly covered by all of them; the means add up to it."""
    method: str
    """``exact``, or ``sampled`` where orders had to be drawn."""
    conflicts: tuple[Conflict, ...]
    """The largest first."""
    best: BestSubset | None
    """None where no budget was given."""
    refused: tuple[RefusedRow, ...]
    doubts: tuple[Told, ...]
    """Why their places may not be what was meant, all taken together."""

    def to_json(self) -> str:
        """Return the comparison as JSON.

        Returns
        -------
        str
            With a line feed at its end.
        """
        value = self.model_dump(mode="json")
        return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"

    def table(self) -> pd.DataFrame:
        """Return the proposals as a table, the greatest mean gain first.

        Returns
        -------
        pandas.DataFrame
            One row each.
        """
        rows = [_row(one) for one in sorted(self.proposals, key=lambda one: one.rank)]
        return pd.DataFrame(rows)


def compare(
    prepared: PreparedStudy,
    proposals: Proposals | Sequence[Proposal],
    budget: float | None = None,
    *,
    desk: Desk | None = None,
) -> Comparison:
    """Compare all proposals of a study.

    Parameters
    ----------
    prepared
        The study.
    proposals
        A register, or proposals with ids that differ.
    budget
        Most that the best subset may cost; None looks for none.
    desk
        What earlier reviews of the same study left at hand.

    Returns
    -------
    Comparison
        A proposal that cannot be carried out is among the refused and stops no other.

    Raises
    ------
    InputError
        The budget is no amount.
    """
    desk = desk or Desk.of(prepared)
    if not isinstance(proposals, Proposals):
        proposals = Proposals("", tuple(sorted(proposals, key=lambda one: one.id)))
    sound, refused = _sorted_out(desk, proposals)
    by_threshold, snaps = reached_of(desk.measured, sound)
    reached = by_threshold[desk.measured.target]
    standing = standing_in(reached, tuple(one.id for one in sound))
    best = None if budget is None else _best_subset(sound, reached, budget)
    order = sorted(range(len(sound)), key=lambda row: (-standing.mean[row], sound[row].id))
    people, only = reached.opened @ reached.people, _reached_only(reached)
    return Comparison(
        program=PROGRAM,
        version=__version__,
        study=facts_of(desk),
        proposals=tuple(
            Compared(
                proposal=one,
                place=place_of(prepared, one, snaps[one.id]) if one.id in snaps else None,
                reached=float(people[row]),
                reached_only=float(only[row]),
                alone=standing.alone[row],
                last=standing.last[row],
                mean=standing.mean[row],
                gain_by_threshold={
                    threshold.label: each.value([row]) for threshold, each in by_threshold.items()
                },
                cost_per_person=_ratio(one.cost, standing.mean[row]),
                rank=order.index(row) + 1,
                chosen=best is not None and one.id in best.ids,
            )
            for row, one in enumerate(sound)
        ),
        together=standing.together,
        method=standing.method,
        conflicts=_conflicts(sound, reached),
        best=best,
        refused=refused,
        doubts=_doubts(prepared, proposals),
    )


def _doubts(prepared: PreparedStudy, proposals: Proposals) -> tuple[Told, ...]:
    """Hold the places of each declared system against the streets; refused ones count too."""
    landmarks, crs = Landmarks.of_streets(prepared.index), prepared.network.crs
    placed = [one for one in proposals.proposals if one.lonlat is not None]
    told = []
    for system in sorted({one.coordinates for one in placed}):
        xy = places_xy(prepared, [one for one in placed if one.coordinates == system])
        shift = find_shift(xy, system, readings(xy, crs, system), landmarks)
        if shift is not None:
            layer = proposals.source or Remark("proposals")
            told.append(Told.of(shift.remark(layer, "coordinates")))
    return tuple(told)


def _sorted_out(desk: Desk, proposals: Proposals) -> tuple[list[Proposal], tuple[RefusedRow, ...]]:
    """Return the proposals that can be carried out, and all others with the reason."""
    sound: list[Proposal] = []
    refused = [
        RefusedRow(id=one.id, row=one.row, reason=Told.of(one.reason)) for one in proposals.refused
    ]
    ids = [one.id for one in proposals.proposals]
    for one in proposals.proposals:
        try:
            if ids.count(one.id) > 1:
                msg = "two proposals share the id {id!r}; give each an id of its own"
                raise SchemaError(msg, id=one.id)
            desk.require(one)
        except FacilityCoverageError as error:
            refused.append(RefusedRow(id=one.id, row="", reason=Told.of(error)))
        else:
            sound.append(one)
    return sound, tuple(refused)


def _reached_only(reached: Reached) -> NDArray[np.float64]:
    """Return the people whom each proposal reaches, and no facility or other proposal."""
    times = np.bincount(reached.opened.indices, minlength=len(reached.people))
    only: NDArray[np.float64] = reached.opened @ np.where(times == 1, reached.uncovered, 0.0)
    return only


def _conflicts(proposals: Sequence[Proposal], reached: Reached) -> tuple[Conflict, ...]:
    """Return the pairs that newly cover the same people, or close the same facility."""
    opened = reached.opened
    new = (opened * reached.uncovered) @ opened.T
    everybody = (opened * reached.people) @ opened.T
    both_new, both_reached = new.toarray(), everybody.toarray()
    found = []
    for one, other in combinations(range(len(proposals)), 2):
        first, second = proposals[one], proposals[other]
        closes = tuple(sorted(set(first.closes) & set(second.closes)))
        shared = float(both_new[one, other])
        if shared < _ONE_PERSON and not closes:
            continue
        lesser = float(min(both_new[one, one], both_new[other, other]))
        found.append(
            Conflict(
                one=first.id,
                other=second.id,
                both_new=shared,
                both_reached=float(both_reached[one, other]),
                share=_ratio(shared, lesser),
                closes=closes,
            )
        )
    return tuple(sorted(found, key=lambda pair: (-pair.both_new, pair.one, pair.other)))


def _best_subset(proposals: Sequence[Proposal], reached: Reached, budget: float) -> BestSubset:
    """Find the affordable proposals that together newly cover the most people."""
    left_out = {one.id: reason for one in proposals if (reason := _why_left_out(one))}
    rows = [row for row, one in enumerate(proposals) if one.id not in left_out]
    covers = vstack([reached.opened[rows], marked(reached.existing)[None, :]], format="csr")
    prices = [proposals[row].cost or 0.0 for row in rows]
    problem = siting_problem(
        csr_array(covers.T),
        reached.people,
        [*(proposals[row].id for row in rows), " existing"],
        locked=[*([False] * len(rows)), True],
        site_cost=[*prices, 0.0],
    )
    solution = mclp(problem, Budget(budget), limit=1.0)
    before = float(reached.people.sum() - reached.uncovered.sum())
    return BestSubset(
        budget=budget,
        ids=tuple(sorted(proposals[rows[at]].id for at in solution.chosen.tolist())),
        cost=float(sum(prices[at] for at in solution.chosen.tolist())),
        gain=solution.objective - before,
        bound=solution.bound - before,
        status=solution.status,
        left_out=left_out,
    )


def _why_left_out(proposal: Proposal) -> str:
    """Say why the model of the best subset cannot weigh a proposal; empty where it can."""
    if proposal.closes:
        return CLOSES
    return NO_COST if proposal.cost is None else ""


def _ratio(part: float | None, whole: float) -> float | None:
    return None if part is None or whole <= 0 else part / whole


def _row(one: Compared) -> dict[str, Any]:
    """Return a proposal as a row of the table."""
    proposal, place = one.proposal, one.place
    return {
        "rank": one.rank,
        "proposal_id": proposal.id,
        "title": proposal.title,
        "proposer": proposal.proposer,
        "kind": proposal.kind,
        "unit_id": place.unit_id if place else "",
        "unit_name": place.unit_name if place else "",
        "closes": ";".join(proposal.closes),
        "mean_population": one.mean,
        "alone_population": one.alone,
        "last_population": one.last,
        **{f"gain_population_{label}": gain for label, gain in one.gain_by_threshold.items()},
        "people_reached": one.reached,
        "people_reached_only": one.reached_only,
        "cost": proposal.cost,
        "cost_per_person": one.cost_per_person,
        "chosen": one.chosen,
        "lon": proposal.lonlat[0] if proposal.lonlat else None,
        "lat": proposal.lonlat[1] if proposal.lonlat else None,
    }
