"""What a result holds, as the plain values that the page draws."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.result import OUTSIDE_UNIT_ID, StudyResult
from facility_coverage.siting.notes import MODEL_NAMES, STATUS_WORDS
from facility_coverage_maps.findings import map_findings
from facility_coverage_maps.shapes import encode_lines, encode_points, encode_polygons
from facility_coverage_maps.theme import (
    COVERAGE_COLOURS,
    FLAG_COLOUR,
    GAP_COLOUR,
    NO_DATA_COLOUR,
    VERDICT_COLOURS,
    band_colours,
    share_classes,
)

DISPLAY_CRS = "EPSG:4326"
MAIN_STREET_CLASSES = frozenset({"trunk", "primary", "secondary", "tertiary"})
"""Streets that stand behind the other layers, so that a reader finds the way."""

_UNIT_TOLERANCE_M = 8.0
_CIRCLE_TOLERANCE_M = 5.0
_STREET_TOLERANCE_M = 2.0

Row = dict[str, Any]


def map_data(result: StudyResult) -> Row:
    """Return everything that the page shows.

    Parameters
    ----------
    result
        A study's result.

    Returns
    -------
    dict of str to Any
        What JSON can hold. Names are those of the result's columns; a column that is there once
        per threshold is one list in the order of ``thresholds``. Geometry is simplified by a few
        metres and written as ``shapes`` says; positions are ``[lon, lat]``.
    """
    study = result.study
    inside = result.units[result.units["unit_id"] != OUTSIDE_UNIT_ID]
    outside = result.units[result.units["unit_id"] == OUTSIDE_UNIT_ID]
    return {
        "name": study.study.name,
        "language": study.study.language,
        "synthetic": study.study.synthetic,
        "profile": result.network["profile"],
        "mode": result.network["mode"],
        "speed_kph": result.network["speed_kph"],
        "off_street_limit_m": study.coverage.off_street_limit_m,
        "crs": result.crs,
        "thresholds": _thresholds(result),
        "target": result.thresholds.index(result.target),
        "target_share": study.coverage.target_share,
        "colours": _colours(study.coverage.target_share),
        "bounds": [round(float(x), 5) for x in inside.to_crs(DISPLAY_CRS).total_bounds],
        "total": _totals(result),
        "outside_population": _plain(outside["population"].sum()),
        "units": _units(inside, result),
        "facilities": _facilities(result),
        "circles": _circles(result),
        "streets": _streets(result),
        "gaps": _gaps(result.gaps),
        "candidates": _candidates(result),
        "siting": _siting(result),
        "notes": list(result.notes),
        **map_findings(result),
    }


def _thresholds(result: StudyResult) -> list[Row]:
    """Return the tests, each with the colour of its circle."""
    rows = []
    for kind in ("minutes", "metres"):
        values = [threshold.value for threshold in result.thresholds if threshold.kind == kind]
        for value, colour in zip(values, band_colours(len(values)), strict=True):
            rows.append({"kind": kind, "value": value, "colour": colour})
    return rows


def _colours(target_share: float) -> Row:
    """Return the colours of the page and the classes of covered share."""
    return {
        "coverage": list(COVERAGE_COLOURS),
        "classes": share_classes(target_share),
        "no_data": NO_DATA_COLOUR,
        "flag": FLAG_COLOUR,
        "gap": GAP_COLOUR,
        "verdicts": VERDICT_COLOURS,
    }


def _totals(result: StudyResult) -> Row:
    """Return the figures for all demand together."""
    total = {name: _plain(value) for name, value in result.total.items()}
    labels = [threshold.label for threshold in result.thresholds]
    return {
        "population": total["population"],
        "unassessed_population": total["unassessed_population"],
        "covered_population": [total[f"covered_population_{label}"] for label in labels],
        "covered_share": [total[f"covered_share_{label}"] for label in labels],
    }


def _units(units: gpd.GeoDataFrame, result: StudyResult) -> list[Row]:
    """Return the subdistricts, each with its flags and the place of its label."""
    rows = _rows(
        units,
        [
            "unit_id", "unit_name", "population", "unassessed_population", "facilities",
            "government_facilities", "flags", "notes",
        ],
    )  # fmt: skip
    measures = ("covered_population", "covered_share", "covered_area_share", "covered_street_share")
    for measure in measures:
        _add_per_threshold(rows, units, measure, result)
    shapes = _displayed(_simplified_units(units.geometry), units.crs)
    labels = _displayed(shapely.point_on_surface(units.geometry.to_numpy()), units.crs)
    for row, shape, label in zip(rows, shapes, labels, strict=True):
        row["flags"] = [flag for flag in (row["flags"] or "").split(";") if flag]
        row["shape"] = encode_polygons(shape)
        row["position"] = _position(label)
    return rows


def _facilities(result: StudyResult) -> list[Row]:
    """Return the facilities, refused ones included."""
    facilities = result.facilities
    names = dict(zip(result.units["unit_id"], result.units["unit_name"], strict=True))
    rows = _rows(
        facilities,
        [
            "facility_id", "facility_name", "kind", "ownership", "floor_area_m2", "beds",
            "unit_id", "status", "reason", "access_m",
        ],
    )  # fmt: skip
    for measure in ("people_reached", "people_reached_only"):
        _add_per_threshold(rows, facilities, measure, result)
    for row, point in zip(rows, _displayed(facilities.geometry, facilities.crs), strict=True):
        row["unit_name"] = _plain(names.get(row["unit_id"]))
        row["position"] = _position(point)
    return rows


def _circles(result: StudyResult) -> list[Row]:
    """Return the isochrones; ``facility`` is a place in the list of facilities, or null for all."""
    isochrones = result.isochrones
    labels = [threshold.label for threshold in result.thresholds]
    places = {identifier: at for at, identifier in enumerate(result.facilities["facility_id"])}
    simplified = shapely.simplify(isochrones.geometry.to_numpy(), _CIRCLE_TOLERANCE_M)
    shapes = _displayed(simplified, isochrones.crs)
    columns = (isochrones[name] for name in ("scope", "facility_id", "threshold"))
    return [
        {
            "facility": None if scope == "all" else places[facility_id],
            "threshold": labels.index(label),
            "shape": encode_polygons(shape),
        }
        for scope, facility_id, label, shape in zip(*columns, shapes, strict=True)
    ]


def _streets(result: StudyResult) -> list[Row]:
    """Return the streets of each band, main streets apart; ``threshold`` is null beyond all."""
    streets = result.streets
    labels = [threshold.label for threshold in result.thresholds]
    main = streets["street_class"].isin(MAIN_STREET_CLASSES)
    rows = []
    for band in [*labels, "beyond"]:
        for is_main in (True, False):
            pieces = streets.geometry[(streets["band"] == band) & (main == is_main)]
            if pieces.empty:
                continue
            merged = shapely.line_merge(shapely.multilinestrings(pieces.to_numpy()))
            simple = shapely.simplify(shapely.get_parts(merged), _STREET_TOLERANCE_M)
            rows.append(
                {
                    "threshold": None if band == "beyond" else labels.index(band),
                    "main": is_main,
                    "shape": encode_lines(_displayed(simple, streets.crs)),
                }
            )
    return rows


def _gaps(gaps: gpd.GeoDataFrame) -> list[Row]:
    """Return the gaps."""
    rows = _rows(
        gaps,
        ["rank", "population", "demand_points", "unit_name", "mean_travel_time_s"],
    )
    simplified = shapely.simplify(gaps.geometry.to_numpy(), _CIRCLE_TOLERANCE_M)
    for row, shape in zip(rows, _displayed(simplified, gaps.crs), strict=True):
        row["shape"] = encode_polygons(shape)
    return rows


def _candidates(result: StudyResult) -> list[Row]:
    """Return the suggested sites, each with whom it newly covers in each subdistrict."""
    sites = result.candidates
    rows = _rows(
        sites,
        [
            "rank", "candidate_name", "gain_population", "alone_population", "last_population",
            "mean_population", "cumulative_population", "cumulative_share", "stays_share",
            "rules", "unit_name",
        ],
    )  # fmt: skip
    gains = result.siting.gains_by_unit.sort_values(
        ["rank", "gain_population"], ascending=[True, False], kind="stable"
    )
    for row, point in zip(rows, _displayed(sites.geometry, sites.crs), strict=True):
        own = gains[gains["rank"] == row["rank"]]
        row["by_unit"] = own[["unit_name", "gain_population"]].to_numpy().tolist()
        row["position"] = _position(point)
    return rows


def _siting(result: StudyResult) -> Row:
    """Return how the sites were chosen: the answer, the curve, and what was not chosen."""
    siting = result.siting
    curve = siting.curve[["sites", "covered_share", "bound_share"]].itertuples(index=False)
    others = siting.places[siting.places["status"] == "allowed"]
    lost = siting.unreachable
    return {
        "answer": {
            "model": MODEL_NAMES[siting.answer["model"]],
            "status": STATUS_WORDS[siting.answer["status"]],
            "gap": siting.answer.get("gap"),
        },
        "n_sites": len(result.candidates),
        "curve": [[_plain(value) for value in row] for row in curve],
        "places": encode_points(_displayed(others.geometry, others.crs)),
        "unreachable": [
            {
                "reason": reason,
                "population": _plain(group["population"].sum()),
                "shape": encode_points(_displayed(group.geometry, lost.crs)),
            }
            for reason, group in lost.groupby("reason", sort=True)
        ],
    }


def _rows(frame: pd.DataFrame, columns: Sequence[str]) -> list[Row]:
    """Return the rows of some columns as plain values."""
    values = zip(*(frame[column] for column in columns), strict=True)
    return [dict(zip(columns, map(_plain, row), strict=True)) for row in values]


def _add_per_threshold(
    rows: list[Row], frame: pd.DataFrame, measure: str, result: StudyResult
) -> None:
    """Add a measure to rows that were just made from a frame, as one list over the thresholds."""
    columns = (frame[f"{measure}_{threshold.label}"] for threshold in result.thresholds)
    for row, values in zip(rows, zip(*columns, strict=True), strict=True):
        row[measure] = [_plain(value) for value in values]


def _plain(value: Any) -> Any:  # noqa: ANN401  (a cell of a table)
    """Return a cell as JSON can hold it: null where it is missing or not finite."""
    if value is None or value is pd.NA:
        return None
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, float):
        return plain if math.isfinite(plain) else None
    return plain if isinstance(plain, bool | int) else str(plain)


def _simplified_units(geometries: gpd.GeoSeries) -> NDArray[np.object_]:
    """Simplify subdistricts; where they are a clean coverage, shared borders stay shared."""
    shapes: NDArray[np.object_] = geometries.to_numpy()
    clean = shapely.coverage_is_valid(shapes)
    simplify = shapely.coverage_simplify if clean else shapely.simplify
    return np.asarray(simplify(shapes, _UNIT_TOLERANCE_M), dtype=object)


def _displayed(geometries: Iterable[shapely.Geometry], crs: Any) -> gpd.GeoSeries:  # noqa: ANN401  (pyproj's CRS)
    """Return geometries in longitude and latitude."""
    return gpd.GeoSeries(list(geometries), crs=crs).to_crs(DISPLAY_CRS)


def _position(point: shapely.Point) -> list[float] | None:
    """Return ``[lon, lat]`` of a point, 1e-5 degrees being about 1 m."""
    return None if point is None or point.is_empty else [round(point.x, 5), round(point.y, 5)]
