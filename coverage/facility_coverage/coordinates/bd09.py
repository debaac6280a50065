"""BD-09, the degrees of Baidu's maps: GCJ-02 turned and shifted once more.

The constants are those of the open converters (see ``gcj02``).
"""

import numpy as np
from numpy.typing import NDArray

from facility_coverage.coordinates import gcj02

_OFFSET_LON, _OFFSET_LAT = 0.0065, 0.006
_WAVE = np.pi * 3000.0 / 180.0
_RADIUS_WAVE, _ANGLE_WAVE = 0.00002, 0.000003

_ROUNDS = 6
"""Each leaves less than 2.5 % of the error before it: 100 m becomes less than 1e-7 m."""


def from_wgs84(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shift WGS 84 to BD-09.

    Parameters
    ----------
    lonlat
        Shape (n, 2), degrees, longitude first; NaN stays NaN.

    Returns
    -------
    ndarray of float64
        Shape (n, 2), degrees.
    """
    return from_gcj02(gcj02.from_wgs84(lonlat))


def to_wgs84(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shift BD-09 back to WGS 84.

    Parameters
    ----------
    lonlat
        Shape (n, 2), degrees, longitude first; NaN stays NaN.

    Returns
    -------
    ndarray of float64
        Shape (n, 2), degrees: ``from_wgs84`` of it is ``lonlat`` to 1e-6 m.
    """
    return gcj02.to_wgs84(to_gcj02(lonlat))


def from_gcj02(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn GCJ-02 to BD-09.

    Parameters
    ----------
    lonlat
        Shape (n, 2), degrees, longitude first.

    Returns
    -------
    ndarray of float64
        Shape (n, 2), degrees.
    """
    x, y = lonlat[:, 0], lonlat[:, 1]
    radius = np.hypot(x, y) + _RADIUS_WAVE * np.sin(y * _WAVE)
    angle = np.arctan2(y, x) + _ANGLE_WAVE * np.cos(x * _WAVE)
    return np.column_stack(
        [radius * np.cos(angle) + _OFFSET_LON, radius * np.sin(angle) + _OFFSET_LAT]
    )


def to_gcj02(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn BD-09 back to GCJ-02.

    Parameters
    ----------
    lonlat
        Shape (n, 2), degrees, longitude first.

    Returns
    -------
    ndarray of float64
        Shape (n, 2), degrees: ``from_gcj02`` of it is ``lonlat`` to 1e-7 m.
    """
    guess = lonlat - [_OFFSET_LON, _OFFSET_LAT]
    for _ in range(_ROUNDS):
        guess = guess + (lonlat - from_gcj02(guess))
    return guess
