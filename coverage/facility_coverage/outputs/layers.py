"""Layers for QGIS and the web: GeoJSON in WGS84, GeoPackage and FlatGeobuf in the study's CRS."""

import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from facility_coverage.errors import InputError, SourceError, one_line
from facility_coverage.files import atomic_path
from facility_coverage.outputs.geojson import write_geojson

DRIVERS = {".geojson": "GeoJSON", ".gpkg": "GPKG", ".fgb": "FlatGeobuf"}

_GEOMETRY_TYPES = {"Polygon": "MultiPolygon", "MultiPolygon": "MultiPolygon"}
_POINT_IDS = {"candidate_id", "clause_id", "demand_id", "site_id"}
"""Layers with one of these columns hold points, also where they are empty."""
_FIXED_DATE = "1980-01-01T00:00:00Z"
"""Stands where a GeoPackage notes the time of its last change, so that no clock is in the data."""


def write_layer(layer: gpd.GeoDataFrame, path: Path, geometry_type: str | None = None) -> None:
    """Write one layer as a file of its own, whole or not at all.

    Parameters
    ----------
    layer
        With a CRS; polygons become multi-polygons, so that a layer has one geometry type.
    path
        Where to: ``.geojson`` (WGS84, 7 decimals, RFC 7946), ``.gpkg`` or ``.fgb``.
    geometry_type
        The one type of its shapes; by default what they are.

    Raises
    ------
    InputError
        The ending is another one.
    SourceError
        The disk refused.
    """
    if path.suffix.lower() not in DRIVERS:
        msg = "{path}: layers are written as {endings}; choose one of these endings"
        raise InputError(msg, path=path, endings=", ".join(DRIVERS))
    with atomic_path(path) as temporary:
        _write(layer, temporary, path.stem, geometry_type, append=False)


def write_geopackage(layers: dict[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write several layers into one GeoPackage.

    Parameters
    ----------
    layers
        Name to layer, in the order in which QGIS lists them.
    path
        Where to; the caller makes the writing atomic.

    Raises
    ------
    SourceError
        The disk refused.
    """
    for i, (name, layer) in enumerate(layers.items()):
        _write(layer, path, name, None, append=i > 0)


def _write(
    layer: gpd.GeoDataFrame, path: Path, name: str, geometry_type: str | None, *, append: bool
) -> None:
    driver = DRIVERS[path.suffix.lower()]
    if driver == "GeoJSON":
        write_geojson(layer, path)
        return
    frame = gpd.GeoDataFrame(_finite(layer), geometry="geometry", crs=layer.crs)
    kind = geometry_type or _geometry_type(frame)
    # FlatGeobuf's index knows no feature without a shape.
    options = {"SPATIAL_INDEX": "NO"} if driver == "FlatGeobuf" and _lacks_shapes(frame) else {}
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _FIXED_DATE})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # empty shapes are meant
            pyogrio.write_dataframe(
                frame,
                path,
                layer=name,
                driver=driver,
                geometry_type=kind,
                promote_to_multi=kind == "MultiPolygon",
                append=append,
                **options,
            )
    except (DataSourceError, DataLayerError) as error:
        msg = "{path}: cannot be written: {error}; make room on the disk"
        reason = one_line(error)
        raise SourceError(msg, path=path.name, error=reason) from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _geometry_type(frame: gpd.GeoDataFrame) -> str:
    """Return the one geometry type of a layer; an empty layer says it by its columns."""
    kinds = frame.geometry[~frame.geometry.is_empty].geom_type.unique()
    if len(kinds):
        return _GEOMETRY_TYPES.get(kinds[0], str(kinds[0]))
    return "Point" if _POINT_IDS & set(frame.columns) else "MultiPolygon"


def _lacks_shapes(frame: gpd.GeoDataFrame) -> bool:
    return bool((frame.geometry.isna() | frame.geometry.is_empty).any())


def _finite(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the columns with unreachable (infinite) values as missing, as files know them."""
    plain = pd.DataFrame(frame)
    columns = {
        name: plain[name].astype(float).replace(np.inf, np.nan).round(6)
        for name in plain.columns
        if pd.api.types.is_float_dtype(plain[name])
    }
    return plain.assign(**columns)
