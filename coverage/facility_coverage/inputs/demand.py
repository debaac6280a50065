"""Demand: where people live, as points with an exact share in each subdistrict."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from facility_coverage.crs import WGS84, project
from facility_coverage.errors import GeometryError, InputError, SchemaError
from facility_coverage.inputs.boundaries import Boundaries
from facility_coverage.inputs.pixels import Pixels, read_pixels
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

_ROUNDING = 1e-12
"""A share outside below this is the rounding of a cell that lies wholly inside."""

MAX_PEOPLE = 10_000_000.0
"""More people than this at one point are the mark of missing data that nobody declared."""

_ROUNDING_SHARE = 1e-6
"""Two rasters of one census differ by this much where single precision rounded them."""


@dataclass(frozen=True, eq=False)
class Demand:
    """Demand points; a cell or polygon is decided at its own point, and shared out by area.

    Attributes
    ----------
    demand_id
        Length d: row of the source, or row and column of the raster (``r120c45``, from 0).
    xy
        Shape (d, 2), metres in the study's CRS.
    population
        Shape (d,), persons.
    older
        Shape (d,), persons of 60 and over; None where the study has none.
    unit_share
        Shape (u + 1, d), sparse: the share of each point's people that lives in each
        subdistrict (rows of ``Boundaries.units``) and, last, outside all. Columns sum to 1.
    spacing_m
        Side of a cell, 0 for points.
    """

    demand_id: tuple[str, ...]
    xy: NDArray[np.float64]
    population: NDArray[np.float64]
    older: NDArray[np.float64] | None
    unit_share: csr_array
    spacing_m: float

    def by_unit(self, persons: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add persons up by subdistrict.

        Parameters
        ----------
        persons
            Shape (d,), persons at each demand point.

        Returns
        -------
        ndarray of float64
            Shape (u + 1,), the last being outside every subdistrict.
        """
        total: NDArray[np.float64] = self.unit_share @ persons
        return total

    @property
    def main_unit(self) -> NDArray[np.int64]:
        """Return the row of ``unit_share`` where most of each point's people live."""
        by_point = self.unit_share.tocsc()
        by_point.sort_indices()
        owner = np.repeat(np.arange(by_point.shape[1]), np.diff(by_point.indptr))
        order = np.lexsort((by_point.indices, -by_point.data, owner))
        first = np.unique(owner[order], return_index=True)[1]
        unit: NDArray[np.int64] = by_point.indices[order][first].astype(np.int64)
        return unit


def read_demand(section: DemandSection, boundaries: Boundaries, crs: str) -> Demand:
    """Read the people of a study.

    Parameters
    ----------
    section
        Where they are: a table or layer of points, cells or polygons, or a raster of counts.
    boundaries
        The subdistricts that they are shared out to.
    crs
        The study's metric CRS.

    Returns
    -------
    Demand
        Points from west to east, so that nothing depends on the order of the source. Of a
        raster, the pixels with people in the window around all subdistricts.

    Raises
    ------
    NotFoundError, InputError, SchemaError, CrsError, GeometryError
        The source cannot be read, lacks a column or CRS, or holds a geometry that is not usable
        or a population that is no non-negative number; or nobody in it lives in a subdistrict.
    """
    path = Path(section.source)
    if section.from_raster:
        demand = _from_raster(section, boundaries, crs)
    elif path.suffix.lower() in SHEETS:
        demand = _from_table(section, boundaries, crs)
    else:
        demand = _from_layer(section, boundaries, crs)
    if (crowd := demand.population > MAX_PEOPLE).any():
        first = int(np.argmax(crowd))
        msg = (
            f"{path}: more than {MAX_PEOPLE:,.0f} people in one place ({int(crowd.sum())} times, "
            f"first {demand.population[first]:g} at {demand.demand_id[first]}); declare that value "
            f"as nodata, or correct it"
        )
        raise SchemaError(msg)
    if not demand.population.sum() > 0:
        msg = f"{path}: nobody lives in it (the populations add up to 0); name the right column"
        raise InputError(msg)
    if not demand.by_unit(demand.population)[:-1].sum() > 0:
        msg = (
            f"{path}: nobody in it lives in a subdistrict; exchange longitude and latitude if they "
            f"are swapped, or name the people of this district"
        )
        raise InputError(msg)
    return _from_west_to_east(demand)


