"""What a study found: one frozen value that outputs, maps, the API and the command line read."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from facility_coverage.study_file import Study
from facility_coverage.thresholds import Threshold

OUTSIDE_UNIT_ID = "outside"
"""``unit_id`` of the row that holds the people who live outside every subdistrict."""

FLAGS = ("no_facility", "no_government_centre", "below_target")
"""Why a subdistrict falls short, in the order in which reasons are written."""


@dataclass(frozen=True)
class SitingResult:
    """How sites were chosen, beside the sites themselves.

    Attributes
    ----------
    answer
        Plain values by name: ``model``, ``status`` (``optimal``, ``feasible``, ``time_limit``,
        ``infeasible``, or ``none`` where there was nothing to choose), ``objective``, ``unit``,
        ``bound``, ``gap`` (None where there is none), ``solver``, ``ties`` (exchanges that leave
        the objective as it is), ``sites``, ``candidates`` (that could be chosen),
        ``considered``, ``refused`` (count by cause), ``spacing_m`` (None of a list),
        ``left_out`` (what exact reductions took out, by name), ``blocking_demand`` (demand points
        that make it infeasible), ``gain_population`` and ``unreachable_population``.
    places
        Every candidate: ``candidate_id, candidate_name, status`` (``chosen``, ``allowed`` or, of
        a list, ``refused``), ``rank`` (of a chosen one), ``alone_population`` (whom it would
        newly cover alone), ``rules`` (why it is allowed), ``cause, reason`` (why it is refused),
        ``row`` (of a list), ``lon, lat, street_class, fronts_street, floor_area_m2, ownership,
        cost, earliest_year, capacity, geometry`` (point; empty where it has none).
    gains_by_unit
        ``site_id, rank, unit_id, unit_name, gain_population``: whom each site newly covers at
        its rank, by subdistrict.
    curve
        ``sites, covered_population, bound_population, covered_share, bound_share``: people
        covered with so many new sites, and what no plan from these candidates exceeds.
    robustness
        ``trial, value, site_id, covered_before, covered_population, loss_population,
        best_population, staying_sites, staying_nearby, stays`` (ids): the chosen sites under
        other assumptions, and how many of them the model would choose again, or 300 m away at
        most. Empty where it was not asked.
    unreachable
        Demand that nothing that could be built would serve: ``demand_id, unit_id, unit_name,
        population, cause, reason, nearest_candidate_s, lon, lat, geometry`` (point).
    """

    answer: dict[str, Any]
    places: gpd.GeoDataFrame
    gains_by_unit: pd.DataFrame
    curve: pd.DataFrame
    robustness: pd.DataFrame
    unreachable: gpd.GeoDataFrame


@dataclass(frozen=True, eq=False)
class Surface:
    """A raster of travel times, northernmost row first.

    Attributes
    ----------
    corner_m
        West and north of the raster, metres in the study's CRS.
    cell_size_m
        Side of a pixel; the centre of a pixel is the centre of a cell of the isochrones' grid.
    travel_time_s
        Shape (rows, columns), seconds to the nearest facility, both off-street legs counted; NaN
        where no street lies within the off-street limit or no way leads to a facility.
    """

    corner_m: tuple[float, float]
    cell_size_m: float
    travel_time_s: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class NearestField:
    """What is nearest, on coarse cells that fit into a page; northernmost row first.

    Attributes
    ----------
    corner_m
        West and north of the cells, metres in the study's CRS.
    cell_size_m
        Side of a cell. What it holds is exact in its middle only.
    travel_time_s
        Shape (rows, columns), seconds to the nearest facility, both off-street legs counted; NaN
        where no street lies within the off-street limit or no way leads to a facility.
    facility
        Shape (rows, columns), which facility that is: its row among the assessed ones; -1
        likewise.
    """

    corner_m: tuple[float, float]
    cell_size_m: float
    travel_time_s: NDArray[np.float32]
    facility: NDArray[np.int32]


@dataclass(frozen=True)
class StudyResult:
    """The answer to a study. All layers are in ``crs`` (metres) and sorted by id, demand by place.

    ``T`` stands for a threshold's label, such as ``15min`` or ``1250m``; the columns with ``T``
    are there once per threshold. Nothing in it may be changed.

    Attributes
    ----------
    study
        What was asked, with absolute paths.
    crs
        The study's metric CRS, as ``"EPSG:32628"``.
    thresholds
        The tests, rising, minutes before metres.
    target
        The one of them that ``target_share``, gaps and siting are about.
    units
        One row per subdistrict, last the row ``outside`` (empty geometry): ``unit_id``,
        ``unit_name``, ``population``, ``assessed_population``, ``unassessed_population``,
        ``covered_population_T``, ``covered_share_T``, ``covered_area_share_T``,
        ``covered_street_share_T`` (shares 0 to 1, null where the denominator is empty),
        ``older_population``, ``older_covered_population_T`` (only where the demand has older
        people), the same of ``children``, ``facilities``, ``government_facilities``, ``flags`` (a
        ``;``-joined subset of ``FLAGS``), ``notes`` (why a value is null or a flag could not be
        tested), ``geometry`` (the part of the polygon that counts for this subdistrict; overlaps
        are given to the lower ``unit_id``).
    facilities_by_unit
        ``unit_id, kind, ownership, facilities``.
    findings
        One row per clause of the study's standards and subdistrict or facility (or for the whole
        district, without ids): ``standard_id, clause_id, scope, quantity, unit_id, unit_name,
        facility_id, facility_name, verdict`` (``pass``, ``fail``, ``not_assessable``,
        ``advice``), ``measured`` (null where unknown), ``required``, ``reason``, ``evidence``
        (tuple of facility ids), ``strength, confidence, quote, geometry`` (point: of the facility
        or inside the subdistrict; empty for the district).
    conflicts
        Clauses of two standards that cannot both be met: ``quantity, facility_kind,
        standard_at_least, clause_at_least, standard_at_most, clause_at_most, least, most,
        subjects, names, quote_at_least, quote_at_most``.
    total
        The same measures for all demand together, by name.
    facilities
        Every facility of the register: ``facility_id, facility_name, kind, ownership,
        floor_area_m2, beds, unit_id, status`` (``assessed`` or ``refused``), ``reason``,
        ``access_m`` (off-street leg), ``people_reached_T``, ``people_reached_only_T`` (reached by
        no other facility), ``geometry`` (point).
    isochrones
        ``scope`` (``facility`` or ``all``: the union over facilities), ``facility_id``,
        ``facility_name``, ``threshold`` (label), ``threshold_s`` or ``threshold_m``, ``area_m2``,
        ``access_s``, ``method`` (``exact`` or ``streets``), ``cell_size_m`` (of ``exact``),
        ``street_buffer_m`` (of ``streets``), ``geometry`` (MultiPolygon).
    surface
        Seconds to the nearest facility on the cells of the grid.
    nearest
        The nearest facility on coarse cells.
    self_check
        How ``exact`` isochrones stood against times worked out by another route: kind of
        threshold (``minutes``, ``metres``) to the figures of ``travel.self_check.SelfCheck``.
    streets
        Walkable street pieces, cut at the exact second: ``street_id``, ``way_id`` (OSM),
        ``street_class``, ``band`` (label of the smallest threshold of the target's kind that
        reaches it, or ``beyond``), ``length_m``, ``geometry`` (LineString).
    demand
        ``demand_id, unit_id`` (where most of it lies), ``population, travel_time_s`` (to the
        nearest facility; inf when none is reached), ``nearest_facility_id`` (the lower id of two
        at equal time; null when none is reached), ``status`` (``covered``, ``uncovered``,
        ``unassessed`` at the target), ``geometry`` (point).
    gaps
        Uncovered demand gathered in space: ``gap_id``, ``rank``, ``population``,
        ``demand_points``, ``unit_id``, ``unit_name`` (where most of it lies),
        ``mean_travel_time_s`` (null when nothing is reached), ``geometry`` (MultiPolygon).
    candidates
        Suggested sites: ``site_id``, ``rank``, ``candidate_id``, ``candidate_name``,
        ``gain_population`` (newly covered by this site after those ranked before it),
        ``alone_population`` (if no other were built), ``last_population`` (if all others stood:
        what its loss would cost), ``mean_population`` (over every order of building; these add up
        to the whole gain), ``cumulative_population`` (covered in all with the sites up to this
        rank), ``cumulative_share``, ``unit_id``, ``unit_name``, ``lon``, ``lat``, ``way_id``,
        ``street_class``, ``rules``, ``floor_area_m2, ownership, cost, earliest_year, capacity``
        (null where unknown), ``served_population`` (only of models with capacities),
        ``stays_share`` (share of the trials in which the model would choose it again, or one 300 m
        away at most; null where not asked), ``method``, ``status``,
        ``objective``, ``bound``, ``gap`` (of all sites together), ``geometry`` (point).
    siting
        How they were chosen.
    snap_audit
        Every facility and demand point: ``layer, id, lon, lat, edge_id, way_id, street_lon,
        street_lat, distance_m, component, status, reason``.
    overlaps
        What was untidy in the subdistricts, largest first: ``fault`` (``overlap`` or ``gap``, an
        enclosed place that belongs to none), ``unit_id, other_unit_id`` (empty for a gap),
        ``area_m2, width_m`` (on the average), ``geometry`` (MultiPolygon).
    network
        Figures of the street network by name (nodes, edges, length, components, islands).
    notes
        Sentences that a reader of the figures must know.
    """

    study: Study
    crs: str
    thresholds: tuple[Threshold, ...]
    target: Threshold
    units: gpd.GeoDataFrame
    facilities_by_unit: pd.DataFrame
    findings: gpd.GeoDataFrame
    conflicts: pd.DataFrame
    total: dict[str, Any]
    facilities: gpd.GeoDataFrame
    isochrones: gpd.GeoDataFrame
    surface: Surface
    nearest: NearestField
    self_check: dict[str, dict[str, Any]]
    streets: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    siting: SitingResult
    snap_audit: pd.DataFrame
    overlaps: pd.DataFrame
    network: dict[str, Any]
    notes: tuple[str, ...]
