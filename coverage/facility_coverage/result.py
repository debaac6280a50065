"""What a study found: one frozen value that outputs, maps, the API and the command line read."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from facility_coverage.study_file import Study
from facility_coverage.thresholds import Threshold

OUTSIDE_UNIT_ID = "outside"
"""``unit_id`` of the row that holds the people who live outside every subdistrict."""

FLAGS = ("no_facility", "no_government_centre", "below_target")
"""Why a subdistrict falls short, in the order in which reasons are written."""


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
        people), ``facilities``, ``government_facilities``, ``flags`` (a ``;``-joined subset of
        ``FLAGS``), ``notes`` (why a value is null or a flag could not be tested), ``geometry``
        (the part of the polygon that counts for this subdistrict; overlaps are given to the
        lower ``unit_id``).
    facilities_by_unit
        ``unit_id, kind, ownership, facilities``.
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
        ``access_s``, ``method``, ``cell_size_m``, ``geometry`` (MultiPolygon).
    streets
        Walkable street pieces, cut at the exact second: ``street_id``, ``way_id`` (OSM),
        ``street_class``, ``band`` (label of the smallest threshold of the target's kind that
        reaches it, or ``beyond``), ``length_m``, ``geometry`` (LineString).
    demand
        ``demand_id, unit_id`` (where most of it lies), ``population, travel_time_s`` (to the
        nearest facility; inf when none is reached), ``status`` (``covered``, ``uncovered``,
        ``unassessed`` at the target), ``geometry`` (point).
    gaps
        Uncovered demand gathered in space: ``gap_id``, ``rank``, ``population``,
        ``demand_points``, ``unit_id``, ``unit_name`` (where most of it lies),
        ``mean_travel_time_s`` (null when nothing is reached), ``geometry`` (MultiPolygon).
    candidates
        Suggested sites: ``site_id``, ``rank``, ``gain_population`` (newly covered by this site
        after those ranked before it), ``cumulative_population`` (covered in all with the sites
        up to this rank), ``cumulative_share``, ``unit_id``, ``unit_name``, ``way_id``,
        ``method``, ``bound`` (``none`` where no bound was proven), ``geometry`` (point).
    snap_audit
        Every facility and demand point: ``layer, id, lon, lat, edge_id, way_id, street_lon,
        street_lat, distance_m, component, status, reason``.
    overlaps
        What was untidy in the subdistricts, largest first: ``fault`` (``overlap`` or ``gap``, an
        enclosed place that belongs to none), ``unit_id, other_unit_id`` (empty for a gap),
        ``area_m2``, ``geometry`` (MultiPolygon).
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
    total: dict[str, Any]
    facilities: gpd.GeoDataFrame
    isochrones: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    gaps: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    snap_audit: pd.DataFrame
    overlaps: pd.DataFrame
    network: dict[str, Any]
    notes: tuple[str, ...]
