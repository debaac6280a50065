"""Areas that say where a facility may be put: land of the street extract, layers of polygons."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray

from facility_coverage.crs import WGS84, project
from facility_coverage.errors import InputError
from facility_coverage.inputs.osm import ONLY_STREETS, area_shape, open_extract, stream
from facility_coverage.inputs.tables import placed_polygons, read_layer

LandKind = Literal["water", "park", "industry", "residential"]

LAND_TAGS: Mapping[LandKind, tuple[tuple[str, str], ...]] = {
    "water": (
        ("natural", "water"), ("landuse", "reservoir"), ("landuse", "basin"),
        ("waterway", "riverbank"), ("waterway", "dock"),
    ),
    "park": (
        ("leisure", "park"), ("leisure", "garden"), ("leisure", "nature_reserve"),
        ("leisure", "golf_course"), ("landuse", "recreation_ground"),
    ),
    "industry": (
        ("landuse", "industrial"), ("landuse", "port"), ("landuse", "quarry"),
        ("landuse", "landfill"),
    ),
    "residential": (("landuse", "residential"),),
}  # fmt: skip
"""OSM tags of each kind of land (OSM wiki, Map features: landuse, leisure, natural, waterway)."""


@dataclass(frozen=True, eq=False)
class Land:
    """Areas of one kind.

    Attributes
    ----------
    kind
        What it is.
    shapes
        Polygons in the study's CRS, sorted by OSM id.
    incomplete
        How many relations of this kind the extract tears apart, so that their area is not known.
    """

    kind: LandKind
    shapes: NDArray[np.object_]
    incomplete: int


def read_land(extract: Path, kinds: tuple[LandKind, ...], crs: str) -> tuple[Land, ...]:
    """Read the areas of some kinds of land.

    Parameters
    ----------
    extract
        An OSM file.
    kinds
        Which kinds; none reads nothing.
    crs
        The study's metric CRS.

    Returns
    -------
    tuple of Land
        One for each kind, in the order asked.

    Raises
    ------
    NotFoundError
        There is no such file.
    InputError
        It is a saved network, which holds no land, or no whole OSM file.
    """
    if not kinds:
        return ()
    if extract.suffix in ONLY_STREETS:
        msg = (
            "{path}: a saved network holds no water, parks or industry; name the OSM file in "
            "network.source, or a layer in siting.exclude_layer"
        )
        raise InputError(msg, path=extract)
    wanted = osmium.filter.TagFilter(*(tag for kind in kinds for tag in LAND_TAGS[kind]))
    everything = osmium.osm.NODE | osmium.osm.WAY | osmium.osm.RELATION
    processor = open_extract(extract, everything).with_areas(wanted).with_filter(wanted)
    areas: dict[tuple[str, int], tuple[frozenset[LandKind], shapely.Geometry]] = {}
    relations: dict[int, frozenset[LandKind]] = {}
    torn: list[frozenset[LandKind]] = []
    for item in stream(processor, extract):
        of = _kinds(dict(item.tags), kinds)
        if item.is_relation():
            relations[item.id] = of
        elif item.is_area():
            key = ("w" if item.from_way() else "r", item.orig_id())
            if (shape := area_shape(item)) is not None:
                areas[key] = (of, shape)
            elif item.from_way():
                torn.append(of)
    torn += [of for relation, of in relations.items() if ("r", relation) not in areas]
    return tuple(
        Land(
            kind,
            _placed([areas[key][1] for key in sorted(areas) if kind in areas[key][0]], crs),
            sum(kind in of for of in torn),
        )
        for kind in kinds
    )


def read_areas(path: Path, crs: str) -> NDArray[np.object_]:
    """Read a layer of polygons, such as renewal areas or land that is flooded.

    Parameters
    ----------
    path
        Anything that GDAL reads, with one layer.
    crs
        The study's metric CRS.

    Returns
    -------
    ndarray of shapely geometries
        Its polygons.

    Raises
    ------
    NotFoundError, InputError, CrsError, GeometryError
        The layer cannot be read, or holds something else than polygons.
    """
    shapes = placed_polygons(read_layer(path), crs, path)
    areas: NDArray[np.object_] = np.asarray(shapes.to_numpy(), dtype=object)
    return areas


def lies_in(xy: NDArray[np.float64], areas: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which places lie in some area; its border belongs to it.

    Parameters
    ----------
    xy
        Shape (p, 2), metres, finite.
    areas
        Polygons in the same CRS.

    Returns
    -------
    ndarray of bool
        Shape (p,).
    """
    inside = np.zeros(len(xy), dtype=bool)
    inside[shapely.STRtree(areas).query(shapely.points(xy), predicate="intersects")[0]] = True
    return inside


def _kinds(tags: dict[str, str], kinds: tuple[LandKind, ...]) -> frozenset[LandKind]:
    """Return which of the kinds asked a thing with these tags is."""
    return frozenset(
        kind for kind in kinds if any(tags.get(key) == value for key, value in LAND_TAGS[kind])
    )


def _placed(shapes: list[shapely.Geometry], crs: str) -> NDArray[np.object_]:
    """Bring polygons from degrees into the study's CRS; what crosses itself is mended."""
    array = np.array(shapes, dtype=object)
    placed: NDArray[np.object_] = shapely.transform(array, lambda xy: project(xy, WGS84, crs))
    return np.asarray(shapely.make_valid(placed), dtype=object)
