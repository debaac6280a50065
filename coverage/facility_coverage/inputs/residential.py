"""Where in a coarse cell people live: on its residential land, in pieces of a given size."""

from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.errors import InputError
from facility_coverage.inputs.land import read_areas, read_land
from facility_coverage.inputs.people import People
from facility_coverage.study_file import DemandSection
from facility_coverage.words import Remark

PIECE_M = 100.0
"""Cells larger than this are cut up before they are put on residential land."""

_SLIVER_M2 = 1.0
"""A piece of land below a square metre is rounding, and nobody lives on it."""


def on_residential_land(
    people: People, section: DemandSection, crs: str, extract: Path | None
) -> tuple[People, tuple[Remark, ...]]:
    """Put people on the residential land of their cells, in pieces.

    The people of a cell are spread evenly over the residential land in it: those of a cell without
    any stay spread over the whole cell, and are told.

    Parameters
    ----------
    people
        The people.
    section
        ``residential`` names the land (``osm``, or a layer of polygons), ``split_m`` the largest
        side of a piece.
    crs
        The study's metric CRS.
    extract
        The OSM file of the streets; None where the streets come from elsewhere.

    Returns
    -------
    people, remarks : People, tuple of Remark
        The very people that came in where neither key is given.

    Raises
    ------
    NotFoundError, InputError, CrsError, GeometryError
        The land cannot be read, or the people stand at points.
    """
    if section.residential is None and section.split_m is None:
        return people, ()
    if people.ground is None:
        msg = (
            "{path}: its people stand at points, which no residential land is in; remove "
            "residential and split_m"
        )
        raise InputError(msg, path=section.source)
    ground, cell = _split(people.ground, section.split_m or PIECE_M)
    remarks: tuple[Remark, ...] = ()
    if section.residential is not None:
        land = _land(section.residential, crs, extract)
        ground, cell, remarks = _on_land(ground, cell, land, people.persons["population"])
    return _pieces(people, ground, cell, section.split_m or PIECE_M), remarks


def _land(source: str, crs: str, extract: Path | None) -> NDArray[np.object_]:
    """Return residential land as polygons without overlap."""
    if source == "osm":
        if extract is None:
            msg = 'residential = "osm" needs an OSM file in network.source; name a layer'
            raise InputError(msg)
        shapes = read_land(extract, ("residential",), crs)[0].shapes
    else:
        shapes = read_areas(Path(source), crs)
    parts: NDArray[np.object_] = shapely.get_parts(shapely.union_all(shapes))
    return parts


def _split(
    ground: NDArray[np.object_], side_m: float
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Cut shapes along a grid of the study's CRS; return the pieces, and whose each is."""
    pieces, cells = [], []
    for cell, (shape, bounds) in enumerate(zip(ground, shapely.bounds(ground), strict=True)):
        west, south = np.floor(bounds[:2] / side_m)
        east, north = np.ceil(bounds[2:] / side_m)
        wide = np.ptp(bounds.reshape(2, 2), axis=0).max() > 1.5 * side_m
        if not wide:
            pieces.append(np.array([shape], dtype=object))
            cells.append(cell)
            continue
        column, row = np.meshgrid(np.arange(west, east), np.arange(south, north))
        x, y = column.ravel() * side_m, row.ravel() * side_m
        common = shapely.intersection(shape, shapely.box(x, y, x + side_m, y + side_m))
        pieces.append(common[shapely.area(common) > _SLIVER_M2])
        cells += [cell] * len(pieces[-1])
    return np.concatenate([*pieces, np.empty(0, dtype=object)]), np.array(cells, dtype=np.int64)


def _on_land(
    ground: NDArray[np.object_],
    cell: NDArray[np.int64],
    land: NDArray[np.object_],
    people: NDArray[np.float64],
) -> tuple[NDArray[np.object_], NDArray[np.int64], tuple[Remark, ...]]:
    """Cut pieces down to their residential land; those of a cell without any stay whole."""
    piece, part = shapely.STRtree(land).query(ground, predicate="intersects")
    common = shapely.intersection(ground[piece], land[part])
    kept = shapely.area(common) > _SLIVER_M2
    piece, common = piece[kept], common[kept]
    without = ~np.isin(cell, np.unique(cell[piece]))
    lost = people[np.unique(cell[without])]
    remarks: tuple[Remark, ...] = ()
    if lost.sum() > 0:
        message = (
            "{people} people live in {count} cells without residential land and stay spread over "
            "the whole cell"
        )
        values = {"people": f"{lost.sum():,.0f}", "count": f"{(lost > 0).sum():,}"}
        remarks = (Remark(message, **values),)
    owner = np.concatenate([cell[piece], cell[without]])
    shapes = np.concatenate([common, ground[without]])
    order = np.argsort(owner, kind="stable")
    return shapes[order], owner[order], remarks


def _pieces(
    people: People, ground: NDArray[np.object_], cell: NDArray[np.int64], side_m: float
) -> People:
    """Share the people of every cell out to its pieces, by area."""
    area_m2 = shapely.area(ground)
    whole_m2 = np.bincount(cell, weights=area_m2, minlength=len(people.place_id))
    share = area_m2 / whole_m2[cell]
    middle = shapely.centroid(ground)
    inside = shapely.contains(ground, middle)
    point = np.where(inside, middle, shapely.point_on_surface(ground))
    first = np.searchsorted(cell, cell)
    number = np.arange(len(cell)) - first + 1
    return People(
        tuple(
            f"{people.place_id[c]}.{n}" for c, n in zip(cell.tolist(), number.tolist(), strict=True)
        ),
        shapely.get_coordinates(point),
        ground,
        {group: persons[cell] * share for group, persons in people.persons.items()},
        min(people.spacing_m, side_m) or side_m,
    )
