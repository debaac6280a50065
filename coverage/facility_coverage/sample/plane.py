"""Between the plane in which the sample is drawn (EPSG:4547 metres) and degrees in its files."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

PLANE_CRS = "EPSG:4547"
"""CGCS2000 / 3-degree Gauss-Kruger CM 114E: at Tianhe a metre is true to 0.005 %."""

DEGREE_DECIMALS = 7
"""About a centimetre; also what an OpenStreetMap file can hold."""


@cache
def _transformer(source: str, target: str) -> Transformer:
    """Return the transformation between two systems, longitude or easting first."""
    return Transformer.from_crs(source, target, always_xy=True)


def to_degrees(xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return WGS 84 longitudes and latitudes, rounded as the files hold them.

    Parameters
    ----------
    xy_m
        Shape (n, 2), metres in ``PLANE_CRS``.

    Returns
    -------
    ndarray
        Shape (n, 2), degrees, longitude first.
    """
    return np.round(_transformed(xy_m, PLANE_CRS, "EPSG:4326"), DEGREE_DECIMALS)


def to_metres(lon_lat_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return positions in the plane.

    Parameters
    ----------
    lon_lat_deg
        Shape (n, 2), degrees in WGS 84, longitude first.

    Returns
    -------
    ndarray
        Shape (n, 2), metres in ``PLANE_CRS``.
    """
    return _transformed(lon_lat_deg, "EPSG:4326", PLANE_CRS)


def _transformed(xy: NDArray[np.float64], source: str, target: str) -> NDArray[np.float64]:
    """Transform points."""
    return np.column_stack(_transformer(source, target).transform(xy[:, 0], xy[:, 1]))
