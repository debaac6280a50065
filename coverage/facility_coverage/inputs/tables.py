"""Tables and layers as files: csv, xlsx and anything GDAL reads, with their columns checked."""

import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from facility_coverage.errors import CrsError, InputError, NotFoundError, SchemaError

SHEETS = frozenset({".csv", ".xlsx"})
"""Endings of tables without geometry."""

_SHOWN_ROWS = 5


def read_table(path: Path, layer: str | None = None) -> pd.DataFrame:
    """Read a table without geometry.

    Parameters
    ----------
    path
        A ``.csv`` (UTF-8, with or without BOM, else GB18030) or ``.xlsx`` file.
    layer
        Name of the sheet of an ``.xlsx``; by default its first.

    Returns
    -------
    pandas.DataFrame
        Headings stripped of blanks; the index counts rows as the file does (the first row below
        the heading is 2).

    Raises
    ------
    NotFoundError
        There is no such file.
    InputError
        It is not a table.
    """
    if not path.is_file():
        msg = f"{path}: there is no such file"
        raise NotFoundError(msg)
    try:
        if path.suffix.lower() == ".xlsx":
            table: pd.DataFrame = pd.read_excel(path, sheet_name=layer or 0, engine="openpyxl")
        else:
            table = _read_csv(path)
    except Exception as error:
        if not isinstance(error, ValueError | KeyError | OSError | pd.errors.ParserError):
            raise
        msg = f"{path}: not a table that can be read: {_one_line(error)}; save it again as CSV"
        raise InputError(msg) from error
    table.columns = [str(column).strip() for column in table.columns]
    if table.empty:
        msg = f"{path}: holds no row below its heading"
        raise InputError(msg)
    return table.set_axis(range(2, len(table) + 2), axis=0)


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
        msg = f"{path}: there is no such file"
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
        msg = f"{path}: has no layer {layer!r}; it has {', '.join(names)}"
        raise NotFoundError(msg) from error
    except DataSourceError as error:
        msg = f"{path}: not a layer that GDAL reads: {_one_line(error)}"
        raise InputError(msg) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        msg = f"{path}: has no geometry; name a layer of points or polygons"
        raise InputError(msg)
    if frame.empty:
        msg = f"{path}: holds no feature"
        raise InputError(msg)
    if frame.crs is None:
        msg = f"{path}: says no CRS; set it in QGIS (Assign projection), or add the .prj file"
        raise CrsError(msg)
    return frame.set_axis(range(1, len(frame) + 1), axis=0)


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
        f"{path}: has no column {column!r} ({key}); it has {', '.join(there)}"
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


def _read_csv(path: Path) -> pd.DataFrame:
    """Read a CSV in UTF-8, or else in GB18030, which every text of Chinese Windows is."""
    try:
        return pd.read_csv(path, encoding="utf-8-sig", low_memory=False)
    except UnicodeDecodeError:
        return pd.read_csv(path, encoding="gb18030", low_memory=False)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