def _from_west_to_east(demand: Demand) -> Demand:
    older = demand.population if demand.older is None else demand.older
    order = np.lexsort((older, demand.population, demand.xy[:, 1], demand.xy[:, 0]))
    return Demand(
        tuple(demand.demand_id[row] for row in order.tolist()),
        demand.xy[order],
        demand.population[order],
        None if demand.older is None else demand.older[order],
        csr_array(demand.unit_share.tocsc()[:, order]),
        demand.spacing_m,
    )


def _from_table(section: DemandSection, boundaries: Boundaries, crs: str) -> Demand:
    path = Path(section.source)
    table = read_table(path, section.layer)
    columns = {"demand.lon": section.lon, "demand.lat": section.lat}
    require_columns(table, columns | _people_columns(section), path)
    lonlat = np.column_stack(
        [pd.to_numeric(table[c], errors="coerce").to_numpy(float) for c in columns.values()]
    )
    on_earth = pd.Series((np.abs(lonlat) <= [180.0, 90.0]).all(axis=1), index=table.index)
    if rows := rows_where(~on_earth):
        msg = (
            f"{path}: columns {section.lon!r}, {section.lat!r} are no longitude and latitude in "
            f"degrees in {rows}; fill them in, or exchange the two"
        )
        raise SchemaError(msg)
    xy = project(lonlat, WGS84, crs)
    if section.cell_size_m is None:
        share = _point_shares(shapely.points(xy), boundaries)
    else:
        share = _cell_shares(section, lonlat, boundaries)
    return Demand(
        tuple(str(row) for row in table.index),
        xy,
        *_people(table, section, path),
        share,
        section.cell_size_m or 0.0,
    )


def _from_layer(section: DemandSection, boundaries: Boundaries, crs: str) -> Demand:
    path = Path(section.source)
    layer = read_layer(path, section.layer)
    require_columns(layer, _people_columns(section), path)
    shapes = placed_shapes(layer, crs, path)
    kinds = shapes.geom_type
    polygons = kinds.isin(POLYGONS)
    if not (polygons.all() or kinds.isin(["Point", "MultiPoint"]).all()):
        found = ", ".join(sorted(set(kinds)))
        msg = f"{path}: holds {found}; name a layer of points alone or of polygons alone"
        raise GeometryError(msg)
    points = shapes.representative_point()
    if polygons.all():
        share = _polygon_shares(shapes.to_numpy(), boundaries.units.geometry.to_numpy())
    else:
        share = _point_shares(points.to_numpy(), boundaries)
    xy = np.column_stack([points.x, points.y])
    ids = tuple(str(row) for row in layer.index)
    return Demand(ids, xy, *_people(layer, section, path), share, 0.0)


def _from_raster(section: DemandSection, boundaries: Boundaries, crs: str) -> Demand:
    pixels = read_pixels(Path(section.source), boundaries.units)
    row, column = np.nonzero(pixels.people > 0)
    corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    xy, *rings = (
        project(pixels.coordinates(column + x, row + y), pixels.crs, crs)
        for x, y in [(0.5, 0.5), *corners]
    )
    cells = shapely.polygons(np.stack(rings, axis=1))
    side_m = np.hypot(*(rings[1] - rings[0]).T)
    return Demand(
        tuple(f"r{r}c{c}" for r, c in zip(row + pixels.row, column + pixels.column, strict=True)),
        xy,
        pixels.people[row, column],
        None if section.older is None else _older_pixels(section, pixels, boundaries)[row, column],
        _polygon_shares(cells, boundaries.units.geometry.to_numpy()),
        float(side_m.max(initial=0.0)),
    )


