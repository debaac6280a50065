"""A travel-time surface as a Cloud-Optimised GeoTIFF."""

from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import RasterioError

from facility_coverage.errors import SourceError, one_line
from facility_coverage.files import atomic_path
from facility_coverage.result import Surface

NODATA = -1.0
"""Where the travel time is not known."""


def write_surface(surface: Surface, crs: str, path: Path, tags: dict[str, str]) -> None:
    """Write a surface as a GeoTIFF that a web server can hand out in pieces.

    Parameters
    ----------
    surface
        Seconds; NaN becomes ``NODATA``.
    crs
        Its CRS.
    path
        Where to, whole or not at all. Equal surfaces and tags give equal bytes.
    tags
        What a reader of the file alone must know, such as the profile.

    Raises
    ------
    SourceError
        The disk refused.
    """
    with atomic_path(path) as temporary:
        try:
            _write(surface, crs, temporary, tags)
        except RasterioError as error:
            msg = "{path}: cannot be written: {error}; make room on the disk"
            reason = one_line(error)
            raise SourceError(msg, path=path.name, error=reason) from error


def _write(surface: Surface, crs: str, path: Path, tags: dict[str, str]) -> None:
    west, north = surface.corner_m
    size_m = surface.cell_size_m
    rows, columns = surface.travel_time_s.shape
    with rasterio.open(
        path,
        "w",
        driver="COG",
        width=columns,
        height=rows,
        count=1,
        dtype="float32",
        crs=crs,
        transform=rasterio.Affine(size_m, 0.0, west, 0.0, -size_m, north),
        nodata=NODATA,
        compress="DEFLATE",
        predictor="FLOATING_POINT",
        overview_resampling="AVERAGE",
        num_threads="1",
    ) as file:
        file.write(np.where(np.isnan(surface.travel_time_s), NODATA, surface.travel_time_s), 1)
        file.set_band_description(1, "travel_time_s")
        file.update_tags(**dict(sorted(tags.items())))
