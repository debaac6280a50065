"""Cells of tables and places, as JSON can hold them."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.crs import WGS84, project
from facility_coverage.thresholds import Threshold

Row = dict[str, Any]


def plain(value: Any) -> Any:  # noqa: ANN401  (a cell of a table)
    """Return a cell as JSON can hold it.

    Parameters
    ----------
    value
        A scalar of numpy, pandas or Python.

    Returns
    -------
    bool, int, float, str or None
        None where it is missing or not finite.
    """
    if value is None or value is pd.NA:
        return None
    bare = value.item() if hasattr(value, "item") else value
    if isinstance(bare, float):
        return bare if math.isfinite(bare) else None
    return bare if isinstance(bare, bool | int) else str(bare)


def plain_rows(frame: pd.DataFrame, columns: Sequence[str]) -> list[Row]:
    """Return the rows of some columns.

    Parameters
    ----------
    frame
        A table.
    columns
        Which of its columns.

    Returns
    -------
    list of dict
        Plain values by column.
    """
    values = zip(*(frame[column] for column in columns), strict=True)
    return [dict(zip(columns, map(plain, row), strict=True)) for row in values]


def per_threshold(
    frame: pd.DataFrame, measure: str, thresholds: Iterable[Threshold]
) -> list[list[Any]]:
    """Return a measure that has a column for each threshold.

    Parameters
    ----------
    frame
        A table.
    measure
        Its columns are called so, with the threshold's label behind.
    thresholds
        The tests.

    Returns
    -------
    list of list
        For each row one value a threshold.
    """
    columns = (frame[f"{measure}_{threshold.label}"] for threshold in thresholds)
    return [list(map(plain, values)) for values in zip(*columns, strict=True)]


def displayed(geometries: Iterable[shapely.Geometry], crs: str) -> NDArray[np.object_]:
    """Return geometries in longitude and latitude.

    Parameters
    ----------
    geometries
        In ``crs``; empty ones stay empty.
    crs
        Of the geometries.

    Returns
    -------
    ndarray of object
        In the same order.
    """
    shapes = np.array(list(geometries), dtype=object)
    placed = shapely.transform(shapes, lambda xy: project(xy, crs, WGS84))
    return np.asarray(placed, dtype=object)


def positions(points: Iterable[shapely.Point], crs: str) -> list[list[float] | None]:
    """Return points as ``[lon, lat]``, 1e-5 degrees being about 1 m.

    Parameters
    ----------
    points
        In ``crs``.
    crs
        Of the points.

    Returns
    -------
    list
        None for an empty point.
    """
    return [
        None if point.is_empty else [round(point.x, 5), round(point.y, 5)]
        for point in displayed(points, crs)
    ]
