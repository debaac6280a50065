"""Rows that stand somewhere: a table with longitude and latitude, or a layer with geometry."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.coordinates.systems import BD09, CGCS2000, GCJ02, crs_of, to_wgs84
from facility_coverage.coordinates.systems import WGS84 as SYSTEM_WGS84
from facility_coverage.crs import WGS84, project
from facility_coverage.errors import CrsError
from facility_coverage.inputs.amounts import amount
from facility_coverage.inputs.headings import heading
from facility_coverage.inputs.positions import table_positions
from facility_coverage.inputs.tables import (
    SHEETS,
    plain_text,
    read_layer,
    require_columns,
    whole_sheet,
)
from facility_coverage.words import Remark


@dataclass(frozen=True, eq=False)
class PlacedRows:
    """Rows and where they stand.

    Attributes
    ----------
    frame
        The rows, indexed as the file counts them.
    xy
        Shape (rows, 2), metres in the study's CRS: the point, or a point inside of the line or
        polygon; NaN where a row has no usable position.
    reason
        Shape (rows,): a remark why a row has none, and how to mend it; ``""`` for one with a
        position.
    left_out
        Sums and notes below the heading of a table: row and text.
    """

    frame: pd.DataFrame
    xy: NDArray[np.float64]
    reason: NDArray[np.object_]
    left_out: tuple[tuple[int, str], ...] = ()


def placed_rows(
    path: Path, layer: str | None, columns: dict[str, str], crs: str, system: str | None = None
) -> PlacedRows:
    """Read rows and where they stand.

    Parameters
    ----------
    path
        A ``.csv`` or ``.xlsx`` with positions in columns, or anything that GDAL reads.
    layer
        Name of the sheet or layer; None takes the first sheet or the only layer.
    columns
        Key of the study file to the name of the two columns, longitude or easting first; both
        may name one column whose cells hold both numbers.
    crs
        The study's metric CRS.
    system
        The coordinate system of the positions, as ``known_system`` returns it; None takes WGS 84
        for a table, and the layer's own CRS for a layer.

    Returns
    -------
    PlacedRows
        Every row of the source.

    Raises
    ------
    NotFoundError, InputError, SchemaError, CrsError
        The source cannot be read, a table lacks one of the columns, or a layer says another CRS
        than the one declared.
    """
    if path.suffix.lower() in SHEETS:
        sheet = whole_sheet(path, layer)
        frame = sheet.table
        columns = {key: heading(frame, name) for key, name in columns.items()}
        require_columns(frame, columns, path)
        lon, lat = columns.values()
        places = table_positions(frame, lon, lat, system or SYSTEM_WGS84)
        below = tuple(told for told in sheet.left_out if told[0] > sheet.heading_row)
        return PlacedRows(frame, _projected(places.lonlat, crs), places.reason, below)
    frame = read_layer(path, layer, system=system)
    points = declared_shapes(frame, system, path).to_crs(crs)
    placed = np.isfinite(points.bounds).all(axis=1)
    points = points.where(placed).representative_point()
    xy = np.column_stack([points.x, points.y]).astype(np.float64)
    reason = np.array(["" if there else _NO_GEOMETRY for there in placed], dtype=object)
    return PlacedRows(frame, xy, reason)


def declared_shapes(layer: gpd.GeoDataFrame, system: str | None, path: Path) -> gpd.GeoSeries:
    """Return the geometries of a layer whose coordinates may be shifted degrees.

    Parameters
    ----------
    layer
        A layer with a CRS.
    system
        What the study declares, as ``known_system`` returns it; None for nothing.
    path
        The layer's file, for the message.

    Returns
    -------
    geopandas.GeoSeries
        In the layer's own CRS; of GCJ-02 or BD-09, in WGS 84.

    Raises
    ------
    CrsError
        The layer says another CRS than the one declared; for GCJ-02 and BD-09, which no file can
        say, another than degrees of WGS 84 or CGCS2000.
    """
    shapes: gpd.GeoSeries = layer.geometry
    if system is None:
        return shapes
    shifted = system in (GCJ02, BD09)
    fitting = (SYSTEM_WGS84, CGCS2000) if shifted else (system,)
    if not any(shapes.crs.equals(crs_of(name), ignore_axis_order=True) for name in fitting):
        msg = (
            "{path}: coordinates = {system!r} is declared, but the layer says {crs}; correct or "
            "remove the key"
        )
        raise CrsError(msg, path=path, system=system, crs=shapes.crs.name)
    if not shifted:
        return shapes
    flat = shapes.force_2d()
    moved = to_wgs84(flat.get_coordinates().to_numpy(), system)
    return gpd.GeoSeries(shapely.set_coordinates(flat.to_numpy().copy(), moved), flat.index, WGS84)


_NO_GEOMETRY = Remark(
    "has no geometry on Earth; draw its point, or exchange its coordinates if swapped"
)


def points_of(xy: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return positions as points.

    Parameters
    ----------
    xy
        Shape (n, 2), metres; NaN where a row has no usable position.

    Returns
    -------
    ndarray of shapely.Point
        Shape (n,), empty points where a row has none.
    """
    points: NDArray[np.object_] = shapely.points(np.nan_to_num(xy))
    points[~np.all(np.isfinite(xy), axis=1)] = shapely.Point()
    return points


def texts(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return a column as text, empty where the table lacks it.

    Parameters
    ----------
    frame
        The table.
    column
        Name of the column, which need not be there.

    Returns
    -------
    pandas.Series of str
        Its cells.
    """
    if column not in frame.columns:
        return pd.Series("", index=frame.index)
    cells = frame[column]
    if isinstance(cells.dtype, pd.StringDtype):
        return cells.fillna("").str.strip()
    return cells.map(plain_text)


def amounts(
    frame: pd.DataFrame, column: str, path: Path, notes: list[Remark], *, meaning: str = ""
) -> NDArray[np.float64]:
    """Return a column of amounts; what is no amount is noted, not guessed.

    Parameters
    ----------
    frame
        The table; its index counts rows as the file does.
    column
        Name of the column, which need not be there.
    path
        The table's file, for the notes.
    notes
        Gets a sentence for each cell that holds something else than an amount.
    meaning
        Our name of the column, which tells the units that may stand in it; by default its own.

    Returns
    -------
    ndarray of float64
        Not negative; NaN where empty or no amount.
    """
    if column not in frame.columns:
        return np.full(len(frame), np.nan)
    values = pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=float, copy=True)
    plain = (values >= 0) & (values < np.inf)
    values[~plain] = np.nan
    cells = frame[column][~plain]
    for place, (row, cell) in zip(np.flatnonzero(~plain).tolist(), cells.items(), strict=True):
        text = plain_text(cell)
        read = amount(text, meaning or column)
        values[place] = read.value
        if read.reason:
            msg = "{path}: row {row}: {column} {text!r} {reason}; left empty"
            told = {"path": path.name, "row": row, "column": column, "text": text}
            notes.append(Remark(msg, **told, reason=read.reason))
    return values


def _projected(lonlat: NDArray[np.float64], crs: str) -> NDArray[np.float64]:
    """Project degrees; what is nowhere stays NaN."""
    placed: NDArray[np.bool_] = np.all(np.isfinite(lonlat), axis=1)
    xy = project(np.where(placed[:, None], lonlat, 0.0), WGS84, crs)
    xy[~placed | ~np.all(np.isfinite(xy), axis=1)] = np.nan
    return xy
