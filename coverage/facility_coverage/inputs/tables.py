"""Tables and layers as files: csv, xlsx and anything GDAL reads, with their columns checked."""

import csv
import io
import warnings
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from facility_coverage.errors import (
    CrsError,
    FacilityCoverageError,
    GeometryError,
    InputError,
    NotFoundError,
    SchemaError,
)

SHEETS = frozenset({".csv", ".xlsx"})
"""Endings of tables without geometry."""

POLYGONS = ("Polygon", "MultiPolygon")

_SHOWN_ROWS = 5


def read_table(path: Path, layer: str | None = None, *, may_be_empty: bool = False) -> pd.DataFrame:
    """Read a table without geometry.

    Parameters
    ----------
    path
        A ``.csv`` (UTF-8, with or without BOM, else GB18030) or ``.xlsx`` file.
    layer
        Name of the sheet of an ``.xlsx``; by default its first.
    may_be_empty
        Whether a heading without a row below it is a table too.

    Returns
    -------
    pandas.DataFrame
        Cells of a CSV are text, so that the id ``007`` stays what it is. Headings are stripped of
        blanks, blank rows left out; the index counts rows as the file does (the first row below
        the heading is 2).

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
        msg = f"{path}: there is no such file; correct the path"
        raise NotFoundError(msg)
    try:
        table = _read_xlsx(path, layer) if path.suffix.lower() == ".xlsx" else _read_csv(path)
    except (ValueError, KeyError, OSError, csv.Error, zipfile.BadZipFile) as error:
        if isinstance(error, FacilityCoverageError):
            raise
        msg = f"{path}: not a table that can be read: {_one_line(error)}; save it again as CSV"
        raise InputError(msg) from error
    table = table.set_axis([str(column).strip() for column in table.columns], axis=1)
    if twice := sorted({name for name in table.columns[table.columns.duplicated()] if name}):
        msg = f"{path}: row 1: repeats {', '.join(twice)}; rename or remove one column"
        raise SchemaError(msg)
    table = table.set_axis(range(2, len(table) + 2), axis=0)
    table = table[(table != "").any(axis=1)]
    if table.empty and not (may_be_empty and len(table.columns)):
        msg = f"{path}: holds no row below its heading; fill it in or name another file"
        raise InputError(msg)
    return table


def read_layer(path: Path, layer: str | None = None) -> gpd.GeoDataFrame:
    """Read a layer with geometry and a CRS.

    Parameters
    ----------
    path
        Anything that GDAL reads: GeoPackage, GeoJSON, Shapefile, FlatGeobuf.
    layer
        Name of the layer; by default the only one.

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
    if not path.is_file():
        msg = f"{path}: there is no such file; correct the path"
        raise NotFoundError(msg)
    try:
        names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        if layer is None and len(names) > 1:
            msg = f'{path}: holds the layers {", ".join(names)}; name one with layer = "…"'
            raise InputError(msg)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # GDAL's remarks on odd drivers
            frame = gpd.read_file(path, layer=layer, engine="pyogrio")
    except DataLayerError as error:
        msg = f"{path}: has no layer {layer!r}; name one of {', '.join(names)}"
        raise NotFoundError(msg) from error
    except DataSourceError as error:
        reason = _one_line(error).split(";")[0]
        msg = f"{path}: not a layer that GDAL reads: {reason}; save it as GeoPackage or GeoJSON"
        raise InputError(msg) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        msg = f"{path}: has no geometry; name a layer of points or polygons"
        raise InputError(msg)
    if frame.empty:
        msg = f"{path}: holds no feature; draw some or name another layer"
        raise InputError(msg)
    if frame.crs is None:
        msg = f"{path}: says no CRS; set it in QGIS (Assign projection), or add the .prj file"
        raise CrsError(msg)
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
        faults.append(f"{path}: the geometry is empty in {rows}; draw it or delete the row")
    crossing = shapes[~missing & ~shapes.is_valid]
    faults.extend(
        f"{path}: row {row}: the polygon crosses itself ({reason}); mend it in QGIS with Fix "
        f"geometries"
        for row, reason in crossing.is_valid_reason().items()
    )
    placed = shapes.force_2d().to_crs(crs)
    on_earth = np.isfinite(placed.bounds).all(axis=1)
    if rows := rows_where(~missing & ~on_earth):
        faults.append(
            f"{path}: the coordinates in {rows} are not on Earth in {layer.crs.name}; exchange "
            f"longitude and latitude if they are swapped, or correct the layer's CRS"
        )
    if faults:
        raise GeometryError("\n".join(faults))
    return placed


