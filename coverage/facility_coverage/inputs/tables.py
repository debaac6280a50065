"""Tables and layers as files: csv, xlsx and anything GDAL reads, with their columns checked."""

import csv
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataSourceError

from facility_coverage.coordinates.systems import BD09, GCJ02, WGS84, crs_of
from facility_coverage.crs import is_on_earth, require_on_earth
from facility_coverage.errors import (
    CrsError,
    FacilityCoverageError,
    GeometryError,
    InputError,
    NotFoundError,
    SchemaError,
    one_line,
)
from facility_coverage.inputs.sheets import Sheet, read_sheet
from facility_coverage.words import Remark

SHEETS = frozenset({".csv", ".xlsx"})
"""Endings of tables without geometry."""

POLYGONS = ("Polygon", "MultiPolygon")

_OTHER_BOOKS = frozenset({".xls", ".xlsm", ".xlsb", ".et", ".ods", ".numbers", ".txt"})
"""Endings of tables that people have and nobody here reads."""

MAX_VERTICES = 500_000
"""Of one polygon; a province has a fifth of it."""

_SHOWN_ROWS = 5


def read_table(path: Path, layer: str | None = None, *, may_be_empty: bool = False) -> pd.DataFrame:
    """Read a table without geometry.

    Parameters
    ----------
    path, layer, may_be_empty
        As for ``whole_sheet``.

    Returns
    -------
    pandas.DataFrame
        Cells of a CSV are text, so that the id ``007`` stays what it is. Headings are stripped of
        blanks, blank rows left out; the index counts rows as the file does (the first row below
        a heading in the first row is 2).

    Raises
    ------
    NotFoundError
        There is no such file, or no such sheet in it.
    InputError
        It is not a table.
    SchemaError
        A heading stands twice, or a row has more or fewer cells than the heading.
    """
    return whole_sheet(path, layer, may_be_empty=may_be_empty).table


def whole_sheet(path: Path, layer: str | None = None, *, may_be_empty: bool = False) -> Sheet:
    """Read a table without geometry, and what stands around it.

    Parameters
    ----------
    path
        A ``.csv`` (UTF-8, with or without BOM, UTF-16, else GB18030) or ``.xlsx`` file.
    layer
        Name of the sheet of an ``.xlsx``; by default its first.
    may_be_empty
        Whether a heading without a row below it is a table too.

    Returns
    -------
    Sheet
        The table, and the titles, sums and notes that were left out.

    Raises
    ------
    NotFoundError
        There is no such file, or no such sheet in it.
    InputError
        It is not a table.
    SchemaError
        A heading stands twice, or a row has more or fewer cells than the heading.
    """
    if not path.is_file():
        msg = "{path}: there is no such file; correct the path"
        raise NotFoundError(msg, path=path)
    try:
        sheet = read_sheet(path, layer)
    except (ValueError, KeyError, OSError, csv.Error, zipfile.BadZipFile) as error:
        if isinstance(error, FacilityCoverageError):
            raise
        msg = "{path}: not a table that can be read: {reason}; save it again as CSV"
        raise InputError(msg, path=path, reason=one_line(error)) from error
    if sheet.table.empty and not (may_be_empty and len(sheet.table.columns)):
        msg = "{path}: holds no row below its heading; fill it in or name another file"
        raise InputError(msg, path=path)
    return sheet


def layer_names(path: Path) -> dict[str, bool]:
    """Return the layers of a file.

    Parameters
    ----------
    path
        Anything that GDAL reads.

    Returns
    -------
    dict of str to bool
        The name of each, and whether its rows have a geometry.

    Raises
    ------
    NotFoundError
        There is no such file.
    InputError
        GDAL does not read it.
    """
    if not path.is_file():
        msg = "{path}: there is no such file; correct the path"
        raise NotFoundError(msg, path=path)
    try:
        return {str(name): kind is not None for name, kind in pyogrio.list_layers(path)}
    except DataSourceError as error:
        raise _no_layer(path, error) from error


