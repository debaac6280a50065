"""People as a source holds them: at points, in cells, in polygons or in the pixels of a raster."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.coordinates.systems import WGS84 as SYSTEM_WGS84
from facility_coverage.crs import WGS84, project
from facility_coverage.errors import GeometryError, InputError, SchemaError
from facility_coverage.inputs.boundaries import Boundaries
from facility_coverage.inputs.headings import heading
from facility_coverage.inputs.pixels import Pixels, read_pixels
from facility_coverage.inputs.placed_rows import declared_shapes
from facility_coverage.inputs.positions import table_positions
from facility_coverage.inputs.tables import (
    POLYGONS,
    SHEETS,
    numbers,
    placed_shapes,
    read_layer,
    read_table,
    require_columns,
    rows_where,
)
from facility_coverage.study_file import DemandSection
from facility_coverage.words import Remark

AGES = ("older", "children")
"""Groups of people that a source may count beside everybody."""

AGE_WORDS = {"older": Remark("people of 60 and over"), "children": Remark("children up to 6")}
EVERYBODY = Remark("population")

M2_PER_KM2 = 1e6

_ROUNDING_SHARE = 1e-6
"""Two rasters of one census differ by this much where single precision rounded them."""

_DENSITY = re.compile(
    r"densit|(?:/|per|人每|人/)\s*(?:sq|square|km|平方)|km-2|/ha|per ha", re.IGNORECASE
)
"""What the unit or the description of a raster of densities says."""


@dataclass(frozen=True, eq=False)
class People:
    """Rows of people, before they are shared out.

    Attributes
    ----------
    place_id
        Length d: row of the source, or row and column of the raster (``r120c45``, from 0).
    xy
        Shape (d, 2), metres in the study's CRS: where a row is decided.
    ground
        Shape (d,), the cell or polygon that its people live on; None of points.
    persons
        ``population``, ``older`` and ``children`` (the latter two where the source has them) to
        shape (d,): persons, or with ``weight`` square metres that stand for them.
    spacing_m
        Side of a cell, 0 for points.
    """

    place_id: tuple[str, ...]
    xy: NDArray[np.float64]
    ground: NDArray[np.object_] | None
    persons: dict[str, NDArray[np.float64]]
    spacing_m: float


def read_people(section: DemandSection, boundaries: Boundaries, crs: str) -> People:
    """Read the people of a study.

    Parameters
    ----------
    section
        Where they are.
    boundaries
        The subdistricts; of a raster the window around them is read.
    crs
        The study's metric CRS.

    Returns
    -------
    People
        In the order of the source.

    Raises
    ------
    NotFoundError, InputError, SchemaError, CrsError, GeometryError
        The source cannot be read, lacks a column or CRS, or holds a geometry that is not usable
        or a population that is no non-negative number; or a raster counts something else than
        the study says.
    """
    if section.from_raster:
        people = _from_raster(section, boundaries, crs)
    elif Path(section.source).suffix.lower() in SHEETS:
        people = _from_table(section, crs)
    else:
        people = _from_layer(section, crs)
    if not section.density:
        return people
    if people.ground is None:
        msg = "{path}: points have no area, so density = true says nothing; remove it"
        raise InputError(msg, path=section.source)
    km2 = shapely.area(people.ground) / M2_PER_KM2
    persons = {group: density * km2 for group, density in people.persons.items()}
    return People(people.place_id, people.xy, people.ground, persons, people.spacing_m)


def _from_table(section: DemandSection, crs: str) -> People:
    path = Path(section.source)
    table = read_table(path, section.layer)
    columns = {
        "demand.lon": heading(table, section.lon),
        "demand.lat": heading(table, section.lat),
    }
    require_columns(table, columns | _columns(section, table), path)
    lon, lat = columns["demand.lon"], columns["demand.lat"]
    places = table_positions(table, lon, lat, section.coordinates or SYSTEM_WGS84)
    if faults := places.faults(table.index):
        raise SchemaError(*(Remark("{path}: {fault}", path=path, fault=fault) for fault in faults))
    side_m = section.cell_size_m
    ground = (
        None if side_m is None else _squares(places.lonlat, side_m, section.cell_crs or crs, crs)
    )
    return People(
        tuple(str(row) for row in table.index),
        project(places.lonlat, WGS84, crs),
        ground,
        _persons(table, section, path, ground),
        side_m or 0.0,
    )


def _squares(
    lonlat: NDArray[np.float64], side_m: float, cell_crs: str, crs: str
) -> NDArray[np.object_]:
    """Return the squares of one CRS around places, as they are seen in another."""
    centre = project(lonlat, WGS84, cell_crs)
    half = side_m / 2.0
    corners = [(-half, -half), (half, -half), (half, half), (-half, half)]
    rings = [project(centre + corner, cell_crs, crs) for corner in corners]
    squares: NDArray[np.object_] = shapely.polygons(np.stack(rings, axis=1))
    return squares


def _from_layer(section: DemandSection, crs: str) -> People:
    path = Path(section.source)
    layer = read_layer(path, section.layer, system=section.coordinates)
    require_columns(layer, _columns(section, layer), path)
    layer = layer.set_geometry(declared_shapes(layer, section.coordinates, path))
    shapes = placed_shapes(layer, crs, path)
    kinds = shapes.geom_type
    polygons = kinds.isin(POLYGONS)
    if not (polygons.all() or kinds.isin(["Point", "MultiPoint"]).all()):
        found = ", ".join(sorted(set(kinds)))
        msg = "{path}: holds {found}; name a layer of points alone or of polygons alone"
        raise GeometryError(msg, path=path, found=found)
    points = shapes.representative_point()
    ground = np.asarray(shapes.to_numpy(), dtype=object) if polygons.all() else None
    return People(
        tuple(str(row) for row in layer.index),
        np.column_stack([points.x, points.y]),
        ground,
        _persons(layer, section, path, ground),
        0.0,
    )


def _columns(section: DemandSection, table: pd.DataFrame) -> dict[str, str]:
    """Return the columns of people, by their key in the study file."""
    keys = ["population"] if section.weight == "people" else []
    keys += ["floors"] if section.weight == "floor_area" else []
    keys += [age for age in AGES if getattr(section, age) is not None]
    return {f"demand.{key}": heading(table, getattr(section, key)) for key in keys}


def _persons(
    table: pd.DataFrame, section: DemandSection, path: Path, ground: NDArray[np.object_] | None
) -> dict[str, NDArray[np.float64]]:
    """Return everybody, and the ages that the study names."""
    columns = _columns(section, table)
    if section.weight != "people":
        return {"population": _floor_areas(table, section, path, ground)}
    everybody = numbers(table, columns["demand.population"], path, meaning=EVERYBODY)
    persons = {"population": everybody.to_numpy()}
    for age in AGES:
        if (column := columns.get(f"demand.{age}")) is None:
            continue
        some = numbers(table, column, path, meaning=AGE_WORDS[age])
        if rows := rows_where(some > everybody):
            msg = "{path}: more {group} than people in {rows}; exchange the columns"
            raise SchemaError(msg, path=path, group=AGE_WORDS[age], rows=rows)
        persons[age] = some.to_numpy()
    return persons


def _floor_areas(
    table: pd.DataFrame, section: DemandSection, path: Path, ground: NDArray[np.object_] | None
) -> NDArray[np.float64]:
    """Return the square metres that people live on, on all floors where those are asked for."""
    if ground is None:
        msg = '{path}: points have no area; name polygons, or remove weight = "{weight}"'
        raise GeometryError(msg, path=path, weight=section.weight)
    area_m2 = np.asarray(shapely.area(ground), dtype=np.float64)
    if section.weight == "area":
        return area_m2
    column = heading(table, section.floors)
    floors = table
    if section.default_floors is not None:
        empty = table[column].isna() | (table[column].astype(str).str.strip() == "")
        floors = table.assign(**{column: table[column].where(~empty, section.default_floors)})
    count = numbers(floors, column, path, meaning=Remark("floors")).to_numpy(dtype=np.float64)
    return np.asarray(area_m2 * count, dtype=np.float64)


def _from_raster(section: DemandSection, boundaries: Boundaries, crs: str) -> People:
    path = Path(section.source)
    pixels = read_pixels(path, boundaries.units)
    if section.density is None and (said := _DENSITY.search(pixels.unit)):
        msg = (
            "{path}: says {said!r} of its pixels ({unit}); add density = true to [demand], or "
            "density = false where they are counts all the same"
        )
        raise InputError(msg, path=path, said=said.group(), unit=pixels.unit)
    row, column = np.nonzero(pixels.people > 0)
    corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    xy, *rings = (
        project(pixels.coordinates(column + x, row + y), pixels.crs, crs)
        for x, y in [(0.5, 0.5), *corners]
    )
    side_m = np.hypot(*(rings[1] - rings[0]).T)
    persons = {"population": pixels.people[row, column]}
    for age in AGES:
        if (name := getattr(section, age)) is not None:
            some = _age_pixels(Path(name), age, pixels, path.name, boundaries)
            persons[age] = some[row, column]
    return People(
        tuple(f"r{r}c{c}" for r, c in zip(row + pixels.row, column + pixels.column, strict=True)),
        xy,
        shapely.polygons(np.stack(rings, axis=1)),
        persons,
        float(side_m.max(initial=0.0)),
    )


def _age_pixels(
    path: Path, age: str, pixels: Pixels, name: str, boundaries: Boundaries
) -> NDArray[np.float64]:
    """Read the raster of one age, which lies on the pixels of everybody's."""
    own = read_pixels(path, boundaries.units)
    if (own.people.shape, own.transform, own.crs) != (
        pixels.people.shape,
        pixels.transform,
        pixels.crs,
    ):
        msg = "{path}: its pixels are not those of {name}; resample it to them"
        raise InputError(msg, path=path, name=name)
    more = own.people > pixels.people * (1.0 + _ROUNDING_SHARE)
    if more.any():
        msg = "{path}: more {group} than people at {place}; exchange the two rasters"
        raise SchemaError(msg, path=path, group=AGE_WORDS[age], place=own.place_of(more))
    return np.minimum(own.people, pixels.people)
