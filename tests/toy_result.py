"""A study's result made by code: six square subdistricts in a row, for whatever shows results."""

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from facility_coverage.result import NearestField, SitingResult, StudyResult, Surface
from facility_coverage.study_file import Study

CRS = "EPSG:4547"
CORNER_M = (500_000.0, 2_560_000.0)
SIDE_M = 2000.0
HOSTILE = (
    "<img src=x onerror=window.PWN=1>",
    "</script><script>window.PWN=2</script>",
    "${window.PWN=3}",
    "`${window.PWN=4}`",
    "{{7*7}}{% endraw %}{% for x in y %}",
    "'\"--></title><script>window.PWN=5</script>\u2028__proto__",
)
"""Names that become code wherever they are read as markup, template or script."""


def toy_study(**section: str) -> Study:
    """Return a study of three circles in minutes and one in metres.

    Parameters
    ----------
    **section
        Values of its section ``[study]`` beside the name.

    Returns
    -------
    Study
        The study; its files do not exist.
    """
    return Study.model_validate(
        {
            "study": {"name": "Toy"} | section,
            "network": {"source": "streets.osm.pbf"},
            "boundaries": {"source": "units.geojson", "id": "id"},
            "facilities": {"source": "osm"},
            "demand": {"source": "cells.csv"},
            "coverage": {"minutes": [5.0, 10.0, 15.0], "distance_m": [1000.0]},
        }
    )


def toy_result(
    study: Study, names: tuple[str, ...] = HOSTILE, *, facilities: int = 6, streets: int = 60,
    circle_points: int = 24,
) -> StudyResult:  # fmt: skip
    """Return a result whose subdistricts are covered the better the farther east they lie.

    Parameters
    ----------
    study
        From ``toy_study``.
    names
        Names of the subdistricts, from west to east. Notes, reasons, kinds and owners bear them
        too. The first three subdistricts fall short; the last facility is refused.
    facilities, streets, circle_points
        How many facilities, street pieces and points on each isochrone there are.

    Returns
    -------
    StudyResult
        The result.
    """
    units = _units(study, names)
    sites = _facilities(study, names, facilities)
    columns = ("covered_population", "covered_share")
    total: dict[str, Any] = {"population": 50_000.0, "unassessed_population": 25.0}
    for column, values in zip(columns, ((1e4, 2e4, 3e4, 5e3), (0.2, 0.4, 0.6, 0.1)), strict=True):
        total |= _per_threshold(study, column, values)
    return StudyResult(
        study=study, crs=CRS, thresholds=study.coverage.thresholds, target=study.coverage.target,
        units=units, facilities_by_unit=pd.DataFrame(), findings=_findings(names),
        conflicts=pd.DataFrame(), total=total, facilities=sites,
        isochrones=_isochrones(study, sites, circle_points),
        surface=Surface(CORNER_M, SIDE_M, np.zeros((1, 1), dtype=np.float32)), self_check={},
        nearest=_nearest(len(names), int((sites["status"] == "assessed").sum())),
        streets=_streets(streets, len(names)),
        demand=gpd.GeoDataFrame(geometry=[], crs=CRS), gaps=_gaps(names),
        candidates=_candidates(names), siting=_siting(names), snap_audit=pd.DataFrame(),
        overlaps=pd.DataFrame(), notes=names,
        network={"profile": "walk", "mode": "foot", "speed_kph": 4.0},
    )  # fmt: skip


