"""The coordinate systems that a point layer may declare, and the way from each to WGS 84.

Longitude or easting always comes first here, whatever the axis order that EPSG prints: the CGCS2000
zones (4526, 4547, 4548, 4549 …) are registered as north before east, and Chinese files in them
often head the *northing* with X. Columns that are exchanged are recognised by where they lead:
``exchanged`` tells the rows that lie on Earth, or in the zone, only the other way round.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError as PyprojCrsError

from facility_coverage.coordinates import bd09, gcj02
from facility_coverage.errors import CrsError
from facility_coverage.words import Remark, Told

WGS84, GCJ02, BD09, CGCS2000 = "wgs84", "gcj02", "bd09", "cgcs2000"
SYSTEMS = (WGS84, GCJ02, BD09, CGCS2000)
"""The systems with a name of their own; every other is an EPSG code such as ``EPSG:4547``."""

_CODES = {WGS84: "EPSG:4326", CGCS2000: "EPSG:4490"}
_SPELLINGS = {
    "wgs84": WGS84, "wgs1984": WGS84, "gps": WGS84, "epsg4326": WGS84, "4326": WGS84,
    "gcj02": GCJ02, "火星坐标": GCJ02, "火星坐标系": GCJ02, "高德": GCJ02, "腾讯": GCJ02,
    "bd09": BD09, "bd09ll": BD09, "百度": BD09, "百度坐标": BD09, "百度坐标系": BD09,
    "cgcs2000": CGCS2000, "epsg4490": CGCS2000, "4490": CGCS2000, "国家2000": CGCS2000,
    "大地2000": CGCS2000, "国家大地2000": CGCS2000, "2000国家大地坐标系": CGCS2000,
}  # fmt: skip
"""What people write for them, without blanks, hyphens, underscores and colons."""

_ZONE_MARGIN_DEG = 3.0
"""How far outside its area of use a zone is still believed: a neighbouring zone's width."""


def known_system(name: str, where: Told | str = "") -> str:
    """Return the one name of a coordinate system.

    Parameters
    ----------
    name
        ``"gcj02"``, ``"GCJ-02"``, ``"EPSG:4547"``, ``"4547"`` …
    where
        Where the name was found, to begin the message with; empty where the caller knows.

    Returns
    -------
    str
        One of ``SYSTEMS``, or ``EPSG:`` and a number.

    Raises
    ------
    CrsError
        Nobody knows it, or it is no system of places on a plane or in degrees.
    """
    plain = "".join(name.lower().split()).translate(dict.fromkeys(map(ord, "-_:")))
    if plain in _SPELLINGS:
        return _SPELLINGS[plain]
    digits = plain.removeprefix("epsg")
    if digits.isascii() and digits.isdigit():
        code = f"EPSG:{int(digits)}"
        try:
            crs = CRS.from_user_input(code)
        except PyprojCrsError as error:
            msg = "{name!r} is no EPSG code that PROJ knows; write one like EPSG:4547"
            raise _unknown(Remark(msg, name=name), where) from error
        if crs.is_geographic or crs.is_projected:
            return code
    msg = (
        "{name!r} is no coordinate system known here; write {systems} or an EPSG code such as "
        "EPSG:4547"
    )
    raise _unknown(Remark(msg, name=name, systems=", ".join(SYSTEMS)), where)


def _unknown(fault: Remark, where: Told | str) -> CrsError:
    """Return the error, with the place where the caller does not know it."""
    return CrsError("{where}: {fault}", where=where, fault=fault) if where else CrsError(fault)


def crs_of(system: str) -> CRS:
    """Return the CRS of a system that has one.

    Parameters
    ----------
    system
        As ``known_system`` returns it, but neither GCJ-02 nor BD-09, which no CRS describes.

    Returns
    -------
    pyproj.CRS
        The CRS.
    """
    return _crs(_CODES.get(system, system))


def in_degrees(system: str) -> bool:
    """Tell whether a system counts in degrees.

    Parameters
    ----------
    system
        As ``known_system`` returns it.

    Returns
    -------
    bool
        False for metres (or another length) on a plane.
    """
    return system in SYSTEMS or bool(_crs(system).is_geographic)


