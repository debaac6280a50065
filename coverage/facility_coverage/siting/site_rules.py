"""What a place must meet to be a candidate, and by which cause it is refused."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from facility_coverage.inputs.land import lies_in, read_areas, read_land
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.snapping import Snaps
from facility_coverage.study_file import SitingSection, Study
from facility_coverage.words import Language, say

REAL_STREETS = frozenset(
    {
        "trunk", "primary", "secondary", "tertiary", "unclassified", "residential",
        "living_street", "pedestrian", "road", "trunk_link", "primary_link", "secondary_link",
        "tertiary_link",
    }
)  # fmt: skip
"""Classes of streets that houses front: no footway, path, steps, track or service way."""

CAUSES = {
    "no_position": "no position on Earth",
    "repeated_id": "its id stands twice",
    "no_street": "no street within the limit",
    "outside_study": "outside every subdistrict",
    "outside_areas": "outside the given areas",
    "water": "in water",
    "park": "in a park",
    "industry": "on industrial land",
    "excluded_area": "in an excluded area",
    "near_facility": "too near to an existing facility",
    "no_frontage": "not on a real street",
    "small": "floor area too small or unknown",
    "late": "to be had too late",
    "no_cost": "cost unknown, which a budget needs",
    "no_capacity": "capacity unknown, which the model needs",
}
"""Why a place is refused, in the order of testing: the first that holds is told."""


@dataclass(frozen=True, eq=False)
class SiteRules:
    """Where a facility may be put, beside what the keys of the study file say.

    Attributes
    ----------
    study_area
        The subdistricts: no site is suggested where the study has no say.
    inside
        Polygons in which every candidate must lie; None where it may lie anywhere.
    outside
        Cause of refusal to polygons in which no candidate may lie.
    facility_xy
        Shape (f, 2), metres: the existing facilities, those without a street too.
    off_street_limit_m
        Longest leg between a place and its street.
    torn
        How many areas of each kind of land the extract tears apart; they are not excluded.
    language
        In which a candidate says why it is allowed.
    """

    study_area: NDArray[np.object_]
    inside: NDArray[np.object_] | None
    outside: dict[str, NDArray[np.object_]]
    facility_xy: NDArray[np.float64]
    off_street_limit_m: float
    torn: dict[str, int]
    language: Language


def read_rules(
    study: Study, units: gpd.GeoDataFrame, facility_xy: NDArray[np.float64]
) -> SiteRules:
    """Read the areas that a study names.

    Parameters
    ----------
    study
        Its keys ``inside``, ``exclude`` and ``exclude_layer`` of ``[siting]``, and its extract.
    units
        The subdistricts, in the study's metric CRS.
    facility_xy
        Shape (f, 2), metres; NaN where a facility has no position.

    Returns
    -------
    SiteRules
        The rules.

    Raises
    ------
    FacilityCoverageError
        A layer cannot be read, or the extract is a saved network that holds no land.
    """
    section, crs = study.siting, str(units.crs)
    land = read_land(Path(study.network.source), tuple(dict.fromkeys(section.exclude)), crs)
    outside: dict[str, NDArray[np.object_]] = {each.kind: each.shapes for each in land}
    if section.exclude_layer is not None:
        outside["excluded_area"] = read_areas(Path(section.exclude_layer), crs)
    return SiteRules(
        units.geometry.to_numpy(),
        None if section.inside is None else read_areas(Path(section.inside), crs),
        outside,
        facility_xy[np.isfinite(facility_xy).all(axis=1)],
        study.coverage.off_street_limit_m,
        {each.kind: each.incomplete for each in land if each.incomplete},
        study.study.language,
    )


def held_by_place(
    index: StreetIndex, snaps: Snaps, rules: SiteRules, section: SitingSection
) -> dict[str, NDArray[np.bool_]]:
    """Tell for each rule about the place which rows it holds back.

    Parameters
    ----------
    index
        The network's segments.
    snaps
        Places, tied to their streets; one without a street is held back by no rule of this kind.
    rules
        Where a facility may be put.
    section
        The keys of the study file.

    Returns
    -------
    dict of str to ndarray of bool
        Cause to shape (p,).
    """
    found = np.flatnonzero(snaps.found)
    xy = snaps.xy[found]

    def spread(wrong: NDArray[np.bool_]) -> NDArray[np.bool_]:
        rows = np.zeros(len(snaps.edge), dtype=bool)
        rows[found] = wrong
        return rows

    held = {"outside_study": spread(~lies_in(xy, rules.study_area))}
    if rules.inside is not None:
        held["outside_areas"] = spread(~lies_in(xy, rules.inside))
    for cause, areas in rules.outside.items():
        held[cause] = spread(lies_in(xy, areas))
    if section.min_distance_m > 0 and len(rules.facility_xy):
        near_m, _ = cKDTree(rules.facility_xy).query(xy)
        held["near_facility"] = spread(near_m < section.min_distance_m)
    if section.frontage == "require":
        held["no_frontage"] = spread(~fronts_street(index, snaps.take(found)))
    return held


def fronts_street(index: StreetIndex, snaps: Snaps) -> NDArray[np.bool_]:
    """Tell which places front a real street.

    Parameters
    ----------
    index
        The network's segments.
    snaps
        Places that all have a street.

    Returns
    -------
    ndarray of bool
        Shape (p,).
    """
    network = index.network
    real = np.array([name in REAL_STREETS for name in network.way_class], dtype=bool)
    fronts: NDArray[np.bool_] = real[network.vertex_way[snaps.vertex]]
    return fronts


def first_cause(held: dict[str, NDArray[np.bool_]], count: int) -> NDArray[np.object_]:
    """Return the first cause that holds each row back.

    Parameters
    ----------
    held
        Cause to shape (count,): the rows that it holds back.
    count
        How many rows there are.

    Returns
    -------
    ndarray of str
        Shape (count,), a key of ``CAUSES``, empty where none holds the row back.
    """
    cause = np.full(count, "", dtype=object)
    for name in CAUSES:
        if name in held:
            cause[(cause == "") & held[name]] = name
    return cause


def counted(cause: NDArray[np.object_]) -> dict[str, int]:
    """Count rows by cause.

    Parameters
    ----------
    cause
        From ``first_cause``.

    Returns
    -------
    dict of str to int
        In the order of testing, causes that occur.
    """
    count = Counter(cause.tolist())
    return {name: count[name] for name in CAUSES if count[name]}


def rules_told(section: SitingSection, language: Language) -> list[str]:
    """Say which rules every allowed candidate meets.

    Parameters
    ----------
    section
        The keys of the study file.
    language
        In which language.

    Returns
    -------
    list of str
        Half a sentence each.
    """
    told = [] if section.inside is None else [say("inside the given areas", language)]
    kinds = [*section.exclude, *(["excluded areas"] if section.exclude_layer else [])]
    if kinds:
        words = ", ".join(say(kind, language) for kind in kinds)
        told.append(say("outside: {areas}", language).format(areas=words))
    if section.min_distance_m > 0:
        message = say("{distance_m} m or more from every facility", language)
        told.append(message.format(distance_m=f"{section.min_distance_m:g}"))
    if section.candidates is not None and section.min_floor_area_m2 is not None:
        message = say("{area_m2} m² or more", language)
        told.append(message.format(area_m2=f"{section.min_floor_area_m2:g}"))
    if section.candidates is not None and section.by_year is not None:
        told.append(say("to be had by {year}", language).format(year=section.by_year))
    return told
