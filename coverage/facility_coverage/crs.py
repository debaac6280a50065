"""The metric coordinate reference system of a study; everything inside counts in its metres."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError as PyprojCrsError

from facility_coverage.errors import CrsError
from facility_coverage.words import Told

WGS84 = "EPSG:4326"

MAX_SCALE_ERROR = 0.002
"""Largest error of a planar length that a study accepts: 2 m in 1000 m."""

_UTM_LON_LAT = (-180.0, -80.0, 180.0, 84.0)
_CHINA_LON_LAT = (73.5, 18.0, 135.1, 53.6)
_CGCS2000_GK_CM_75E = 4534
_UTM_NORTH_ZONE_0, _UTM_SOUTH_ZONE_0 = 32600, 32700
_SCALE_PROBE_M = 1000.0


def metric_crs(lon: float, lat: float) -> str:
    """Choose the metric CRS for a place.

    In the box of China it is the CGCS2000 / 3-degree Gauss-Kruger zone (scale 1 on its central
    meridian), elsewhere the UTM zone.

    Parameters
    ----------
    lon, lat
        Degrees, WGS84: the middle of the study.

    Returns
    -------
    str
        An EPSG code such as ``"EPSG:4547"``.

    Raises
    ------
    CrsError
        The place is not on Earth, or beyond 84° of latitude, where no such zone exists.
    """
    west, south, east, north = _UTM_LON_LAT
    if not (west <= lon <= east and south <= lat <= north):
        msg = "no metric CRS for longitude {lon}, latitude {lat}; are the two exchanged?"
        raise CrsError(msg, lon=lon, lat=lat)
    west, south, east, north = _CHINA_LON_LAT
    if west <= lon <= east and south <= lat <= north:
        zone = min(max(round(lon / 3), 25), 45)
        return f"EPSG:{_CGCS2000_GK_CM_75E + zone - 25}"
    zone = min(int((lon + 180) // 6) + 1, 60)
    return f"EPSG:{(_UTM_NORTH_ZONE_0 if lat >= 0 else _UTM_SOUTH_ZONE_0) + zone}"


def is_on_earth(crs: Any) -> bool:  # noqa: ANN401  (of pyproj or of rasterio)
    """Tell whether coordinates in a CRS name places on Earth.

    Parameters
    ----------
    crs
        A CRS of pyproj or rasterio.

    Returns
    -------
    bool
        False for a drawing's own plane (LOCAL_CS, as AutoCAD writes it), for heights, and for
        metres from the middle of the Earth.
    """
    return bool(crs.is_geographic or crs.is_projected)


def require_on_earth(path: Path, crs: Any) -> None:  # noqa: ANN401  (of pyproj or of rasterio)
    """Refuse a file whose coordinates name no places on Earth.

    Parameters
    ----------
    path
        The file, for the message.
    crs
        What it says, a CRS of pyproj or rasterio.

    Raises
    ------
    CrsError
        They name none.
    """
    if not is_on_earth(crs):
        msg = (
            "{path}: its CRS is of no place on Earth, such as that of a drawing; ask which system "
            "its numbers are in, and set that one in QGIS (Assign projection)"
        )
        raise CrsError(msg, path=path)


def require_metric(name: str, where: Told | str) -> str:
    """Check that a CRS exists and counts in metres.

    Parameters
    ----------
    name
        Anything that PROJ understands, such as ``"EPSG:4547"``.
    where
        Where the name was found, for the message.

    Returns
    -------
    str
        The same name.

    Raises
    ------
    CrsError
        The CRS is unknown, in degrees, or in another unit than the metre.
    """
    crs = known_crs(name, where)
    if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info):
        msg = "{where}: {name} ({title}) is not in metres; name a projected CRS: EPSG:4547"
        raise CrsError(msg, where=where, name=name, title=crs.name)
    return name


def known_crs(name: str, where: Told | str) -> CRS:
    """Look a CRS up.

    Parameters
    ----------
    name
        Anything that PROJ understands.
    where
        Where the name was found, for the message.

    Returns
    -------
    pyproj.CRS
        The CRS.

    Raises
    ------
    CrsError
        PROJ does not know it.
    """
    try:
        return CRS.from_user_input(name)
    except PyprojCrsError as error:
        msg = "{where}: {name!r} is not a known CRS; write one like EPSG:4326"
        raise CrsError(msg, where=where, name=name) from error


def project(xy: NDArray[np.float64], source: str | CRS, target: str | CRS) -> NDArray[np.float64]:
    """Transform coordinates, always east before north.

    Parameters
    ----------
    xy
        Shape (n, 2), in ``source``.
    source, target
        The two systems.

    Returns
    -------
    ndarray of float64
        Shape (n, 2), in ``target``; ``inf`` where the transformation is not defined.
    """
    x, y = _transformer(source, target).transform(xy[:, 0], xy[:, 1])
    return np.column_stack([x, y]).astype(np.float64, copy=False).reshape(-1, 2)


@lru_cache(maxsize=32)
def _transformer(source: str | CRS, target: str | CRS) -> Transformer:
    """Return the way from one system to another; PROJ takes a tenth of a second to find it."""
    return Transformer.from_crs(source, target, always_xy=True)


def require_true_lengths(crs: str, xy: NDArray[np.float64], where: Told | str) -> float:
    """Check that planar lengths in a CRS are true at some places.

    Parameters
    ----------
    crs
        A metric CRS.
    xy
        Shape (n, 2), metres in that CRS: corners of the study.
    where
        What is being checked, for the message.

    Returns
    -------
    float
        The largest relative error of a length there (0.0004 in the middle of a UTM zone).

    Raises
    ------
    CrsError
        The error exceeds ``MAX_SCALE_ERROR``.
    """
    corners = np.asarray(xy, dtype=np.float64)
    start = project(corners, crs, WGS84)
    geod = Geod(ellps="WGS84")
    worst = 0.0
    for step in ((_SCALE_PROBE_M, 0.0), (0.0, _SCALE_PROBE_M)):
        end = project(corners + step, crs, WGS84)
        _, _, true_m = geod.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
        worst = max(worst, float(np.max(np.abs(_SCALE_PROBE_M / np.asarray(true_m) - 1.0))))
    if not worst <= MAX_SCALE_ERROR:
        msg = (
            "{where}: lengths in {crs} are off by {error:.2%} there; choose another metric CRS "
            "([study] crs), or cut the study into smaller areas"
        )
        raise CrsError(msg, where=where, crs=crs, error=worst)
    return worst
