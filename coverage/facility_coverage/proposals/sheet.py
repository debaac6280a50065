"""The review sheet: all that a reviewer needs to say yes, no or move it, as one frozen value."""

import json
from collections.abc import Sequence

import numpy as np

from facility_coverage import __version__
from facility_coverage.files import PROGRAM
from facility_coverage.network.snapping import Snaps
from facility_coverage.prepared import PreparedStudy
from facility_coverage.proposals.change import Change, change_of
from facility_coverage.proposals.desk import Desk
from facility_coverage.proposals.measured import Measured
from facility_coverage.proposals.others import Standing, standing_of
from facility_coverage.proposals.overlap import Overlap, overlap_of
from facility_coverage.proposals.place import Place, misread, place_of
from facility_coverage.proposals.proposal import Frozen, Proposal, Told
from facility_coverage.proposals.rank import (
    Alternatives,
    BestSet,
    Rank,
    best_set_of,
    rank_of,
)
from facility_coverage.proposals.robustness import Trial, trials_of
from facility_coverage.proposals.rules import RuleVerdict, rules_of
from facility_coverage.proposals.sources import Source
from facility_coverage.siting.site_rules import CAUSES, held_by_place
from facility_coverage.units import METRES_PER_KILOMETRE, SECONDS_PER_HOUR


class StudyFacts(Frozen):
    """The study that a proposal was held against."""

    name: str
    synthetic: str | None
    """What in it is made up."""
    crs: str
    profile: str
    speed_kph: float
    """Off the streets; of a profile with a single speed, everywhere."""
    thresholds: tuple[str, ...]
    target: str
    target_share: float
    population: float
    facilities: int
    standards: tuple[str, ...]
    sources: dict[str, Source]
    """The files that were read, by role."""
    settings_sha256: str


class ReviewSheet(Frozen):
    """What a proposal would change, and how good its place is. Equal input gives equal bytes."""

    program: str
    version: str
    study: StudyFacts
    proposal: Proposal
    others: tuple[Proposal, ...]
    """The other pending proposals, by id."""
    place: Place | None
    """None of a pure closure."""
    doubts: tuple[Told, ...]
    """Why its place may not be what was meant."""
    held: tuple[str, ...]
    """Keys of ``siting.site_rules.CAUSES``: rules of the study's ``[siting]`` that it breaks."""
    change: Change
    overlap: Overlap
    standing: Standing
    rank: Rank | None
    """None of a pure closure."""
    best_set: BestSet | None
    """None where nothing is opened."""
    trials: tuple[Trial, ...]
    rules: tuple[RuleVerdict, ...]

    def to_json(self) -> str:
        """Return the sheet as JSON.

        Returns
        -------
        str
            With a line feed at its end; ``ReviewSheet.model_validate_json`` reads it back.
        """
        value = self.model_dump(mode="json")
        return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def review(
    prepared: PreparedStudy,
    proposal: Proposal,
    others: Sequence[Proposal] = (),
    *,
    desk: Desk | None = None,
) -> ReviewSheet:
    """Review one proposal.

    Parameters
    ----------
    prepared
        The study.
    proposal
        The proposal.
    others
        The other pending proposals.
    desk
        What earlier reviews of the same study left at hand.

    Returns
    -------
    ReviewSheet
        The sheet.

    Raises
    ------
    SchemaError, NotFoundError, GeometryError, UnreachableError
        A proposal cannot be carried out in this study, see ``Desk.require``.
    """
    desk = desk or Desk.of(prepared)
    others = tuple(sorted(others, key=lambda one: one.id))
    desk.require(proposal, *others)
    before = desk.measured
    after = before.with_proposals([proposal])
    own = after.prepared.served.take(after.served_ids == proposal.facility_id)
    closed = desk.after_closing([proposal])
    opens = proposal.lonlat is not None
    return ReviewSheet(
        program=PROGRAM,
        version=__version__,
        study=facts_of(desk),
        proposal=proposal,
        others=others,
        place=place_of(prepared, proposal, own) if opens else None,
        doubts=_doubts(prepared, proposal) if opens else (),
        held=_held(desk.alternatives, prepared, proposal, own) if opens else (),
        change=change_of(before, after),
        overlap=overlap_of(before, after, proposal),
        standing=standing_of(before, [proposal, *others]),
        rank=(
            rank_of(desk.alternatives_after(closed), own.xy[0], gain_of(closed, after))
            if opens
            else None
        ),
        best_set=_best_set(desk, [proposal, *others]),
        trials=trials_of(before, after, proposal),
        rules=rules_of(before, after, proposal),
    )


def gain_of(closed: Measured, after: Measured) -> float:
    """Return the people newly covered by what proposals open.

    Parameters
    ----------
    closed, after
        The study after what they close has closed, and after all of them.

    Returns
    -------
    float
        At the study's target, counted as every candidate's gain is.
    """
    people, target = closed.prepared.demand.population, closed.target
    uncovered = np.where(closed.district.covered[target], 0.0, people)
    covered = after.district.covered[target]
    return float(uncovered[covered].sum())


def _best_set(desk: Desk, proposals: Sequence[Proposal]) -> BestSet | None:
    """Hold all proposals together beside the best set of as many candidates."""
    sites = sum(one.lonlat is not None for one in proposals)
    if not sites:
        return None
    closed = desk.after_closing(proposals)
    gain = gain_of(closed, desk.measured.with_proposals(proposals))
    return best_set_of(desk.alternatives_after(closed), closed, sites, gain)


def _doubts(prepared: PreparedStudy, proposal: Proposal) -> tuple[Told, ...]:
    doubt = misread(prepared, proposal)
    return () if doubt is None else (Told.of(doubt),)


def _held(
    alternatives: Alternatives, prepared: PreparedStudy, proposal: Proposal, own: Snaps
) -> tuple[str, ...]:
    """Return the rules of the study's siting that a proposal breaks."""
    section = prepared.study.siting
    held = held_by_place(prepared.index, own, alternatives.rules, section)
    broken = {cause for cause, rows in held.items() if rows[0]}
    least_m2, year = section.min_floor_area_m2, section.by_year
    if least_m2 is not None and (proposal.floor_area_m2 or 0.0) < least_m2:
        broken.add("small")
    if year is not None and (proposal.opening_year or 0) > year:
        broken.add("late")
    return tuple(cause for cause in CAUSES if cause in broken)


def facts_of(desk: Desk) -> StudyFacts:
    """Describe the study that proposals are held against.

    Parameters
    ----------
    desk
        The study.

    Returns
    -------
    StudyFacts
        By name and hash.
    """
    own = desk.measured.prepared
    study, profile = own.study, own.network.profile
    kph = profile.off_street_speed_m_per_s * SECONDS_PER_HOUR / METRES_PER_KILOMETRE
    return StudyFacts(
        name=study.study.name,
        synthetic=study.study.synthetic,
        crs=own.network.crs,
        profile=profile.name,
        speed_kph=kph,
        thresholds=tuple(threshold.label for threshold in study.coverage.thresholds),
        target=study.coverage.target.label,
        target_share=study.coverage.target_share,
        population=float(own.demand.population.sum()),
        facilities=len(own.facilities.table),
        standards=tuple(standard.id for standard in own.standards),
        sources=desk.sources,
        settings_sha256=desk.settings_sha256,
    )
