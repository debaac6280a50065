"""What a prepared study's facilities cover: people, area and streets of each subdistrict."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.assessment.street_shares import street_lengths
from facility_coverage.assessment.subdistricts import (
    Coverage,
    facilities_by_unit,
    subdistrict_table,
    with_flags,
)
from facility_coverage.inputs.facilities import facility_points
from facility_coverage.prepared import PreparedStudy
from facility_coverage.result import OUTSIDE_UNIT_ID
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import Access
from facility_coverage.travel.buffered_streets import buffered_streets
from facility_coverage.travel.service_areas import StreetPieces, reached_pieces
from facility_coverage.travel.times import all_together


@dataclass(frozen=True, eq=False)
class DistrictCoverage:
    """The verdict on every subdistrict, and what it rests on.

    Attributes
    ----------
    units
        See ``StudyResult.units``; without the shares of area and streets where no areas were
        handed over.
    facilities_by_unit
        See ``StudyResult.facilities_by_unit``.
    unit_id
        Shape (f,), the subdistrict that each facility lies in, ``outside`` for none, empty where
        it has no position.
    covered
        Which demand points are within each threshold.
    reached
        Streets within each threshold; empty where no areas were handed over.
    """

    units: gpd.GeoDataFrame
    facilities_by_unit: pd.DataFrame
    unit_id: NDArray[np.object_]
    covered: dict[Threshold, NDArray[np.bool_]]
    reached: dict[Threshold, StreetPieces]


def whole_areas(
    prepared: PreparedStudy, accesses: list[Access]
) -> dict[Threshold, shapely.MultiPolygon]:
    """Draw the area within each threshold of any facility.

    Parameters
    ----------
    prepared
        The study; its canvas is made at the first call.
    accesses
        What its facilities reach.

    Returns
    -------
    dict of Threshold to shapely.MultiPolygon
        The unions of the study's isochrones.
    """
    section, network = prepared.study.coverage, prepared.network
    areas: dict[Threshold, shapely.MultiPolygon] = {}
    for access in accesses:
        together = all_together(access.origins.snaps)
        limits = tuple(threshold.limit for threshold in access.thresholds)
        shapes = (
            prepared.canvas.polygons(together, access.impedance, limits)
            if section.method == "exact"
            else buffered_streets(
                network, together, access.impedance, limits, section.street_buffer_m
            )
        )
        areas |= zip(access.thresholds, shapes[0], strict=True)
    return areas


def district_coverage(
    prepared: PreparedStudy,
    accesses: list[Access],
    areas: Mapping[Threshold, shapely.MultiPolygon] | None,
) -> DistrictCoverage:
    """Judge every subdistrict.

    Parameters
    ----------
    prepared
        The study.
    accesses
        What its facilities reach.
    areas
        The area within each threshold; None leaves area and streets out and counts people alone.

    Returns
    -------
    DistrictCoverage
        The verdicts.
    """
    section, network = prepared.study.coverage, prepared.network
    facilities, demand, street_m = prepared.facilities, prepared.demand, prepared.street_m
    measured = [(access, threshold) for access in accesses for threshold in access.thresholds]
    covered = {threshold: access.covered(threshold) for access, threshold in measured}
    reached = {
        threshold: reached_pieces(
            network, access.origins, access.found, access.impedance, threshold.limit
        )
        for access, threshold in measured
        if areas is not None
    }
    coverages = tuple(
        Coverage(threshold, people)
        if areas is None
        else Coverage(
            threshold,
            people,
            areas[threshold],
            street_lengths(network, prepared.pieces, reached[threshold]),
        )
        for threshold, people in covered.items()
    )
    homes = prepared.homes.found
    units = subdistrict_table(prepared.boundaries, demand, homes, coverages, street_m)
    unit_id = _units_of_facilities(prepared)
    inside = facilities_by_unit(facilities, unit_id)
    units = with_flags(
        units,
        inside,
        ownership_stated=facilities.ownership_stated,
        target=section.target,
        target_share=section.target_share,
    )
    return DistrictCoverage(units, inside, unit_id, covered, reached)


def _units_of_facilities(prepared: PreparedStudy) -> NDArray[np.object_]:
    """Return the subdistrict that each facility lies in; see ``DistrictCoverage.unit_id``."""
    boundaries, facilities = prepared.boundaries, prepared.facilities
    owner = boundaries.unit_of(facility_points(facilities))
    names = np.append(boundaries.units["unit_id"].to_numpy(dtype=object), OUTSIDE_UNIT_ID)
    unit_id: NDArray[np.object_] = names[owner]
    unit_id[~np.isfinite(facilities.xy).all(axis=1)] = ""
    return unit_id