def _nearest(columns: int, facilities: int) -> NearestField:
    """Return cells of 500 m: the nearest facility is that of the column, minutes grow northward.

    The last column of cells belongs to no facility.
    """
    rows, wide = 4, columns * 4
    facility = np.minimum(np.arange(wide) // 4, facilities - 1).astype(np.int32)
    facility[-1] = -1
    time_s = np.repeat(np.arange(rows, 0, -1) * 240.0, wide).reshape(rows, wide)
    time_s[:, -1] = np.nan
    corner = (CORNER_M[0], CORNER_M[1] + SIDE_M)
    return NearestField(corner, SIDE_M / 4, time_s.astype(np.float32), np.tile(facility, (rows, 1)))


def _per_threshold(study: Study, measure: str, values: Iterable[object]) -> dict[str, Any]:
    """Return one value a threshold, each under its column's name."""
    labels = [threshold.label for threshold in study.coverage.thresholds]
    return {f"{measure}_{label}": value for label, value in zip(labels, values, strict=True)}


def _findings(names: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Return a clause on subdistricts and one on facilities, every text of which is a name."""
    at = np.arange(len(names))
    verdicts = np.array(["fail", "advice", "not_assessable", "pass"], dtype=object)
    texts = np.array(names, dtype=object)
    of_units = pd.DataFrame(
        {
            "standard_id": "own", "clause_id": names[0], "scope": "subdistrict",
            "quantity": "presence", "unit_id": [f"u{i:02d}" for i in at], "unit_name": texts,
            "facility_id": "", "facility_name": "", "verdict": verdicts[at % 4],
            "measured": np.where(at % 4 == 2, np.nan, at + 0.5), "required": names[1],
            "reason": texts, "evidence": [(name, "f000") for name in names], "strength": "must",
            "confidence": "plan", "quote": names[2],
        }
    )  # fmt: skip
    of_facilities = of_units.head(2).assign(
        clause_id="size", quantity="beds", facility_id=["f000", "f001"], facility_name=texts[:2]
    )
    whole = of_units.head(1).assign(clause_id="whole", unit_id="", unit_name="")
    return gpd.GeoDataFrame(
        pd.concat([of_units, of_facilities, whole], ignore_index=True),
        geometry=[_square(i).centroid for i in (*at, 0, 1)] + [shapely.Point()],
        crs=CRS,
    )


def _square(column: int, inset_m: float = 0.0) -> shapely.Polygon:
    """Return the square of a subdistrict, or a smaller one in its middle."""
    west, south = CORNER_M[0] + column * SIDE_M, CORNER_M[1]
    return shapely.box(
        west + inset_m, south + inset_m, west + SIDE_M - inset_m, south + SIDE_M - inset_m
    )


def _units(study: Study, names: tuple[str, ...]) -> gpd.GeoDataFrame:
    flags = ("no_facility;no_government_centre;below_target", "below_target", "no_facility")
    rows = []
    for at, name in enumerate(names):
        best = at / (len(names) - 1)
        shares = (best / 3, best / 2, best, best / 4)
        people = 1000.0 * (at + 1)
        rows.append(
            {"unit_id": f"u{at:02d}", "unit_name": name, "population": people}
            | {"assessed_population": people, "unassessed_population": 0.0}
            | _per_threshold(study, "covered_population", [people * share for share in shares])
            | _per_threshold(study, "covered_share", shares)
            | _per_threshold(study, "covered_area_share", shares)
            | _per_threshold(study, "covered_street_share", (None, *shares[1:]))
            | {"older_population": people / 5}
            | _per_threshold(study, "older_covered_population", [people / 10] * len(shares))
            | {"facilities": at, "government_facilities": 0, "notes": name}
            | {"flags": flags[at] if at < len(flags) else "", "geometry": _square(at)}
        )
    outside = {"unit_id": "outside", "unit_name": "outside every subdistrict", "flags": ""}
    rows.append(rows[0] | outside | {"geometry": shapely.MultiPolygon()})
    return gpd.GeoDataFrame(rows, crs=CRS)


def _facilities(study: Study, names: tuple[str, ...], count: int) -> gpd.GeoDataFrame:
    at = np.arange(count)
    refused = at == count - 1
    reached = [np.where(refused, np.nan, 100.0 * at)] * len(study.coverage.thresholds)
    kinds = ("centre", "station", *names)
    owners = ("government", "private", "unknown", *names)
    x, y = at % len(names) * SIDE_M + 1500, at // len(names) * 97.0 % SIDE_M + 300
    return gpd.GeoDataFrame(
        {
            "facility_id": [f"f{i:03d}" for i in at],
            "facility_name": [names[i % len(names)] for i in at],
            "kind": [kinds[i % len(kinds)] for i in at],
            "ownership": [owners[i % len(owners)] for i in at],
            "floor_area_m2": np.where(refused, np.nan, 1400.0), "beds": np.nan, "unit_id": "u00",
            "status": np.where(refused, "refused", "assessed"),
            "reason": np.where(refused, names[0], ""), "access_m": np.where(refused, np.nan, 12.5),
            **_per_threshold(study, "people_reached", reached),
            **_per_threshold(study, "people_reached_only", reached),
        },
        geometry=shapely.points(x + CORNER_M[0], y + CORNER_M[1]),
        crs=CRS,
    )  # fmt: skip


def _isochrones(study: Study, facilities: gpd.GeoDataFrame, points: int) -> gpd.GeoDataFrame:
    """Return crooked discs around the facilities, and for all together the disc of the first."""
    rng = np.random.default_rng(7)
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    rows = []
    for facility in facilities[facilities["status"] == "assessed"].itertuples():
        for threshold in study.coverage.thresholds:
            radius_m = threshold.limit * rng.uniform(0.7, 1.0, points)
            ring = np.column_stack([np.cos(angle), np.sin(angle)]) * radius_m[:, None]
            disc = shapely.Polygon(ring + shapely.get_coordinates(facility.geometry))
            rows.append(("facility", facility.facility_id, threshold.label, disc))
            if facility.Index == 0:
                rows.append(("all", None, threshold.label, disc))
    columns = ["scope", "facility_id", "threshold", "geometry"]
    layer = gpd.GeoDataFrame(rows, columns=columns, crs=CRS)
    return layer.assign(geometry=shapely.multipolygons([[s] for s in layer.geometry]))


def _streets(count: int, columns: int) -> gpd.GeoDataFrame:
    """Return crooked pieces of every band; one in ten is a main street."""
    rng = np.random.default_rng(11)
    at = np.arange(count)
    start = rng.uniform(0, 1, (count, 1, 2)) * [columns * SIDE_M, SIDE_M] + CORNER_M
    steps = rng.normal(0, 25, (count, 5, 2)).cumsum(axis=1)
    return gpd.GeoDataFrame(
        {
            "street_id": at + 1,
            "street_class": np.where(at % 10 == 0, "primary", "residential"),
            "band": np.array(["5min", "10min", "15min", "beyond"], dtype=object)[at % 4],
        },
        geometry=shapely.linestrings(start + steps),
        crs=CRS,
    )


def _gaps(names: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Return a gap in the two subdistricts farthest west, the second beyond every facility."""
    return gpd.GeoDataFrame(
        {
            "gap_id": ["gap-001", "gap-002"], "rank": [1, 2], "population": [900.0, 400.0],
            "demand_points": [9, 4], "unit_id": ["u00", "u01"], "unit_name": names[:2],
            "mean_travel_time_s": [1500.0, np.nan],
        },
        geometry=[shapely.MultiPolygon([_square(at, 800.0)]) for at in (0, 1)],
        crs=CRS,
    )  # fmt: skip


def _candidates(names: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Return two suggested sites in the subdistricts farthest west; their rules are names too."""
    return gpd.GeoDataFrame(
        {
            "site_id": ["site-001", "site-002"], "rank": [1, 2],
            "candidate_id": ["c1", "c2"], "candidate_name": names[:2],
            "gain_population": [800.0, 300.0], "alone_population": [800.0, 350.0],
            "last_population": [750.0, 300.0], "mean_population": [775.0, 325.0],
            "cumulative_population": [30_800.0, 31_100.0], "cumulative_share": [0.616, 0.622],
            "unit_id": ["u00", "u01"], "unit_name": names[:2], "way_id": [1, 2],
            "rules": names[:2], "stays_share": [0.5, np.nan],
            "method": "mclp", "status": "optimal", "bound": 31_150.0, "gap": 0.001,
        },
        geometry=[shapely.Point(CORNER_M[0] + x, CORNER_M[1] + 1600) for x in (500.0, 2500.0)],
        crs=CRS,
    )  # fmt: skip


def _siting(names: tuple[str, ...]) -> SitingResult:
    """Return how those two were chosen among four candidates, and people whom none can serve."""
    x, y = CORNER_M
    points = [shapely.Point(x + 500.0 * i, y + 1600) for i in range(4)]
    return SitingResult(
        answer={"model": "mclp", "status": "feasible", "gap": 0.001},
        places=gpd.GeoDataFrame(
            {"status": ["chosen", "allowed", "allowed", "refused"]}, geometry=points, crs=CRS
        ),
        gains_by_unit=pd.DataFrame(
            {"rank": [1, 1, 2], "unit_name": names[:3], "gain_population": [500.0, 300.0, 300.0]}
        ),
        curve=pd.DataFrame(
            {
                "sites": [0, 1, 2, 3],
                "covered_share": [0.6, 0.616, 0.622, 0.625],
                "bound_share": [0.6, 0.616, 0.623, 0.63],
            }
        ),
        robustness=pd.DataFrame(),
        unreachable=gpd.GeoDataFrame(
            {
                "population": [7.0, 8.0],
                "reason": [names[0], "every candidate is farther than the limit"],
            },
            geometry=points[:2],
            crs=CRS,
        ),
    )
