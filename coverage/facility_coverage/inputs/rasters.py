"""What every raster needs: a CRS of places on Earth, and the way between pixels and coordinates."""

from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

from facility_coverage.crs import require_on_earth
from facility_coverage.errors import CrsError


def require_raster_crs(path: Path, crs: rasterio.crs.CRS | None) -> None:
    """Refuse a raster whose pixels name no places on Earth.

    Parameters
    ----------
    path
        The raster, for the message.
    crs
        What it says.

    Raises
    ------
    CrsError
        It says none, or one of no place on Earth.
    """
    if crs is None:
        msg = "{path}: says no CRS; write one into it with gdal_edit -a_srs"
        raise CrsError(msg, path=path)
    require_on_earth(path, crs)


def applied(transform: rasterio.Affine, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put places through a transform.

    Parameters
    ----------
    transform
        From column and row to coordinates, or its inverse.
    places
        Shape (p, 2): columns and rows, whole at the upper left corners of pixels, or coordinates.

    Returns
    -------
    ndarray of float64
        Shape (p, 2).
    """
    a, b, c, d, e, f = transform[:6]
    x, y = places.T
    return np.column_stack([a * x + b * y + c, d * x + e * y + f])
