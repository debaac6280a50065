"""A study from beginning to end: who reads this from top to bottom has read the program."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from facility_coverage.assessment.gaps import find_gaps
from facility_coverage.crs import require_true_lengths
from facility_coverage.district_coverage import district_coverage
from facility_coverage.facility_words import STATION
from facility_coverage.figures import check_notes, study_notes, total_figures
from facility_coverage.input_notes import input_notes
from facility_coverage.inputs.facilities import read_facilities
from facility_coverage.layers import (
    demand_layer,
    facility_layer,
    gap_layer,
    snap_audit,
    street_layer,
)
from facility_coverage.network.cell_grid import CellGrid
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.snapping import Snaps, snap
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.prepared import PreparedStudy, prepare, require_some_street
from facility_coverage.progress import Progress, silent
from facility_coverage.result import NearestField, StudyResult, Surface
from facility_coverage.siting.notes import siting_notes
from facility_coverage.siting.plan import Plan, plan_sites
from facility_coverage.siting.report import site_layer, siting_result
from facility_coverage.siting.situation import Situation, Tiers
from facility_coverage.standards.conflicts import conflict_table, conflicts
from facility_coverage.standards.studied import reached_circles, study_findings
from facility_coverage.study_file import CoverageSection, FacilitiesSection, Study
from facility_coverage.thresholds import Threshold, by_kind
from facility_coverage.travel.access import Access, measure_access, nearest_facility
from facility_coverage.travel.circles import Drawing, around, isochrone_layer, reach_box
from facility_coverage.travel.nearest_field import nearest_field
from facility_coverage.travel.self_check import check_circles
from facility_coverage.travel.surface import travel_time_surface


def run_study(
    study: Study, *, progress: Progress = silent, cache_folder: Path | None = None
) -> StudyResult:
    """Answer a study: who is covered, which subdistricts fall short, where to build next.

    Parameters
    ----------
    study
        What to do, with absolute paths.
    progress
        Told where the work stands.
    cache_folder
        Where built networks are kept; None keeps none.

    Returns
    -------
    StudyResult
        The answer; the same study gives the same answer, whatever the order of its rows.

    Raises
    ------
    FacilityCoverageError
        An input cannot be used (see the readers), or no facility at all lies near a street.
    """
    prepared = prepare(study, progress=progress, cache_folder=cache_folder)
    return assess(prepared, progress=progress)


def assess(prepared: PreparedStudy, *, progress: Progress = silent) -> StudyResult:
    """Answer a study whose inputs were read already.

    Parameters
    ----------
    prepared
        The study, its inputs, and its places tied to streets.
    progress
        Told where the work stands.

    Returns
    -------
    StudyResult
        The answer.

    Raises
    ------
    FacilityCoverageError
        A list or layer for siting cannot be used.
    """
    study, network, index = prepared.study, prepared.network, prepared.index
    boundaries, facilities, demand = prepared.boundaries, prepared.facilities, prepared.demand
    sites, homes, served = prepared.sites, prepared.homes, prepared.served
    thresholds, target = study.coverage.thresholds, study.coverage.target

    progress("Measuring walking times", 0.5)
    accesses = prepared.measured()
    nearest = nearest_facility(network, served, homes)

    progress("Drawing service circles", 0.55)
    names = facilities.table[sites.found]
    isochrones, surface, field, check = service_circles(
        study.coverage, index, served, accesses, names, boundaries.units.total_bounds
    )

    progress("Judging subdistricts", 0.8)
    unions = isochrones[isochrones["scope"] == "all"].set_index("threshold").geometry
    areas = {threshold: unions[threshold.label] for threshold in thresholds}
    district = district_coverage(prepared, accesses, areas)
    units, unit_id = district.units, district.unit_id
    circles = reached_circles(study, prepared.standards, network, accesses, sites, demand)
    findings = study_findings(study, prepared.standards, boundaries, facilities, unit_id, circles)

    progress("Finding gaps and sites", 0.9)
    covered = district.covered[target]
    uncovered = homes.found & ~covered
    gaps = find_gaps(demand.xy, demand.population, uncovered, spacing_m=demand.spacing_m)
    plan = plan_study(prepared, progress)

    progress("Putting the answer together", 0.95)
    facility_table = facility_layer(facilities, sites, unit_id, accesses, demand, network, study)
    audit = snap_audit(index, facility_table, sites, demand, homes, study)
    return StudyResult(
        study=study,
        crs=network.crs,
        thresholds=thresholds,
        target=target,
        units=units,
        facilities_by_unit=district.facilities_by_unit,
        findings=findings,
        conflicts=conflict_table(conflicts(prepared.standards, findings)),
        total=total_figures(units, facility_table, thresholds, gaps),
        facilities=facility_table,
        isochrones=isochrones,
        surface=surface,
        nearest=field,
        self_check=check,
        streets=street_layer(network, district.reached, target),
        demand=demand_layer(demand, homes, covered, nearest, names["facility_id"], units, network),
        gaps=gap_layer(gaps, demand, nearest.cost, units, network.crs),
        candidates=site_layer(plan, boundaries, units, network),
        siting=siting_result(plan, study.siting, demand, units),
        snap_audit=audit,
        overlaps=boundaries.faults,
        network=network.summary(),
        notes=(
            *check_notes(check, study.study.language),
            *study_notes(study, facilities, audit, units, boundaries),
            *input_notes(prepared),
            *siting_notes(plan, study.siting, study.study.language),
        ),
    )


def plan_study(prepared: PreparedStudy, progress: Progress = silent) -> Plan:
    """Find sites for a study whose inputs were read already.

    Parameters
    ----------
    prepared
        The study, its inputs, and its places tied to streets.
    progress
        Told where the work stands.

    Returns
    -------
    Plan
        The sites.

    Raises
    ------
    FacilityCoverageError
        A list or layer for siting cannot be used.
    """
    study, demand, target = prepared.study, prepared.demand, prepared.study.coverage.target
    tiers = None
    if study.siting.model == "two_tier":
        kind = prepared.facilities.table["kind"][prepared.sites.found]
        limit = study.siting.station_limit(target)
        tiers = Tiers((kind == STATION).to_numpy(dtype=bool), limit)
    situation = Situation(
        prepared.index, prepared.homes, demand.population, prepared.served, target, tiers
    )
    units, facility_xy = prepared.boundaries.units, prepared.facilities.xy
    return plan_sites(study, situation, units, facility_xy, demand.main_unit, progress)


def service_circles(
    section: CoverageSection,
    index: StreetIndex,
    facilities: Snaps,
    accesses: list[Access],
    names: pd.DataFrame,
    district: tuple[float, float, float, float],
) -> tuple[gpd.GeoDataFrame, Surface, NearestField, dict[str, dict[str, Any]]]:
    """Draw the circles of a study and its fields of travel time, and check the circles.

    Parameters
    ----------
    section
        How they are drawn.
    index
        The network's segments.
    facilities
        Facilities that have a street.
    accesses
        One per kind of threshold.
    names
        ``facility_id, facility_name`` of the facilities, in their order.
    district
        West, south, east, north of all subdistricts, metres.

    Returns
    -------
    isochrones, surface, nearest, self_check
        As in ``StudyResult``.
    """
    network, limit_m = index.network, section.off_street_limit_m
    box = around(district, reach_box(network, facilities.xy, section.thresholds, limit_m))
    grid = CellGrid.over(index, box, size_m=section.cell_size_m, off_street_limit_m=limit_m)
    layer = isochrone_layer(network, accesses, names, grid, Drawing.of(section))
    surface = travel_time_surface(network, grid, facilities)
    field = nearest_field(network, grid, facilities)
    check = check_circles(network, accesses, layer, off_street_limit_m=limit_m)
    return layer, surface, field, check


def facility_isochrones(
    network: StreetNetwork,
    section: FacilitiesSection,
    thresholds: tuple[Threshold, ...],
    *,
    off_street_limit_m: float,
    drawing: Drawing,
) -> gpd.GeoDataFrame:
    """Return the isochrones of facilities alone, without people or subdistricts.

    Parameters
    ----------
    network
        The street network.
    section
        The register of facilities.
    thresholds
        The tests.
    off_street_limit_m
        Longest off-street leg.
    drawing
        How they are drawn.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per facility near a street and threshold, as in ``StudyResult.isochrones``.

    Raises
    ------
    FacilityCoverageError
        The register cannot be used, or no facility lies near a street.
    """
    facilities = read_facilities(section, network.crs, extract=None)
    index = StreetIndex.of(network)
    sites = snap(index, facilities.xy, off_street_limit_m=off_street_limit_m)
    require_some_street(facilities, sites, off_street_limit_m, section.source)
    require_true_lengths(network.crs, facilities.xy[sites.found], section.source)
    nobody = sites.take(np.zeros(len(sites.edge), dtype=bool))
    served = sites.take(sites.found)
    accesses = [measure_access(network, served, nobody, group) for group in by_kind(thresholds)]
    grid = CellGrid.over(
        index,
        reach_box(network, served.xy, thresholds, off_street_limit_m),
        size_m=drawing.cell_size_m,
        off_street_limit_m=off_street_limit_m,
    )
    layer = isochrone_layer(network, accesses, facilities.table[sites.found], grid, drawing)
    return layer[layer["scope"] == "facility"].reset_index(drop=True)
