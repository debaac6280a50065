"""What is reached, as the page draws it: circles, streets by minutes, and what is nearest."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from facility_coverage.layers import ASSESSED
from facility_coverage.result import NearestField, StudyResult
from facility_coverage_maps.drawing import drawn
from facility_coverage_maps.plain_values import Row, displayed
from facility_coverage_maps.shapes import encode_lines, encode_numbers, encode_polygons

MAIN_STREET_CLASSES = frozenset({"trunk", "primary", "secondary", "tertiary"})
"""Streets that stand behind the other layers, so that a reader finds the way."""

CIRCLE_POINTS = 250_000
STREET_POINTS = 250_000
"""About 1 MB of text each."""

_STEP_S = 15.0
"""The field tells quarter minutes; the page shows whole ones."""


def circles(result: StudyResult) -> Row:
    """Return the isochrones.

    Parameters
    ----------
    result
        A study's result.

    Returns
    -------
    dict
        ``shapes``: for each ``facility`` (its place in the list of facilities, null for all
        together), ``threshold`` and ``shape``; ``tolerance_m``, of the circles of single
        facilities. Those of all together are always drawn as finely as can be seen.
    """
    isochrones = result.isochrones
    alone = isochrones["scope"] == "facility"
    places = {identifier: at for at, identifier in enumerate(result.facilities["facility_id"])}
    together, _ = _circle_rows(isochrones[~alone], {}, result, isochrones.shape[0] * CIRCLE_POINTS)
    each, tolerance_m = _circle_rows(isochrones[alone], places, result, CIRCLE_POINTS)
    return {"shapes": together + each, "tolerance_m": tolerance_m}


def _circle_rows(
    isochrones: gpd.GeoDataFrame, places: dict[str, int], result: StudyResult, most_points: int
) -> tuple[list[Row], float]:
    """Return circles as rows, and by how much they were simplified."""
    labels = [threshold.label for threshold in result.thresholds]
    simple = drawn(isochrones.geometry, most_points)
    texts = encode_polygons(list(displayed(simple.shapes, result.crs)))
    columns = (isochrones["facility_id"], isochrones["threshold"], texts)
    rows = [
        {"facility": places.get(identifier), "threshold": labels.index(label), "shape": text}
        for identifier, label, text in zip(*columns, strict=True)
    ]
    return rows, simple.tolerance_m


def streets(result: StudyResult) -> Row:
    """Return the streets of each band, main streets apart.

    Parameters
    ----------
    result
        A study's result.

    Returns
    -------
    dict
        ``groups``: ``threshold`` (null beyond all), ``main`` and ``shape`` (lines);
        ``tolerance_m``; ``only_main`` where the others would be too much for a page.
    """
    layer = result.streets
    main = layer["street_class"].isin(MAIN_STREET_CLASSES).to_numpy()
    band, lines = layer["band"].to_numpy(), layer.geometry.to_numpy()
    labels = [threshold.label for threshold in result.thresholds]
    groups = [(label, is_main) for label in [*labels, "beyond"] for is_main in (True, False)]
    merged = [
        shapely.line_merge(shapely.multilinestrings(lines[(band == label) & (main == is_main)]))
        for label, is_main in groups
    ]
    parts, group = shapely.get_parts(merged, return_index=True)
    simple = drawn(parts, STREET_POINTS)
    too_much = int(shapely.get_num_coordinates(simple.shapes).sum()) > STREET_POINTS
    shapes = displayed(simple.shapes, result.crs)
    return {
        "groups": [
            {
                "threshold": None if label == "beyond" else labels.index(label),
                "main": is_main,
                "shape": encode_lines(list(shapes[group == at])),
            }
            for at, (label, is_main) in enumerate(groups)
            if (group == at).any() and (is_main or not too_much)
        ],
        "tolerance_m": simple.tolerance_m,
        "only_main": too_much,
    }


def nearest(field: NearestField, result: StudyResult) -> Row:
    """Return what is nearest on coarse cells.

    Parameters
    ----------
    field
        Of the result.
    result
        A study's result.

    Returns
    -------
    dict
        ``corners`` (``[lat, lon]`` of the middles of the four corner cells: north-west,
        north-east, south-west, south-east), ``rows``, ``columns``, ``cell_size_m``, and row by
        row from the north ``steps`` (of ``step_s`` to the nearest facility, -1 for none) and
        ``facilities`` (its place in the list of facilities, -1 likewise), as
        ``encode_numbers`` writes them.
    """
    rows, columns = field.travel_time_s.shape
    assessed = np.flatnonzero((result.facilities["status"] == ASSESSED).to_numpy())
    place = np.append(assessed, -1)[field.facility.ravel()]
    time_s = field.travel_time_s.ravel()
    steps = np.where(np.isfinite(time_s), np.rint(np.nan_to_num(time_s) / _STEP_S), -1)
    west, north = np.add(field.corner_m, (field.cell_size_m / 2, -field.cell_size_m / 2))
    east = west + (columns - 1) * field.cell_size_m
    south = north - (rows - 1) * field.cell_size_m
    corners = [(west, north), (east, north), (west, south), (east, south)]
    return {
        "corners": [_lat_lon(point) for point in displayed(shapely.points(corners), result.crs)],
        "rows": rows,
        "columns": columns,
        "cell_size_m": field.cell_size_m,
        "step_s": _STEP_S,
        "steps": encode_numbers(steps.astype(np.int64)),
        "facilities": encode_numbers(place.astype(np.int64)),
    }


def _lat_lon(point: Any) -> list[float]:  # noqa: ANN401  (shapely carries no types)
    """Return a place as Leaflet names it, 1e-6 degrees being about 0.1 m."""
    return [round(point.y, 6), round(point.x, 6)]
