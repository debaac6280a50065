"""Rows that stand somewhere: a table with longitude and latitude, or a layer with geometry."""

from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.crs import WGS84, project
from facility_coverage.inputs.tables import (
    SHEETS,
    plain_text,
    read_layer,
    read_table,
    require_columns,
)


def placed_rows(
    path: Path, layer: str | None, columns: dict[str, str], crs: str
) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Read rows and where they stand.

    Parameters
    ----------
    path
        A ``.csv`` or ``.xlsx`` with two columns of degrees, or anything that GDAL reads.
    layer
        Name of the sheet or layer; None takes the first sheet or the only layer.
    columns
        Key of the study file to the name of the two columns, longitude first.
    crs
        The study's metric CRS.

    Returns
    -------
    frame, xy : DataFrame, ndarray of float64
        The rows, indexed as the file counts them, and shape (rows, 2), metres: the point, or a
        point inside of the line or polygon; NaN where a row has no usable position.

    Raises
    ------
    NotFoundError, InputError, SchemaError, CrsError
        The source cannot be read, or a table lacks one of the two columns.
    """
    if path.suffix.lower() in SHEETS:
        frame = read_table(path, layer)
        require_columns(frame, columns, path)
        degrees = [
            pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=float)
            for column in columns.values()
        ]
        return frame, _checked_positions(np.column_stack(degrees), crs)
    frame = read_layer(path, layer)
    shapes = frame.geometry.to_crs(crs)
    placed = np.isfinite(shapes.bounds).all(axis=1)
    points = shapes.where(placed).representative_point()
    return frame, np.column_stack([points.x, points.y]).astype(np.float64)


def no_position(path: Path, columns: dict[str, str]) -> str:
    """Say why a row stands nowhere, and how to mend it.

    Parameters
    ----------
    path, columns
        As for ``placed_rows``.

    Returns
    -------
    str
        The reason.
    """
    if path.suffix.lower() in SHEETS:
        return (
            f"{', '.join(columns.values())} are no longitude and latitude in degrees; "
            f"fill them in, or exchange them if they are swapped"
        )
    return "has no geometry on Earth; draw its point, or exchange its coordinates if swapped"


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
    points[~np.isfinite(xy).all(axis=1)] = shapely.Point()
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
    return frame[column].map(plain_text)


def amounts(frame: pd.DataFrame, column: str, path: Path, notes: list[str]) -> NDArray[np.float64]:
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

    Returns
    -------
    ndarray of float64
        Not negative; NaN where empty or no amount.
    """
    text = texts(frame, column)
    values = pd.to_numeric(text.where(text != "", None), errors="coerce").astype(float)
    values = values.where((values >= 0) & (values < np.inf))
    notes.extend(
        f"{path.name}: row {row}: {column} {text[row]!r} is no amount and was left empty"
        for row in frame.index[values.isna() & (text != "")]
    )
    return np.asarray(values, dtype=np.float64)


def _checked_positions(lonlat: NDArray[np.float64], crs: str) -> NDArray[np.float64]:
    """Project degrees; what is not on Earth becomes NaN."""
    on_earth = np.all(np.abs(lonlat) <= [180.0, 90.0], axis=1)
    xy = project(np.where(on_earth.reshape(-1, 1), lonlat, 0.0), WGS84, crs)
    xy[~on_earth | ~np.isfinite(xy).all(axis=1)] = np.nan
    return xy
