"""The area of which streets are fetched: a district and as far around it as people walk."""

from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.crs import WGS84, metric_crs, project
from facility_coverage.errors import GeometryError, InputError, LimitError
from facility_coverage.inputs.tables import POLYGONS, placed_polygons, read_layer

MAX_AREA_KM2 = 10_000.0
"""The largest area that is fetched at once: more than any district, less than a province."""

_SQUARE_KM = 1e6
_SLACK_M = 50.0
"""How far the outline is drawn outwards, and by how much it may then be straightened."""
_DECIMALS = 6
"""Of the outline's degrees: as many as Overpass is sent."""


def area_around(district: shapely.Geometry, reach_m: float) -> shapely.Geometry:
    """Return a district with all that lies within reach of it.

    Parameters
    ----------
    district
        Polygons in degrees.
    reach_m
        Metres.

    Returns
    -------
    shapely.Polygon or shapely.MultiPolygon
        In degrees, without holes, its outline straightened: it holds every place within reach.

    Raises
    ------
    GeometryError
        The district is no area on Earth, or crosses itself.
    LimitError
        The area is larger than ``MAX_AREA_KM2``.
    """
    if district.geom_type not in POLYGONS or district.is_empty or not district.is_valid:
        msg = "the district has no outline that is a polygon; name a layer with --boundary"
        raise GeometryError(msg)
    west, south, east, north = district.bounds
    crs = metric_crs((west + east) / 2.0, (south + north) / 2.0)
    outline = _projected(shapely.normalize(district), WGS84, crs)
    around = outline.buffer(reach_m + _SLACK_M).simplify(_SLACK_M)
    if around.area > MAX_AREA_KM2 * _SQUARE_KM:
        msg = (
            "the area to fetch has {area:,.0f} km², more than {most:,.0f}; name a district, or cut "
            "it into several studies"
        )
        raise LimitError(msg, area=around.area / _SQUARE_KM, most=MAX_AREA_KM2)
    parts = [shapely.Polygon(part.exterior) for part in shapely.get_parts(around)]
    degrees = _projected(shapely.union_all(parts), crs, WGS84)
    return shapely.set_precision(degrees, 10.0**-_DECIMALS)


def box_district(bbox: tuple[float, float, float, float]) -> shapely.Polygon:
    """Return a rectangle as a district.

    Parameters
    ----------
    bbox
        West, south, east, north, degrees.

    Returns
    -------
    shapely.Polygon
        In degrees.

    Raises
    ------
    InputError
        It is none, or not on Earth.
    """
    west, south, east, north = bbox
    if not (-180.0 <= west < east <= 180.0 and -90.0 <= south < north <= 90.0):  # noqa: PLR2004
        msg = (
            "{west:g},{south:g},{east:g},{north:g} is no rectangle of degrees; write west, south, "
            "east, north"
        )
        raise InputError(msg, west=west, south=south, east=east, north=north)
    return shapely.box(west, south, east, north)


def read_district(path: Path) -> shapely.Geometry:
    """Read the outline of a district.

    Parameters
    ----------
    path
        A layer of polygons; they are taken together.

    Returns
    -------
    shapely.Geometry
        In degrees.

    Raises
    ------
    NotFoundError, InputError, CrsError, GeometryError
        The layer cannot be read, or holds something else than polygons.
    """
    shapes = placed_polygons(read_layer(path), WGS84, path)
    return shapely.union_all(shapes.to_numpy())


def _projected(shape: shapely.Geometry, source: str, target: str) -> shapely.Geometry:
    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return project(xy, source, target)

    return shapely.transform(shape, move)
