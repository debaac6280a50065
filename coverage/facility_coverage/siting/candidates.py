"""Candidate sites: a user's own premises, or points on streets; each says why it is allowed."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from facility_coverage.facility_words import CENTRE, STATION
from facility_coverage.inputs.premises import Premises, read_premises
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.snapping import Snaps, snap
from facility_coverage.siting.site_rules import (
    CAUSES,
    SiteRules,
    counted,
    first_cause,
    fronts_street,
    held_by_place,
    rules_told,
)
from facility_coverage.siting.situation import Situation
from facility_coverage.siting.street_pool import spaced_points, street_pool
from facility_coverage.study_file import CAPACITY_MODELS, TIME_MODELS, SitingSection
from facility_coverage.words import Language, Remark, say

_COLUMNS = [
    "candidate_id", "candidate_name", "floor_area_m2", "ownership", "cost", "earliest_year",
    "capacity",
]  # fmt: skip
_REFUSED_COLUMNS = [*_COLUMNS, "row", "cause", "reason", "x_m", "y_m"]


@dataclass(frozen=True, eq=False)
class Candidates:
    """Places where a facility could be put.

    Attributes
    ----------
    table
        The allowed ones: ``candidate_id, candidate_name, floor_area_m2, ownership, cost,
        earliest_year, capacity`` (NaN where unknown), ``street_class``, ``fronts_street``,
        ``rules`` (why it is allowed), ``tier`` (``centre`` or ``station`` where the model tells
        them apart; every place then stands twice, first all centres).
    snaps
        The same, tied to their streets.
    refused
        Premises of a list that are not allowed: ``candidate_id, candidate_name, floor_area_m2,
        ownership, cost, earliest_year, capacity, row, cause, reason, x_m, y_m``.
    causes
        How many places were refused, by cause; those of generated ones are counted only.
    considered
        How many places were looked at.
    notes
        Cells of a list that could not be read, one sentence each.
    spacing_m
        Least distance between two generated candidates; None of a list.
    """

    table: pd.DataFrame
    snaps: Snaps
    refused: pd.DataFrame
    causes: dict[str, int]
    considered: int
    notes: tuple[Remark, ...]
    spacing_m: float | None

    @property
    def is_station(self) -> NDArray[np.bool_]:
        """Tell which of the allowed ones would be stations, shape (candidates,)."""
        return (self.table["tier"] == STATION).to_numpy(dtype=bool)

    def in_two_tiers(self) -> Self:
        """Return every place twice: as a centre, and as a station under an id of its own."""
        ids = [f"{name}/station" for name in self.table["candidate_id"]]
        stations = self.table.assign(candidate_id=ids)
        table = pd.concat(
            [self.table.assign(tier=CENTRE), stations.assign(tier=STATION)], ignore_index=True
        )
        twice = np.tile(np.arange(len(self.table)), 2)
        return replace(self, table=table, snaps=self.snaps.take(twice))


def find_candidates(situation: Situation, rules: SiteRules, section: SitingSection) -> Candidates:
    """Find the places where a facility could be put.

    Parameters
    ----------
    situation
        Who is to be served, and by whom so far.
    rules
        Where a facility may be put.
    section
        The keys of the study file: a list of premises, or how to generate candidates.

    Returns
    -------
    Candidates
        The premises of the list; without one, street points near uncovered people (for models
        of everybody's way: near people).

    Raises
    ------
    FacilityCoverageError
        The list as a whole cannot be read.
    """
    found = _found(situation, rules, section)
    return found.in_two_tiers() if section.model == "two_tier" else found


def _found(situation: Situation, rules: SiteRules, section: SitingSection) -> Candidates:
    """Find the places, whatever is to stand there."""
    index = situation.index
    if section.candidates is not None:
        premises = read_premises(section, index.network.crs)
        return listed_candidates(index, premises, rules, section)
    all_count = section.model in TIME_MODELS
    wanted = situation.population if all_count else situation.uncovered_population
    reach_m = situation.straight_reach_m
    return street_candidates(index, situation.homes, wanted, rules, section, reach_m=reach_m)


def listed_candidates(
    index: StreetIndex, premises: Premises, rules: SiteRules, section: SitingSection
) -> Candidates:
    """Hold a user's own premises to the rules.

    Parameters
    ----------
    index
        The network's segments.
    premises
        The list.
    rules
        Where a facility may be put.
    section
        The keys of the study file.

    Returns
    -------
    Candidates
        Each row of the list stands either among the allowed or among the refused.
    """
    snaps = snap(index, premises.xy, off_street_limit_m=rules.off_street_limit_m)
    table = premises.table
    capacity = table["capacity"].fillna(np.nan if section.capacity is None else section.capacity)
    table = table.assign(capacity=capacity)
    held = _held_by_row(table, premises.xy, section) | held_by_place(index, snaps, rules, section)
    held["no_street"] = ~snaps.found
    cause = first_cause(held, len(table))
    allowed = cause == ""
    reason = _reasons(table["reason"], cause, rules.language)
    x_m, y_m = premises.xy.T
    there = snaps.take(allowed)
    refused = table.assign(cause=cause, reason=reason, x_m=x_m, y_m=y_m)[~allowed]
    return Candidates(
        _described(index, table[allowed].reset_index(drop=True), there, rules, section),
        there,
        refused[_REFUSED_COLUMNS].reset_index(drop=True),
        counted(cause),
        len(table),
        premises.notes,
        None,
    )


def _reasons(own: pd.Series, cause: NDArray[np.object_], language: Language) -> list[str]:
    """Tell why each row of a list is refused: what stands in the row, else the rule."""
    return [
        remark.told(language) if remark else say(CAUSES[name], language) if name else ""
        for remark, name in zip(own, cause, strict=True)
    ]


def _held_by_row(
    table: pd.DataFrame, xy: NDArray[np.float64], section: SitingSection
) -> dict[str, NDArray[np.bool_]]:
    """Tell which rows of a list are held back by what stands, or lacks, in them."""
    nowhere = np.isnan(xy[:, 0])
    held = {
        "no_position": nowhere,
        "repeated_id": ~nowhere & (table["reason"] != "").to_numpy(dtype=bool),
    }
    if section.min_floor_area_m2 is not None:
        held["small"] = ~(table["floor_area_m2"] >= section.min_floor_area_m2).to_numpy(dtype=bool)
    if section.by_year is not None:
        held["late"] = (table["earliest_year"] > section.by_year).to_numpy(dtype=bool)
    if section.budget is not None:
        held["no_cost"] = table["cost"].isna().to_numpy(dtype=bool)
    if section.model in CAPACITY_MODELS:
        held["no_capacity"] = table["capacity"].isna().to_numpy(dtype=bool)
    return held


def street_candidates(
    index: StreetIndex,
    demand: Snaps,
    weight: NDArray[np.float64],
    rules: SiteRules,
    section: SitingSection,
    *,
    reach_m: float,
) -> Candidates:
    """Choose street points near demand, spaced apart.

    Considered are the street in front of each wanted demand point, and points along every
    street. Those that the rules allow are taken in the order: fronting a real street (unless
    ``frontage = "any"``), most people in front of it, southernmost; each keeps later ones away.

    Parameters
    ----------
    index
        The network's segments.
    demand
        Demand points, tied to their streets.
    weight
        Shape (d,), persons who are to be served; 0 where a point asks for nothing.
    rules
        Where a facility may be put.
    section
        The keys of the study file.
    reach_m
        Street points farther than this from all wanted demand, as the crow flies, are left out:
        nobody could get there within the threshold.

    Returns
    -------
    Candidates
        In the order in which they were taken, which is that of their ids: of equally good sites
        the lower id is chosen. No more than ``section.max_candidates``; the spacing is widened
        until they are so few.
    """
    pool, people = street_pool(index, demand, weight, step_m=section.spacing_m, reach_m=reach_m)
    cause = first_cause(held_by_place(index, pool, rules, section), len(people))
    allowed = np.flatnonzero(cause == "")
    fronts = fronts_street(index, pool)[allowed]
    behind = np.zeros(len(allowed)) if section.frontage == "any" else ~fronts
    xy = pool.xy[allowed]
    order = np.lexsort((xy[:, 0], xy[:, 1], -people[allowed], behind))
    kept, spacing_m = spaced_points(
        xy[order], spacing_m=section.spacing_m, most=section.max_candidates
    )
    chosen = allowed[order[kept]]
    table = pd.DataFrame(
        {
            "candidate_id": [f"street-{i + 1:05d}" for i in range(len(chosen))],
            "candidate_name": "",
            "floor_area_m2": np.nan,
            "ownership": "",
            "cost": np.nan,
            "earliest_year": np.nan,
            "capacity": np.nan if section.capacity is None else section.capacity,
        }
    )
    snaps = pool.take(chosen)
    return Candidates(
        _described(index, table, snaps, rules, section),
        snaps,
        pd.DataFrame(columns=_REFUSED_COLUMNS, dtype=object),
        counted(cause),
        len(people),
        (),
        spacing_m,
    )


def _described(
    index: StreetIndex,
    table: pd.DataFrame,
    snaps: Snaps,
    rules: SiteRules,
    section: SitingSection,
) -> pd.DataFrame:
    """Add the street of each allowed candidate, and the rules that it meets."""
    network = index.network
    classes = np.array(network.way_class, dtype=object)[network.vertex_way[snaps.vertex]]
    fronts = fronts_street(index, snaps)
    told = rules_told(section, rules.language)
    kinds = {True: "fronts a street ({street_class})", False: "on a {street_class} way"}
    why = [
        "; ".join([say(kinds[real], rules.language).format(street_class=name), *told])
        for name, real in zip(classes, fronts.tolist(), strict=True)
    ]
    return table[_COLUMNS].assign(street_class=classes, fronts_street=fronts, rules=why, tier="")