def require_columns(frame: pd.DataFrame, columns: dict[str, str], path: Path) -> None:
    """Check that a table has the columns that a study names.

    Parameters
    ----------
    frame
        The table.
    columns
        Key of the study file to column name, such as ``{"boundaries.id": "Codigo"}``.
    path
        The table's file, for the message.

    Raises
    ------
    SchemaError
        Some are missing; all are told.
    """
    there = [str(column) for column in frame.columns if column != "geometry"]
    missing = [
        f"{path}: has no column {column!r} ({key}); name one of {', '.join(there)}"
        for key, column in columns.items()
        if column not in frame.columns
    ]
    if missing:
        raise SchemaError("\n".join(missing))


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
        faults.append(f"{path}: column {column!r} is empty in {empty}; give each row an id")
    twice = ids[ids.duplicated(keep=False) & (ids != "")]
    for value, rows in list(twice.groupby(twice).groups.items())[:_SHOWN_ROWS]:
        shown = ", ".join(str(row) for row in rows)
        faults.append(
            f"{path}: {column} {value!r} stands in rows {shown}; ids must differ, or merge the rows"
        )
    if faults:
        raise SchemaError("\n".join(faults))
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


def numbers(frame: pd.DataFrame, column: str, path: Path, *, meaning: str) -> pd.Series:
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
    faults = []
    for what, wrong in (
        ("is empty or no finite number", ~values.abs().lt(float("inf"))),
        ("is negative", values < 0),
    ):
        if rows := rows_where(wrong):
            faults.append(
                f"{path}: column {column!r} ({meaning}) {what} in {rows}; correct or remove them"
            )
    if faults:
        raise SchemaError("\n".join(faults))
    return values


def rows_where(wrong: pd.Series) -> str:
    """Return the rows where a condition holds, as words: ``row 3, 8 and 12 more``.

    Parameters
    ----------
    wrong
        Booleans, indexed by row.

    Returns
    -------
    str
        The words; empty where it never holds.
    """
    rows = [str(row) for row in wrong.index[wrong]]
    if not rows:
        return ""
    shown = ", ".join(rows[:_SHOWN_ROWS])
    more = len(rows) - _SHOWN_ROWS
    return f"row {shown}" + (f" and {more} more" if more > 0 else "")


def _read_xlsx(path: Path, sheet: str | None) -> pd.DataFrame:
    with pd.ExcelFile(path, engine="openpyxl") as book:
        if sheet is not None and sheet not in book.sheet_names:
            names = ", ".join(str(name) for name in book.sheet_names)
            msg = f"{path}: has no sheet {sheet!r}; name one of {names}"
            raise NotFoundError(msg)
        table: pd.DataFrame = pd.read_excel(
            book, sheet_name=sheet or 0, dtype=object, keep_default_na=False
        )
        return table


def _read_csv(path: Path) -> pd.DataFrame:
    """Read a CSV in UTF-8, or else in GB18030, which every text of Chinese Windows is."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    heading, *rows = list(csv.reader(io.StringIO(text, newline=""), strict=True)) or [[]]
    faults = [
        f"{path}: row {number}: has {len(row)} cells, the heading {len(heading)}; add or remove "
        f"commas"
        for number, row in enumerate(rows, start=2)
        if len(row) != len(heading) and any(row)
    ]
    if faults:
        raise SchemaError("\n".join(faults[:_SHOWN_ROWS]))
    blank = [""] * len(heading)
    return pd.DataFrame([row if any(row) else blank for row in rows], columns=heading, dtype=str)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
