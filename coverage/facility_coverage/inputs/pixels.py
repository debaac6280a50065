"""Pixels: counts of people in a GeoTIFF, the window of it around the subdistricts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import rasterio.windows
from numpy.typing import NDArray

from facility_coverage.errors import InputError, NotFoundError, SchemaError, one_line
from facility_coverage.inputs.rasters import applied, require_raster_crs
from facility_coverage.words import Remark

_CHORD_M = 1000.0
_UNIT_TAGS = frozenset({"unit", "units", "long_name", "description", "title"})


@dataclass(frozen=True, eq=False)
class Pixels:
    """A window of a raster of people.

    Attributes
    ----------
    people
        Shape (rows, columns), persons in each pixel; 0 where the raster holds no data.
    transform
        From column and row of the file to coordinates.
    crs
        Of those coordinates.
    row, column
        Where the window's first pixel lies in the file, from 0.
    unit
        What the file says of its values: unit, description and the like.
    """

    people: NDArray[np.float64]
    transform: rasterio.Affine
    crs: rasterio.crs.CRS
    row: int
    column: int
    unit: str

    def coordinates(
        self, column: NDArray[np.floating[Any]], row: NDArray[np.floating[Any]]
    ) -> NDArray[np.float64]:
        """Return the coordinates of places in the window.

        Parameters
        ----------
        column, row
            Shape (p,), whole at the upper left corner of a pixel.

        Returns
        -------
        ndarray of float64
            Shape (p, 2), in ``crs``.
        """
        places = np.column_stack([column + self.column, row + self.row])
        return applied(self.transform, places)

    def place_of(self, wrong: NDArray[np.bool_]) -> Remark:
        """Say where the first wrong pixel lies in the file, and what stands there.

        Parameters
        ----------
        wrong
            Shape (rows, columns), True somewhere.

        Returns
        -------
        Remark
            Such as ``row 3, column 8 (-5)``.
        """
        row, column = np.argwhere(wrong)[0].tolist()
        return Remark(
            "row {row}, column {column} ({value:g})",
            row=self.row + row,
            column=self.column + column,
            value=self.people[row, column],
        )


def read_pixels(path: Path, units: gpd.GeoDataFrame) -> Pixels:
    """Read the pixels around all subdistricts.

    Parameters
    ----------
    path
        A GeoTIFF of counts in its first band.
    units
        The subdistricts.

    Returns
    -------
    Pixels
        Every pixel that the bounding rectangle of the subdistricts touches.

    Raises
    ------
    NotFoundError, InputError, CrsError
        There is no such file, it is no raster, it lies elsewhere, or it says no CRS.
    SchemaError
        Pixels are negative or infinite.
    """
    if not path.is_file():
        msg = "{path}: there is no such file; correct the path"
        raise NotFoundError(msg, path=path)
    try:
        with rasterio.open(path) as raster:
            require_raster_crs(path, raster.crs)
            outline = units.geometry.segmentize(_CHORD_M)  # its lines are curves over there
            window = _touched(outline.to_crs(raster.crs).total_bounds, raster.transform)
            full = rasterio.windows.Window(0, 0, raster.width, raster.height)
            window = window.intersection(full)
            stored = raster.read(1, window=window, masked=True).astype(np.float64)
            people = (stored * raster.scales[0] + raster.offsets[0]).filled(0.0)
            transform, crs, unit = raster.transform, raster.crs, _unit(raster)
    except rasterio.errors.WindowError as error:
        msg = "{path}: lies nowhere near the subdistricts; name the raster of this district"
        raise InputError(msg, path=path) from error
    except rasterio.errors.RasterioIOError as error:
        reason = one_line(error)
        msg = "{path}: not a raster that GDAL reads: {reason}; save it again as GeoTIFF"
        raise InputError(msg, path=path, reason=reason) from error
    people[np.isnan(people)] = 0.0
    pixels = Pixels(people, transform, crs, window.row_off, window.col_off, unit)
    wrong = (people < 0) | np.isinf(people)
    if wrong.any():
        msg = (
            "{path}: {count} pixels are negative or infinite, the first at {place}; declare that "
            "value as nodata"
        )
        raise SchemaError(msg, path=path, count=int(wrong.sum()), place=pixels.place_of(wrong))
    return pixels


def _unit(raster: rasterio.DatasetReader) -> str:
    """Return what a raster says of the values of its first band."""
    tags = raster.tags() | raster.tags(1)
    named = [tags[key] for key in sorted(tags) if key.lower() in _UNIT_TAGS]
    said = [raster.units[0], raster.descriptions[0], *named]
    return ", ".join(dict.fromkeys(text for text in said if text))


def _touched(bounds: NDArray[np.float64], transform: rasterio.Affine) -> rasterio.windows.Window:
    """Return the pixels around a rectangle of coordinates, whichever way their rows run."""
    west, south, east, north = bounds
    if not np.isfinite(bounds).all():
        msg = "the CRS of the raster does not reach there"
        raise rasterio.errors.WindowError(msg)
    corners = np.array([[west, north], [east, north], [east, south], [west, south]])
    pixels = applied(~transform, corners)
    column, row = np.floor(pixels.min(axis=0)).astype(int).tolist()
    width, height = (np.ceil(pixels.max(axis=0)).astype(int) - (column, row)).tolist()
    return rasterio.windows.Window(column, row, width, height)
