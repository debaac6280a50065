"""Heights of the ground from a digital elevation model (.hgt, .tif), read between its pixels."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import rasterio
import rasterio.fill
import rasterio.windows
from numpy.typing import NDArray

from facility_coverage.crs import WGS84, project
from facility_coverage.errors import InputError, one_line
from facility_coverage.inputs.osm import require_file
from facility_coverage.inputs.rasters import applied, require_raster_crs

DRIVER_OF = {".hgt": "SRTMHGT", ".tif": "GTiff", ".tiff": "GTiff"}
"""GDAL drivers that read one plain file: no file can send the reader to another place."""

MAX_VOID_PIXELS = 10.0
"""Voids are filled from heights so near; in a wider one, places have none."""

_LOWEST_M, _HIGHEST_M = -500.0, 9000.0
"""The shore of the Dead Sea lies at -430 m, Qomolangma reaches 8849 m."""

_HIGH_GROUND_M = 50.0
"""Where all other ground is higher than this, 0 m stands for no height at all."""

_MAX_BYTE = 255
_FEET = frozenset({"ft", "feet", "foot", "us-ft", "us survey foot", "ftus", "英尺"})
_MARGIN_PIXELS = 10
_VOID = -32768.0


@dataclass(frozen=True, eq=False)
class Elevation:
    """Heights on a grid.

    Attributes
    ----------
    path
        The file, for messages.
    height_m
        Shape (rows, columns), metres, each at the middle of its pixel; NaN where it has none.
    to_pixel
        From coordinates in ``crs`` to column and row of the file, whole at corners.
    corner
        Column and row of the file at which ``height_m`` starts.
    crs
        Of those coordinates.
    filled_places
        How many of the places for which it was read lie in a void that was filled.
    """

    path: Path
    height_m: NDArray[np.float64]
    to_pixel: rasterio.Affine
    corner: tuple[int, int]
    crs: str
    filled_places: int = 0

    def pixel_of(self, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where places lie on the grid.

        Parameters
        ----------
        lonlat
            Shape (p, 2), degrees, WGS84.

        Returns
        -------
        ndarray of float64
            Shape (p, 2), column and row, whole at the middle of a pixel.
        """
        return applied(self.to_pixel, project(lonlat, WGS84, self.crs)) - self.corner - 0.5

    def heights_m(self, pixel: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the heights of places, bilinear between the middles of four pixels.

        In the outer half of a border pixel the height is that of its middle.

        Parameters
        ----------
        pixel
            Shape (p, 2), from ``pixel_of``.

        Returns
        -------
        ndarray of float64
            Shape (p,), metres; NaN beyond the grid, and beside a pixel without height.
        """
        rows, columns = self.height_m.shape
        inside = (np.abs(pixel - (np.array([columns, rows]) - 1) / 2) * 2 <= (columns, rows)).all(
            axis=1
        )
        column = np.clip(np.where(inside, pixel[:, 0], 0.0), 0, columns - 1)
        row = np.clip(np.where(inside, pixel[:, 1], 0.0), 0, rows - 1)
        west, north = np.floor(column).astype(np.intp), np.floor(row).astype(np.intp)
        east, south = np.minimum(west + 1, columns - 1), np.minimum(north + 1, rows - 1)
        across, down = column - west, row - north
        z = self.height_m
        upper = z[north, west] + across * (z[north, east] - z[north, west])
        lower = z[south, west] + across * (z[south, east] - z[south, west])
        height_m: NDArray[np.float64] = upper + down * (lower - upper)
        height_m[~inside] = np.nan
        return height_m


def read_elevation(path: Path, lonlat: NDArray[np.float64]) -> Elevation:
    """Read the part of an elevation model around some places.

    Voids are filled by inverse distance from the heights at their borders
    (``rasterio.fill.fillnodata``), and the places that stand on such ground are counted.

    Parameters
    ----------
    path
        An SRTM tile (``N42E001.hgt``; its name says where it lies) or a GeoTIFF, heights in metres
        in its first band.
    lonlat
        Shape (p, 2), degrees, WGS84.

    Returns
    -------
    Elevation
        The grid; every place has a height on it.

    Raises
    ------
    NotFoundError
        There is no such file.
    InputError
        It is no elevation model that can be read, some place has no height in it, or what it
        holds are no heights in metres: feet, saturated bytes, voids that nobody declared.
    CrsError
        It says no CRS.
    """
    require_file(path)
    driver = DRIVER_OF.get(path.suffix.lower())
    if driver is None:
        msg = "{path}: the ending {ending!r} is none of {endings}; convert it"
        raise InputError(msg, path=path, ending=path.suffix, endings=", ".join(DRIVER_OF))
    try:
        with rasterio.open(path, driver=driver) as raster:
            require_raster_crs(path, raster.crs)
            crs = raster.crs.to_wkt()
            window = _window(raster, project(lonlat, WGS84, crs))
            stored = raster.read(1, window=window, masked=True)
            _require_metres(path, raster.units[0] or "")
            _require_unsaturated(path, stored)
            scaled = stored.astype(np.float64) * raster.scales[0] + raster.offsets[0]
            height_m = scaled.filled(np.nan)
            to_pixel, corner = ~raster.transform, (window.col_off, window.row_off)
    except rasterio.errors.RasterioIOError as error:
        reason = one_line(error)
        msg = "{path}: not an elevation model (.hgt, .tif): {reason}; save it as GeoTIFF"
        raise InputError(msg, path=path, reason=reason) from error
    _require_heights_on_earth(path, height_m)
    measured = Elevation(path, height_m, to_pixel, corner, crs)
    pixel = measured.pixel_of(lonlat)
    in_void = ~np.isfinite(measured.heights_m(pixel))
    elevation = replace(measured, height_m=_filled(height_m), filled_places=int(in_void.sum()))
    require_heights(elevation, lonlat, elevation.heights_m(pixel))
    return elevation


def _require_metres(path: Path, unit: str) -> None:
    """Refuse heights in feet."""
    if unit.strip().lower() in _FEET:
        msg = "{path}: says that its heights are in {unit}; convert them to metres (gdal_calc)"
        raise InputError(msg, path=path, unit=unit)


def _require_unsaturated(path: Path, stored: np.ma.MaskedArray) -> None:
    """Refuse bytes that reach their end: heights above are lost, or it is a picture."""
    if stored.dtype == np.uint8 and (stored == _MAX_BYTE).any():
        msg = (
            "{path}: its pixels are uint8, which end at {most}, and some are {most}: higher ground "
            "is cut off, or it is a picture; name one with int16 or float32"
        )
        raise InputError(msg, path=path, most=_MAX_BYTE)


def _require_heights_on_earth(path: Path, height_m: NDArray[np.float64]) -> None:
    """Refuse voids that nobody declared: heights that do not exist, and 0 amid high ground."""
    known = height_m[np.isfinite(height_m)]
    beyond = (known < _LOWEST_M) | (known > _HIGHEST_M)
    if beyond.any():
        msg = (
            "{path}: {count} pixels hold {height:g} m, which is no height on Earth; declare that "
            "value as nodata (gdal_edit -a_nodata)"
        )
        raise InputError(msg, path=path, count=int(beyond.sum()), height=known[beyond][0])
    zero = known == 0.0
    others = known[~zero]
    if zero.any() and len(others) and others.min() > _HIGH_GROUND_M:
        msg = (
            "{path}: {count} pixels hold 0 m amid ground of {height:,.0f} m and more; declare 0 as "
            "nodata (gdal_edit -a_nodata 0)"
        )
        raise InputError(msg, path=path, count=int(zero.sum()), height=others.min())


def _filled(height_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return heights with their voids filled, as far as ``MAX_VOID_PIXELS`` from a height."""
    known = np.isfinite(height_m)
    if known.all() or not known.any():
        return height_m
    filled = rasterio.fill.fillnodata(
        np.where(known, height_m, _VOID), known, max_search_distance=MAX_VOID_PIXELS
    )
    return np.where(known, height_m, np.where(filled == _VOID, np.nan, filled))


def require_heights(
    elevation: Elevation, lonlat: NDArray[np.float64], height_m: NDArray[np.float64]
) -> None:
    """Refuse places without height: none is guessed.

    Parameters
    ----------
    elevation
        Where the heights come from, for the message.
    lonlat
        Shape (p, 2), degrees, WGS84.
    height_m
        Shape (p,), their heights.

    Raises
    ------
    InputError
        Some place lies beyond the model, or in a wide void.
    """
    lost = np.flatnonzero(~np.isfinite(height_m))
    if len(lost):
        lon, lat = lonlat[lost[0]].tolist()
        msg = (
            "{path}: no height at {count} of {places} places on streets, the first at {lon:.5f}, "
            "{lat:.5f}; name one that covers all streets without wide voids"
        )
        path, count, places = elevation.path, len(lost), len(lonlat)
        raise InputError(msg, path=path, count=count, places=places, lon=lon, lat=lat)


def _window(raster: rasterio.DatasetReader, xy: NDArray[np.float64]) -> rasterio.windows.Window:
    """Return the pixels around places, at least one of them."""
    pixel = applied(~raster.transform, xy[np.isfinite(xy).all(axis=1)])
    size = np.array([raster.width, raster.height])
    low = np.clip(np.floor(pixel.min(axis=0, initial=np.inf)) - _MARGIN_PIXELS, 0, size - 1)
    high = np.clip(np.ceil(pixel.max(axis=0, initial=-np.inf)) + _MARGIN_PIXELS, low + 1, size)
    (left, top), (right, bottom) = low.astype(int).tolist(), high.astype(int).tolist()
    return rasterio.windows.Window(left, top, right - left, bottom - top)