def read_layer(
    path: Path,
    layer: str | None = None,
    *,
    system: str | None = None,
    may_be_empty: bool = False,
) -> gpd.GeoDataFrame:
    """Read a layer with geometry and a CRS.

    Parameters
    ----------
    path
        Anything that GDAL reads: GeoPackage, GeoJSON, Shapefile, FlatGeobuf.
    layer
        Name of the layer; by default the only one.
    system
        The coordinate system of a layer that says no CRS, as ``known_system`` returns it.
    may_be_empty
        Whether a layer without a feature is a layer too.

    Returns
    -------
    geopandas.GeoDataFrame
        The layer in its own CRS; the index counts features from 1.

    Raises
    ------
    NotFoundError
        There is no such file, or no such layer in it.
    InputError
        It is not a layer, it holds no feature, or several layers and none was named.
    CrsError
        It says no CRS.
    """
    _require_whole(path)
    names = list(layer_names(path))
    if layer is None and len(names) > 1:
        msg = '{path}: holds the layers {layers}; name one with layer = "…"'
        raise InputError(msg, path=path, layers=", ".join(names))
    if layer is not None and layer not in names:
        msg = "{path}: has no layer {layer!r}; name one of {layers}"
        raise NotFoundError(msg, path=path, layer=layer, layers=", ".join(names))
    encoding = _encoding(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # GDAL's remarks on odd drivers
            frame = gpd.read_file(path, layer=layer, engine="pyogrio", encoding=encoding)
    except Exception as error:  # GDAL, or what GeoPandas, GEOS and PROJ make of its answer
        raise _no_layer(path, error) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        msg = "{path}: has no geometry; name a layer of points or polygons"
        raise InputError(msg, path=path)
    if frame.empty and not may_be_empty:
        msg = "{path}: holds no feature; draw some or name another layer"
        raise InputError(msg, path=path)
    if system is not None and (frame.crs is None or not is_on_earth(frame.crs)):
        stated = crs_of(WGS84 if system in (GCJ02, BD09) else system)
        frame = frame.set_crs(stated, allow_override=True)
    if frame.crs is None:
        msg = "{path}: says no CRS; set it in QGIS (Assign projection), or add the .prj file"
        raise CrsError(msg, path=path)
    require_on_earth(path, frame.crs)
    return frame.set_axis(range(1, len(frame) + 1), axis=0)


def placed_shapes(layer: gpd.GeoDataFrame, crs: str, path: Path) -> gpd.GeoSeries:
    """Return the geometries of a layer in the study's CRS, checked to be usable.

    Parameters
    ----------
    layer
        A layer with a CRS; its index counts rows as the file does.
    crs
        The study's metric CRS.
    path
        The layer's file, for the message.

    Returns
    -------
    geopandas.GeoSeries
        In two dimensions, indexed like the layer.

    Raises
    ------
    GeometryError
        Some are missing, cross themselves, or do not lie on Earth; each kind is told.
    """
    shapes = layer.geometry
    faults = []
    missing = shapes.isna() | shapes.is_empty
    if rows := rows_where(missing):
        msg = "{path}: the geometry is empty in {rows}; draw it or delete the row"
        faults.append(Remark(msg, path=path, rows=rows))
    vertices = shapes.count_coordinates()
    if rows := rows_where(vertices > MAX_VERTICES):
        msg = (
            "{path}: the polygon of {rows} has {vertices:,} vertices, more than {limit:,}; "
            "simplify it in QGIS to a metre"
        )
        raise GeometryError(msg, path=path, rows=rows, vertices=vertices.max(), limit=MAX_VERTICES)
    crossing = shapes[~missing & ~shapes.is_valid]
    msg = (
        "{path}: row {row}: the polygon crosses itself ({reason}); mend it in QGIS with Fix "
        "geometries"
    )
    faults.extend(
        Remark(msg, path=path, row=row, reason=reason)
        for row, reason in crossing.is_valid_reason().items()
    )
    placed = shapes.force_2d().to_crs(crs)
    on_earth = np.isfinite(placed.bounds).all(axis=1)
    if rows := rows_where(~missing & ~on_earth):
        msg = (
            "{path}: the coordinates in {rows} are not on Earth in {crs}; exchange longitude and "
            "latitude if they are swapped, or correct the layer's CRS"
        )
        faults.append(Remark(msg, path=path, rows=rows, crs=layer.crs.name))
    if faults:
        raise GeometryError(*faults)
    return placed


def placed_polygons(layer: gpd.GeoDataFrame, crs: str, path: Path) -> gpd.GeoSeries:
    """Return the polygons of a layer.

    Parameters
    ----------
    layer, crs, path
        As for ``placed_shapes``.

    Returns
    -------
    geopandas.GeoSeries
        As ``placed_shapes`` returns them.

    Raises
    ------
    GeometryError
        As ``placed_shapes`` raises it, or some row holds something else than a polygon.
    """
    shapes = placed_shapes(layer, crs, path)
    if rows := rows_where(~shapes.geom_type.isin(POLYGONS)):
        found = ", ".join(sorted(set(shapes.geom_type)))
        msg = "{path}: no polygon in {rows} but {found}; name a polygon layer"
        raise GeometryError(msg, path=path, rows=rows, found=found)
    return shapes


def require_columns(
    frame: pd.DataFrame, columns: Mapping[str, str] | Mapping[Remark, str], path: Path
) -> None:
    """Check that a table has the columns that a study names.

    Parameters
    ----------
    frame
        The table.
    columns
        Key of the study file to column name, such as ``{"boundaries.id": "Codigo"}``; where no
        key names the column, what it is.
    path
        The table's file, for the message.

    Raises
    ------
    SchemaError
        Some are missing; all are told.
    """
    there = [str(column) for column in frame.columns if column != "geometry"]
    msg = (
        "{path}: has no column {column!r} ({key}); name one of {columns}, or part its cells with "
        "commas"
        if len(there) == 1
        else "{path}: has no column {column!r} ({key}); name one of {columns}"
    )
    missing = [
        Remark(msg, path=path, column=column, key=key, columns=", ".join(there))
        for key, column in columns.items()
        if column not in frame.columns
    ]
    if missing:
        raise SchemaError(*missing)


def text_ids(frame: pd.DataFrame, column: str, path: Path) -> pd.Series:
    """Return an id column as text, checked to be there in every row and unique.

    Parameters
    ----------
    frame
        The table; its index counts rows as the file does.
    column
        Name of the id column.
    path
        The table's file, for the message.

    Returns
    -------
    pandas.Series of str
        Ids without blanks around them; whole numbers without a decimal point.

    Raises
    ------
    SchemaError
        Some are empty or stand twice.
    """
    ids = frame[column].map(plain_text)
    faults = []
    if empty := rows_where(ids == ""):
        msg = "{path}: column {column!r} is empty in {rows}; give each row an id"
        faults.append(Remark(msg, path=path, column=column, rows=empty))
    twice = ids[ids.duplicated(keep=False) & (ids != "")]
    for value, rows in list(twice.groupby(twice).groups.items())[:_SHOWN_ROWS]:
        shown = ", ".join(str(row) for row in rows)
        msg = "{path}: {column} {value!r} stands in rows {rows}; ids must differ, or merge the rows"
        faults.append(Remark(msg, path=path, column=column, value=value, rows=shown))
    if faults:
        raise SchemaError(*faults)
    return ids


def plain_text(value: Any) -> str:  # noqa: ANN401  (a cell of a table holds anything)
    """Return a table cell as text: empty for missing, whole numbers without a decimal point.

    Parameters
    ----------
    value
        What stands in the cell.

    Returns
    -------
    str
        Text without blanks around it.
    """
    if value is None or value is pd.NaT or value != value:  # noqa: PLR0124  (NaN)
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def numbers(frame: pd.DataFrame, column: str, path: Path, *, meaning: Remark) -> pd.Series:
    """Return a column of non-negative numbers.

    Parameters
    ----------
    frame
        The table; its index counts rows as the file does.
    column
        Name of the column.
    path
        The table's file, for the message.
    meaning
        What the numbers are, for the message.

    Returns
    -------
    pandas.Series of float
        The numbers.

    Raises
    ------
    SchemaError
        Some are no number, not finite or negative; each kind is told with its rows.
    """
    values = pd.to_numeric(frame[column], errors="coerce").astype(float)
    told = {"path": path, "column": column, "meaning": meaning}
    faults = []
    if rows := rows_where(~values.abs().lt(float("inf"))):
        msg = (
            "{path}: column {column!r} ({meaning}) is empty or no finite number in {rows}; correct "
            "or remove them"
        )
        faults.append(Remark(msg, **told, rows=rows))
    if rows := rows_where(values < 0):
        msg = "{path}: column {column!r} ({meaning}) is negative in {rows}; correct or remove them"
        faults.append(Remark(msg, **told, rows=rows))
    if faults:
        raise SchemaError(*faults)
    return values


def rows_where(wrong: pd.Series) -> Remark | None:
    """Return the rows where a condition holds, as words: ``row 3, 8 and 12 more``.

    Parameters
    ----------
    wrong
        Booleans, indexed by row.

    Returns
    -------
    Remark or None
        The words; None where it never holds.
    """
    rows = [str(row) for row in wrong.index[wrong]]
    if not rows:
        return None
    shown = ", ".join(rows[:_SHOWN_ROWS])
    more = len(rows) - _SHOWN_ROWS
    if more > 0:
        return Remark("row {rows} and {more} more", rows=shown, more=more)
    return Remark("row {rows}", rows=shown)


def _require_whole(path: Path) -> None:
    """Refuse a book that is none of ours, and a shapefile without its companions."""
    if path.suffix.lower() in _OTHER_BOOKS and path.is_file():
        msg = "{path}: is no table that is read here; save it as .xlsx or CSV"
        raise InputError(msg, path=path)
    if path.suffix.lower() != ".shp" or not path.is_file():
        return
    for ending in (".shx", ".dbf"):
        if not (path.with_suffix(ending).is_file() or path.with_suffix(ending.upper()).is_file()):
            msg = (
                "{path}: {companion} is missing beside it; copy all files of the shapefile (.shp, "
                ".shx, .dbf, .prj)"
            )
            raise InputError(msg, path=path, companion=path.with_suffix(ending).name)


def _encoding(path: Path) -> str | None:
    """Return the encoding of a shapefile that does not say it; None leaves it to GDAL."""
    table = path.with_suffix(".dbf")
    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").is_file() or not table.is_file():
        return None
    content = table.read_bytes()
    rows = content[int.from_bytes(content[8:10], "little") :]
    try:
        rows.decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


def _no_layer(path: Path, error: Exception) -> InputError:
    """Put in one line what GDAL says against a layer."""
    reason = one_line(error).split(";")[0]
    msg = "{path}: not a layer that GDAL reads: {reason}; save it as GeoPackage or GeoJSON"
    return InputError(msg, path=path, reason=reason)
