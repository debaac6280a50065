"""BD-09, the degrees of Baidu's maps: GCJ-02 turned and shifted once more.

The constants are those of the open converters (see ``gcj02``).
"""

import numpy as np
from numpy.typing import NDArray

from facility_coverage.coordinates import gcj02

_OFFSET_LON, _OFFSET_LAT = 0.0065, 0.006
_WAVE = np.pi * 3000.0 / 180.0
_RADIUS_WAVE, _ANGLE_WAVE = 0.00002, 0.000003
_TINY = float(np.finfo(float).tiny)

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
    return gcj02.by_chunk(lonlat, lambda part: _turned(gcj02.shifted(part)))


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
    return gcj02.by_chunk(lonlat, lambda part: gcj02.unshifted(_turned_back(part)))


def _turned(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn each place about 0, 0, stretch it, and add the offset.

    The angle is at most 3e-6, so that it is its own sine, and its cosine 1 - angle²/2, to the last
    bit of a degree.
    """
    x, y = lonlat[:, 0], lonlat[:, 1]
    angle = _ANGLE_WAVE * np.cos(x * _WAVE)
    cosine = 1.0 - angle * angle / 2.0
    radius = np.maximum(np.sqrt(x * x + y * y), _TINY)  # at 0, 0 nothing is stretched
    stretch = 1.0 + _RADIUS_WAVE * np.sin(y * _WAVE) / radius
    return np.column_stack(
        [
            stretch * (x * cosine - y * angle) + _OFFSET_LON,
            stretch * (y * cosine + x * angle) + _OFFSET_LAT,
        ]
    )


def _turned_back(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Find the GCJ-02 that is turned to here, a better guess each round."""
    guess = lonlat - [_OFFSET_LON, _OFFSET_LAT]
    for _ in range(_ROUNDS):
        guess = guess + (lonlat - _turned(guess))
    return guess
