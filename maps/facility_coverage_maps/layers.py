"""What a result holds, as the plain values that the page draws."""

import geopandas as gpd
import shapely

from facility_coverage.crs import WGS84
from facility_coverage.facility_words import CENTRE
from facility_coverage.result import OUTSIDE_UNIT_ID, StudyResult
from facility_coverage.siting.notes import MODEL_NAMES, STATUS_WORDS
from facility_coverage_maps.drawing import drawn, drawn_units
from facility_coverage_maps.findings import map_findings
from facility_coverage_maps.plain_values import (
    Row,
    displayed,
    per_threshold,
    plain,
    plain_rows,
    positions,
)
from facility_coverage_maps.reach import CIRCLE_POINTS, circles, nearest, streets
from facility_coverage_maps.shapes import encode_points, encode_polygons
from facility_coverage_maps.theme import (
    CHANGE_BOUNDS,
    CHANGE_COLOURS,
    COVERAGE_COLOURS,
    FLAG_COLOUR,
    GAP_COLOUR,
    NO_DATA_COLOUR,
    VERDICT_COLOURS,
    band_colours,
    share_classes,
)


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
        per threshold is one list in the order of ``thresholds``. Geometry is simplified as
        ``drawing`` says and written as ``shapes`` says; positions are ``[lon, lat]``.
    """
    study = result.study
    inside = result.units[result.units["unit_id"] != OUTSIDE_UNIT_ID]
    outside = result.units[result.units["unit_id"] == OUTSIDE_UNIT_ID]
    return {
        "name": study.study.name,
        "language": study.study.language,
        "synthetic": study.study.synthetic,
        "approval": study.map.approval,
        "data_date": study.map.data_date,
        "profile": result.network["profile"],
        "mode": result.network["mode"],
        "speed_kph": result.network["speed_kph"],
        "off_street_limit_m": study.coverage.off_street_limit_m,
        "crs": result.crs,
        "thresholds": _thresholds(result),
        "target": result.thresholds.index(result.target),
        "target_share": study.coverage.target_share,
        "colours": _colours(study.coverage.target_share),
        "bounds": [round(float(x), 5) for x in inside.to_crs(WGS84).total_bounds],
        "total": _totals(result),
        "outside_population": plain(outside["population"].sum()),
        "units": _units(inside, result),
        "facilities": _facilities(result),
        "circles": circles(result),
        "streets": streets(result),
        "nearest": nearest(result.nearest, result),
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
        "change": list(CHANGE_COLOURS),
        "change_bounds": list(CHANGE_BOUNDS),
        "no_data": NO_DATA_COLOUR,
        "flag": FLAG_COLOUR,
        "gap": GAP_COLOUR,
        "verdicts": VERDICT_COLOURS,
    }


def _totals(result: StudyResult) -> Row:
    """Return the figures for all demand together."""
    total = {name: plain(value) for name, value in result.total.items()}
    labels = [threshold.label for threshold in result.thresholds]
    return {
        "population": total["population"],
        "unassessed_population": total["unassessed_population"],
        "covered_population": [total[f"covered_population_{label}"] for label in labels],
        "covered_share": [total[f"covered_share_{label}"] for label in labels],
    }


def _units(units: gpd.GeoDataFrame, result: StudyResult) -> list[Row]:
    """Return the subdistricts, each with its flags and the place of its label."""
    has_older = "older_population" in units
    rows = plain_rows(
        units,
        [
            "unit_id", "unit_name", "population", "unassessed_population", "facilities",
            "government_facilities", "flags", "notes",
            *(["older_population"] if has_older else []),
        ],
    )  # fmt: skip
    measures = [
        "covered_population", "covered_share", "covered_area_share", "covered_street_share",
        *(["older_covered_population"] if has_older else []),
    ]  # fmt: skip
    for measure in measures:
        for row, values in zip(rows, per_threshold(units, measure, result.thresholds), strict=True):
            row[measure] = values
    centres = result.facilities.loc[result.facilities["kind"] == CENTRE, "unit_id"].value_counts()
    shapes = encode_polygons(list(displayed(drawn_units(units.geometry), result.crs)))
    labels = positions(shapely.point_on_surface(units.geometry.to_numpy()), result.crs)
    for row, shape, label in zip(rows, shapes, labels, strict=True):
        row["flags"] = [flag for flag in (row["flags"] or "").split(";") if flag]
        row["centres"] = int(centres.get(row["unit_id"], 0))
        row["shape"] = shape
        row["position"] = label
    return rows


def _facilities(result: StudyResult) -> list[Row]:
    """Return the facilities, refused ones included."""
    facilities = result.facilities
    names = dict(zip(result.units["unit_id"], result.units["unit_name"], strict=True))
    rows = plain_rows(
        facilities,
        [
            "facility_id", "facility_name", "kind", "ownership", "floor_area_m2", "beds",
            "unit_id", "status", "reason", "access_m",
        ],
    )  # fmt: skip
    for measure in ("people_reached", "people_reached_only"):
        values = per_threshold(facilities, measure, result.thresholds)
        for row, own in zip(rows, values, strict=True):
            row[measure] = [value if value is None else round(value, 1) for value in own]
    for row, place in zip(rows, positions(facilities.geometry, result.crs), strict=True):
        row["unit_name"] = plain(names.get(row["unit_id"]))
        row["position"] = place
    return rows


def _gaps(gaps: gpd.GeoDataFrame) -> list[Row]:
    """Return the gaps."""
    rows = plain_rows(
        gaps,
        ["rank", "population", "demand_points", "unit_name", "mean_travel_time_s"],
    )
    shapes = displayed(drawn(gaps.geometry, CIRCLE_POINTS).shapes, gaps.crs)
    for row, shape in zip(rows, encode_polygons(list(shapes)), strict=True):
        row["shape"] = shape
    return rows


def _candidates(result: StudyResult) -> list[Row]:
    """Return the suggested sites, each with whom it newly covers in each subdistrict."""
    sites = result.candidates
    rows = plain_rows(
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
    for row, place in zip(rows, positions(sites.geometry, result.crs), strict=True):
        own = gains[gains["rank"] == row["rank"]]
        row["by_unit"] = own[["unit_name", "gain_population"]].to_numpy().tolist()
        row["position"] = place
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
        "curve": [[plain(value) for value in row] for row in curve],
        "places": _dots(others, result),
        "unreachable": [
            {
                "reason": reason,
                "population": plain(group["population"].sum()),
                "shape": _dots(group, result),
            }
            for reason, group in lost.groupby("reason", sort=True)
        ],
    }


def _dots(points: gpd.GeoDataFrame, result: StudyResult) -> str:
    """Return points that nobody clicks."""
    return encode_points(list(displayed(points.geometry, result.crs)))