def to_wgs84(lonlat: NDArray[np.float64], system: str) -> NDArray[np.float64]:
    """Convert coordinates to WGS 84.

    Parameters
    ----------
    lonlat
        Shape (n, 2), longitude or easting first, in ``system``.
    system
        As ``known_system`` returns it.

    Returns
    -------
    ndarray of float64
        Shape (n, 2), degrees; NaN where the input is not finite, not on Earth, or beyond the
        plane of its zone.
    """
    return _on_earth(_inverse(np.asarray(lonlat, dtype=np.float64), system))


def from_wgs84(lonlat: NDArray[np.float64], system: str) -> NDArray[np.float64]:
    """Convert WGS 84 to another system.

    Parameters
    ----------
    lonlat
        Shape (n, 2), degrees, longitude first.
    system
        As ``known_system`` returns it.

    Returns
    -------
    ndarray of float64
        Shape (n, 2), longitude or easting first; NaN where the input is not on Earth or beyond
        the plane of the zone.
    """
    degrees = _on_earth(np.asarray(lonlat, dtype=np.float64))
    if system == GCJ02:
        return gcj02.from_wgs84(degrees)
    if system == BD09:
        return bd09.from_wgs84(degrees)
    code = _CODES.get(system, system)
    return degrees if system == WGS84 else _projected(degrees, _CODES[WGS84], code)


def exchanged(lonlat: NDArray[np.float64], system: str) -> NDArray[np.bool_]:
    """Tell the rows whose two coordinates stand in each other's place.

    Parameters
    ----------
    lonlat
        Shape (n, 2), longitude or easting first, in ``system``.
    system
        As ``known_system`` returns it.

    Returns
    -------
    ndarray of bool
        Shape (n,): whether the row leads nowhere as it stands (latitude beyond 90°, or outside
        the zone of a projected system) and somewhere when exchanged.
    """
    given = np.asarray(lonlat, dtype=np.float64)
    return ~believed(given, system) & believed(given[:, ::-1], system)


def believed(lonlat: NDArray[np.float64], system: str) -> NDArray[np.bool_]:
    """Tell whether each row leads to a place where its system is used.

    Parameters
    ----------
    lonlat
        Shape (n, 2), longitude or easting first, in ``system``.
    system
        As ``known_system`` returns it.

    Returns
    -------
    ndarray of bool
        Shape (n,): on Earth, and for a projected system in its zone or the width of one beside it.
    """
    degrees = to_wgs84(lonlat, system)
    on_earth: NDArray[np.bool_] = np.all(np.isfinite(degrees), axis=1)
    area = None if in_degrees(system) else _crs(system).area_of_use
    if area is None:
        return on_earth
    margin = _ZONE_MARGIN_DEG
    low, high = np.array([area.west, area.south]), np.array([area.east, area.north])
    near = ((degrees >= low - margin) & (degrees <= high + margin)).all(axis=1)
    return on_earth & near


def _inverse(lonlat: NDArray[np.float64], system: str) -> NDArray[np.float64]:
    if in_degrees(system):
        lonlat = _on_earth(lonlat)
    if system == GCJ02:
        return gcj02.to_wgs84(lonlat)
    if system == BD09:
        return bd09.to_wgs84(lonlat)
    code = _CODES.get(system, system)
    return lonlat if system == WGS84 else _projected(lonlat, code, _CODES[WGS84])


def _projected(xy: NDArray[np.float64], source: str, target: str) -> NDArray[np.float64]:
    """Transform with PROJ; NaN where it is not defined."""
    usable = np.all(np.isfinite(xy), axis=1)
    moved = np.full((len(xy), 2), np.nan)
    x, y = _transformer(source, target).transform(xy[usable, 0], xy[usable, 1])
    moved[usable] = np.column_stack([x, y])
    moved[~np.all(np.isfinite(moved), axis=1)] = np.nan
    return moved


@lru_cache(maxsize=32)
def _crs(code: str) -> CRS:
    return CRS.from_user_input(code)


@lru_cache(maxsize=16)
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _on_earth(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return degrees with NaN where a row is none."""
    on_earth = np.all(np.abs(lonlat) <= [180.0, 90.0], axis=1)
    return np.where(on_earth[:, None], lonlat, np.nan)