def _older_pixels(
    section: DemandSection, pixels: Pixels, boundaries: Boundaries
) -> NDArray[np.float64]:
    """Read the raster of older people, which lies on the pixels of everybody's."""
    path = Path(section.older or "")
    older = read_pixels(path, boundaries.units)
    if (older.people.shape, older.transform, older.crs) != (
        pixels.people.shape,
        pixels.transform,
        pixels.crs,
    ):
        name = Path(section.source).name
        msg = f"{path}: its pixels are not those of {name}; resample it to them"
        raise InputError(msg)
    more = older.people > pixels.people * (1.0 + _ROUNDING_SHARE)
    if more.any():
        msg = (
            f"{path}: more people of 60 and over than people at {older.place_of(more)}; exchange "
            f"the two rasters"
        )
        raise SchemaError(msg)
    return np.minimum(older.people, pixels.people)


def _people_columns(section: DemandSection) -> dict[str, str]:
    columns = {"demand.population": section.population}
    if section.older is not None:
        columns["demand.older"] = section.older
    return columns


def _people(
    table: pd.DataFrame, section: DemandSection, path: Path
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Return everybody, and the older people where the study names them."""
    everybody = numbers(table, section.population, path, meaning="population").to_numpy()
    if section.older is None:
        return everybody, None
    older = numbers(table, section.older, path, meaning="people of 60 and over")
    if rows := rows_where(older > everybody):
        msg = f"{path}: more people of 60 and over than people in {rows}; exchange the columns"
        raise SchemaError(msg)
    return everybody, older.to_numpy()


def _point_shares(points: NDArray[np.object_], boundaries: Boundaries) -> csr_array:
    """Give every point wholly to the subdistrict that it lies in."""
    n_units = len(boundaries.units)
    unit = boundaries.unit_of(points)
    row = np.where(unit < 0, n_units, unit)
    ones = np.ones(len(points))
    return csr_array((ones, (row, np.arange(len(points)))), shape=(n_units + 1, len(points)))


def _cell_shares(
    section: DemandSection, lonlat: NDArray[np.float64], boundaries: Boundaries
) -> csr_array:
    """Share square cells out by the exact fraction of their area."""
    crs = str(boundaries.units.crs)
    cell_crs = section.cell_crs or crs
    centre = project(lonlat, WGS84, cell_crs)
    half = (section.cell_size_m or 0.0) / 2.0
    corners = [(-half, -half), (half, -half), (half, half), (-half, half)]
    rings = [project(centre + corner, cell_crs, crs) for corner in corners]
    cells = shapely.polygons(np.stack(rings, axis=1))
    return _polygon_shares(cells, boundaries.units.geometry.to_numpy())


def _polygon_shares(cells: NDArray[np.object_], units: NDArray[np.object_]) -> csr_array:
    """Return the fraction of each cell's area in each unit, and outside all."""
    shapely.prepare(units)
    tree = shapely.STRtree(cells)
    unit, cell = tree.query(units, predicate="intersects")
    inside = shapely.contains(units[unit], cells[cell])
    fraction = np.ones(len(unit))
    cut = ~inside
    common = shapely.intersection(units[unit[cut]], cells[cell[cut]])
    fraction[cut] = shapely.area(common) / shapely.area(cells[cell[cut]])
    return _with_outside(csr_array((fraction, (unit, cell)), shape=(len(units), len(cells))))


def _with_outside(share: csr_array) -> csr_array:
    """Add the row of what lies outside, so that every column sums to 1."""
    share.eliminate_zeros()
    total = np.asarray(share.sum(axis=0)).ravel()
    scale = np.where(total > 1.0, 1.0 / np.where(total > 0, total, 1.0), 1.0)
    share = csr_array(share.multiply(scale[None, :]))
    outside = np.maximum(1.0 - np.minimum(total, 1.0), 0.0)
    outside[outside < _ROUNDING] = 0.0
    rest = csr_array(outside[None, :])
    rest.eliminate_zeros()
    return csr_array(vstack([share, rest]))
