"""Administrative areas of OpenStreetMap: a district by its name, the subdistricts in it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import osmium
import shapely

from facility_coverage.crs import WGS84
from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.inputs.osm import (
    area_shape,
    open_extract,
    require_file,
    scratch_folder,
    stream,
)
from facility_coverage.words import Joined, Remark, Told

NAME_KEYS = ("name", "name:zh", "name:zh-Hans", "name:en", "official_name", "alt_name")
WHOLE = 0
"""In place of a level: the district itself is the only subdistrict."""

_MAIN_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class AdminArea:
    """An administrative area.

    Attributes
    ----------
    osm_id
        ``r`` or ``w`` and the OSM id.
    name
        The tag ``name``; the id where there is none.
    level
        The tag ``admin_level``.
    shape
        Polygons in degrees.
    """

    osm_id: str
    name: str
    level: str
    shape: shapely.Geometry


def read_admin_areas(path: Path, *wanted: Any) -> list[AdminArea]:  # noqa: ANN401  (pyosmium)
    """Read administrative areas, streamed; places of nodes are kept in a file, not in memory.

    Parameters
    ----------
    path
        An OSM file.
    *wanted
        pyosmium's filters of the relations and areas that are meant.

    Returns
    -------
    list of AdminArea
        Those whose outline the file holds whole, sorted by id.

    Raises
    ------
    NotFoundError, InputError
        There is no such file, or it is no whole OSM file.
    """
    everything = osmium.osm.NODE | osmium.osm.WAY | osmium.osm.RELATION
    areas: dict[tuple[str, int], AdminArea] = {}
    require_file(path)
    with scratch_folder(path) as folder:
        processor = open_extract(path, everything)
        processor.with_locations(f"sparse_file_array,{folder}/places")
        processor.with_areas(*wanted)
        for one in (osmium.filter.EntityFilter(osmium.osm.AREA), *wanted):
            processor.with_filter(one)
        for item in stream(processor, path):
            shape = area_shape(item)
            if item.tags.get("boundary") != "administrative" or shape is None:
                continue
            key = "w" if item.from_way() else "r", item.orig_id()
            osm_id = f"{key[0]}{key[1]}"
            areas[key] = AdminArea(
                osm_id,
                item.tags.get("name", osm_id),
                item.tags.get("admin_level", ""),
                shape,
            )
    return [areas[key] for key in sorted(areas)]


def with_name(name: str) -> Any:  # noqa: ANN401  (pyosmium is untyped)
    """Return pyosmium's filter of what has a name.

    Parameters
    ----------
    name
        As one of the tags of ``NAME_KEYS`` has it.

    Returns
    -------
    osmium.filter.TagFilter
        The filter.
    """
    return osmium.filter.TagFilter(*((key, name) for key in NAME_KEYS))


def with_relation(number: int) -> tuple[Any, Any]:
    """Return pyosmium's filters of one relation.

    Parameters
    ----------
    number
        Its id.

    Returns
    -------
    tuple of osmium.filter.IdFilter
        Of the relation, and of its area, whose id osmium makes of it.
    """
    relation, area = osmium.filter.IdFilter([number]), osmium.filter.IdFilter([2 * number + 1])
    relation.enable_for(osmium.osm.RELATION)
    area.enable_for(osmium.osm.AREA)
    return relation, area


def of_level(level: int) -> Any:  # noqa: ANN401  (pyosmium is untyped)
    """Return pyosmium's filter of an administrative level.

    Parameters
    ----------
    level
        The tag ``admin_level``: 8 for 街道 and 镇.

    Returns
    -------
    osmium.filter.TagFilter
        The filter.
    """
    return osmium.filter.TagFilter(("admin_level", str(level)))


def only_one(areas: list[AdminArea], asked: Told | str, path: Path) -> AdminArea:
    """Return the area that was asked for.

    Parameters
    ----------
    areas
        What was found.
    asked
        The name or relation, for the message.
    path
        The file, for the message.

    Returns
    -------
    AdminArea
        The only one.

    Raises
    ------
    NotFoundError
        There is none.
    InputError
        There are several.
    """
    if not areas:
        msg = (
            "{path}: holds no whole administrative area {asked!r}; write its name alone as in "
            "天河区, name its relation with --relation, or its outline with --boundary"
        )
        raise NotFoundError(msg, path=path, asked=asked)
    if len(areas) > 1:
        found = Joined.of(
            Remark("{osm_id} ({name}, level {level})", osm_id=a.osm_id, name=a.name, level=a.level)
            for a in areas
        )
        msg = "{path}: {asked!r} is the name of {found}; name one of them with --relation"
        raise InputError(msg, path=path, asked=asked, found=found)
    return areas[0]


def subdistricts_of(
    areas: list[AdminArea], district: shapely.Geometry, level: int
) -> gpd.GeoDataFrame:
    """Return the subdistricts of a district: areas that lie in it with more than half of theirs.

    Parameters
    ----------
    areas
        Areas of one level.
    district
        Polygons in degrees.
    level
        That level, for the message.

    Returns
    -------
    geopandas.GeoDataFrame
        ``unit_id`` (the OSM id), ``unit_name``, ``geometry`` (whole, in degrees), sorted by id.

    Raises
    ------
    NotFoundError
        None lies in it.
    """
    kept = [
        area
        for area in areas
        if area.level == str(level)
        and area.shape.is_valid
        and area.shape.intersection(district).area > _MAIN_SHARE * area.shape.area
    ]
    if not kept:
        msg = (
            "OpenStreetMap has no whole area with admin_level {level} in this district; name "
            "another --admin-level, or 0 to take the district as one subdistrict"
        )
        raise NotFoundError(msg, level=level)
    return gpd.GeoDataFrame(
        {"unit_id": [area.osm_id for area in kept], "unit_name": [area.name for area in kept]},
        geometry=[area.shape for area in kept],
        crs=WGS84,
    )


def whole_district(name: str, district: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return a district as its only subdistrict.

    Parameters
    ----------
    name
        Its name.
    district
        Polygons in degrees.

    Returns
    -------
    geopandas.GeoDataFrame
        As ``subdistricts_of`` returns it.
    """
    units = {"unit_id": ["whole"], "unit_name": [name]}
    return gpd.GeoDataFrame(units, geometry=[district], crs=WGS84)
