"""GeoJSON as RFC 7946 has it: WGS84, longitude first, 7 decimals, outer rings anticlockwise."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.crs import WGS84

DECIMALS = 7
"""A centimetre on the ground."""


def write_geojson(layer: gpd.GeoDataFrame, path: Path) -> None:
    """Write a layer as a GeoJSON feature collection.

    Parameters
    ----------
    layer
        With a CRS. Polygons become multi-polygons, so that a layer has one geometry type.
    path
        Where to; the caller makes the writing atomic. Equal layers give equal bytes.
    """
    geometry = geometry_texts(layer.geometry.to_crs(WGS84).to_numpy())
    features = [
        f'{{"type": "Feature", "properties": {{{properties}}}, "geometry": {shape}}}'
        for properties, shape in zip(property_texts(layer), geometry, strict=True)
    ]
    body = ",\n".join(features)
    text = f'{{"type": "FeatureCollection", "features": [\n{body}\n]}}\n'
    path.write_text(text, encoding="utf-8")


def property_texts(layer: gpd.GeoDataFrame) -> list[str]:
    """Return the properties of each feature as JSON, without the braces around them.

    Parameters
    ----------
    layer
        The features; missing and infinite values are null.

    Returns
    -------
    list of str
        One a feature.
    """
    plain = pd.DataFrame(layer.drop(columns=layer.geometry.name))
    names = [json.dumps(str(name), ensure_ascii=False) for name in plain.columns]
    columns = [[_text(value) for value in plain[name].tolist()] for name in plain.columns]
    return [
        ", ".join(f"{name}: {column[row]}" for name, column in zip(names, columns, strict=True))
        for row in range(len(plain))
    ]


def geometry_texts(
    shapes: NDArray[np.object_], decimals: int = DECIMALS, *, north_first: bool = False
) -> list[str]:
    """Return shapes as GeoJSON geometries; polygons as multi-polygons.

    Parameters
    ----------
    shapes
        Shape (n,), east first.
    decimals
        Of their coordinates.
    north_first
        Whether to write north before east.

    Returns
    -------
    list of str
        ``null`` where a shape is missing or empty.
    """
    rounded = _rounded(shapes, decimals)
    absent = shapely.is_missing(rounded) | shapely.is_empty(rounded)
    if north_first:
        rounded = shapely.transform(rounded, lambda xy: xy[:, ::-1])
    texts: list[str] = np.where(absent, "null", shapely.to_geojson(rounded)).tolist()
    return texts


def _rounded(shapes: NDArray[np.object_], decimals: int) -> NDArray[np.object_]:
    """Round coordinates; what rounding would make invalid is mended on the rounded grid."""
    rounded: NDArray[np.object_] = shapely.orient_polygons(
        shapely.transform(shapes, lambda xy: np.round(xy, decimals))
    )
    broken = ~shapely.is_valid(rounded)
    rounded[broken] = shapely.orient_polygons(
        shapely.set_precision(shapes[broken], 10.0**-decimals)
    )
    single = shapely.get_type_id(rounded) == shapely.GeometryType.POLYGON
    rounded[single] = [shapely.MultiPolygon([shape]) for shape in rounded[single]]
    return rounded


def _text(value: Any) -> str:  # noqa: ANN401  (a property of any type)
    """Return a property as JSON; what is missing or infinite is null."""
    if value is None or value is pd.NA:
        return "null"
    if isinstance(value, float):
        return repr(round(value, DECIMALS)) if np.isfinite(value) else "null"
    return json.dumps(value, ensure_ascii=False)
