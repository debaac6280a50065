"""GCJ-02, the shifted degrees of Chinese internet maps (Gaode, Tencent), to WGS 84 and back.

The official algorithm is secret. Its published approximation is a sum of sines on the ellipsoid of
Krasovsky; the constants below stand in the open converters eviltransform and PRCoords, which
agree with each other to a centimetre. The real shift also carries about a metre of noise that no
formula holds.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

CHINA_BOX = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north, degrees: where the published formula shifts; elsewhere GCJ-02 is
WGS 84. It holds China's neighbours too, so declare GCJ-02 only where the source says so."""

_SEMI_MAJOR_M, _ECCENTRICITY_2 = 6_378_245.0, 0.00669342162296594323
"""The ellipsoid of Krasovsky, 1940."""

_ORIGIN_LON, _ORIGIN_LAT = 105.0, 35.0

_ROUNDS = 6
"""The shift changes by less than 0.8 % of a distance, so each round leaves less than 0.8 % of the
error before it: 700 m becomes less than 1e-9 m, and on the meridian of 105°, where the formula
holds a square root of nothing, less than 5e-7 m."""

_CHUNK = 1 << 15
"""Rows at a time."""


def from_wgs84(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shift WGS 84 to GCJ-02.

    Parameters
    ----------
    lonlat
        Shape (n, 2), degrees, longitude first; NaN stays NaN.

    Returns
    -------
    ndarray of float64
        Shape (n, 2), degrees; what lies outside ``CHINA_BOX`` is left as it is.
    """
    return by_chunk(lonlat, shifted)


def to_wgs84(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shift GCJ-02 back to WGS 84.

    Parameters
    ----------
    lonlat
        Shape (n, 2), degrees, longitude first; NaN stays NaN.

    Returns
    -------
    ndarray of float64
        Shape (n, 2), degrees: ``from_wgs84`` of it is ``lonlat`` to 1e-6 m. Within a kilometre
        outside ``CHINA_BOX`` two places share one pair of GCJ-02 degrees; the one inside is told.
    """
    return by_chunk(lonlat, unshifted)


def shift(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the shift of the formula, inside China or not.

    Parameters
    ----------
    lonlat
        Shape (n, 2), degrees, WGS 84, longitude first.

    Returns
    -------
    ndarray of float64
        Shape (n, 2), degrees to add.
    """
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    x, y = lon - _ORIGIN_LON, lat - _ORIGIN_LAT
    root, product = np.sqrt(np.abs(x)), x * y
    slow, fast = np.pi * x, np.sin(2.0 * np.pi * x)
    waves = 20.0 * (_tripled(fast) + fast)
    east_m = (
        300.0 + x + 2.0 * y + 0.1 * (x * x + product + root)
        + (waves + _long_waves(slow) + 150.0 * np.sin(slow / 12.0) + 300.0 * np.sin(slow / 30.0))
        * (2.0 / 3.0)
    )  # fmt: skip
    slow = np.pi * y
    north_m = (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * (y * y + root) + 0.1 * product
        + (waves + _long_waves(slow) + 160.0 * np.sin(slow / 12.0) + 320.0 * np.sin(slow / 30.0))
        * (2.0 / 3.0)
    )  # fmt: skip
    radians = np.radians(lat)
    flattened = 1.0 - _ECCENTRICITY_2 * np.sin(radians) ** 2
    normal_m = _SEMI_MAJOR_M / np.sqrt(flattened)
    meridian_m = normal_m * (1.0 - _ECCENTRICITY_2) / flattened
    return np.column_stack(
        [np.degrees(east_m / (normal_m * np.cos(radians))), np.degrees(north_m / meridian_m)]
    )


def _tripled(sine: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sine of three times an angle, which costs no sine."""
    return sine * (3.0 - 4.0 * sine * sine)


def _long_waves(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the two waves that both axes share."""
    third = np.sin(angle / 3.0)
    return 20.0 * _tripled(third) + 40.0 * third


def shifted(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shift rows that fit into a processor's cache; see ``from_wgs84``.

    Parameters
    ----------
    lonlat
        Shape (n, 2), degrees, longitude first.

    Returns
    -------
    ndarray of float64
        Shape (n, 2), degrees.
    """
    return np.where(_in_china(lonlat), lonlat + shift(lonlat), lonlat)


def unshifted(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Find the WGS 84 whose shift leads here, a better guess each round; see ``to_wgs84``.

    Parameters
    ----------
    lonlat
        Shape (n, 2), degrees, longitude first.

    Returns
    -------
    ndarray of float64
        Shape (n, 2), degrees.
    """
    guess = lonlat
    for _ in range(_ROUNDS):
        guess = lonlat - shift(guess)
    return np.where(_in_china(guess), guess, lonlat)


def _in_china(lonlat: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return shape (n, 1): whether the formula holds there; false for NaN."""
    west, south, east, north = CHINA_BOX
    lon, lat = lonlat[:, :1], lonlat[:, 1:]
    inside: NDArray[np.bool_] = (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
    return inside


def by_chunk(
    lonlat: NDArray[np.float64], convert: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Convert many rows, so many at a time that what one sine leaves is at hand for the next.

    Parameters
    ----------
    lonlat
        Shape (n, 2), degrees, longitude first.
    convert
        What to do with some rows.

    Returns
    -------
    ndarray of float64
        Shape (n, 2), degrees.
    """
    converted = np.empty((len(lonlat), 2))
    for start in range(0, len(lonlat), _CHUNK):
        rows = slice(start, start + _CHUNK)
        converted[rows] = convert(lonlat[rows])
    return converted
