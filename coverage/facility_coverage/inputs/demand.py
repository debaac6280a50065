"""Demand: where people live, as points with an exact share in each subdistrict."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import rasterio.windows
import shapely
from exactextract import exact_extract
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from facility_coverage.crs import WGS84, known_crs, project
from facility_coverage.errors import CrsError, InputError, NotFoundError, SchemaError
from facility_coverage.inputs.boundaries import Boundaries
from facility_coverage.inputs.tables import (
    SHEETS,
    numbers,
    read_layer,
    read_table,
    require_columns,
)
from facility_coverage.study_file import DemandSection

_ROUNDING = 1e-12
"""A share outside below this is the rounding of a cell that lies wholly inside."""

RASTERS = frozenset({".tif", ".tiff"})


@dataclass(frozen=True, eq=False)
class Demand:
    """Demand points; a cell or polygon is decided at its own point, and shared out by area.

    Attributes
    ----------
    demand_id
        Length d: row of the source, or row and column of the raster.
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
        Points in the order of the source. Of a raster, the pixels with people in the window
        around all subdistricts.

    Raises
    ------
    NotFoundError, InputError, SchemaError, CrsError
        The source cannot be read, lacks a column or CRS, or holds a population that is no
        non-negative number; or nobody lives in it.
    """
    path = Path(section.source)
    if path.suffix.lower() in RASTERS:
        demand = _from_raster(section, boundaries, crs)
    elif path.suffix.lower() in SHEETS:
        demand = _from_table(section, boundaries, crs)
    else:
        demand = _from_layer(section, boundaries, crs)
    if not demand.population.sum() > 0:
        msg = f"{path}: nobody lives in it (the populations add up to 0); name the right column"
        raise InputError(msg)
    return demand


def _from_table(section: DemandSection, boundaries: Boundaries, crs: str) -> Demand:
    path = Path(section.source)
    table = read_table(path, section.layer)
    columns = {"demand.lon": section.lon, "demand.lat": section.lat}
    require_columns(table, columns | _people_columns(section), path)
    lonlat = np.column_stack(
        [pd.to_numeric(table[c], errors="coerce").to_numpy(float) for c in columns.values()]
    )
    wrong = ~(np.abs(lonlat) <= [180.0, 90.0]).all(axis=1)
    if wrong.any():
        row = table.index[wrong][0]
        msg = (
            f"{path}: row {row}: {section.lon}, {section.lat} are no longitude and latitude in "
            f"degrees ({int(wrong.sum())} such rows); fill them in, or exchange the two"
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
    shapes = layer.geometry.to_crs(crs)
    if (shapes.isna() | shapes.is_empty).any():
        row = layer.index[shapes.isna() | shapes.is_empty][0]
        msg = f"{path}: feature {row} has no geometry; draw it or delete it"
        raise SchemaError(msg)
    points = shapes.representative_point()
    polygons = shapes.geom_type.isin(["Polygon", "MultiPolygon"])
    if polygons.all():
        share = _polygon_shares(shapes.to_numpy(), boundaries.units.geometry.to_numpy())
    else:
        share = _point_shares(points.to_numpy(), boundaries)
    xy = np.column_stack([points.x, points.y])
    ids = tuple(str(row) for row in layer.index)
    return Demand(ids, xy, *_people(layer, section, path), share, 0.0)


def _from_raster(section: DemandSection, boundaries: Boundaries, crs: str) -> Demand:
    path = Path(section.source)
    people, transform, raster_crs = _window(path, boundaries.units)
    older = None
    if section.older is not None:
        older_path = path.parent / section.older
        older, older_transform, older_crs = _window(older_path, boundaries.units)
        if (older.shape, older_transform, older_crs) != (people.shape, transform, raster_crs):
            msg = f"{older_path}: its pixels are not those of {path.name}; resample it to them"
            raise InputError(msg)
    row, column = np.nonzero(people > 0)
    x, y = transform * (column + 0.5, row + 0.5)
    xy = project(np.column_stack([x, y]), raster_crs, crs)
    side = transform * (np.array([0.0, 1.0]) + 0.5, np.array([0.0, 0.0]) + 0.5)
    ends = project(np.column_stack(side), raster_crs, crs)
    return Demand(
        tuple(f"r{r}c{c}" for r, c in zip(row.tolist(), column.tolist(), strict=True)),
        xy,
        people[row, column],
        None if older is None else older[row, column],
        _pixel_shares(people, transform, boundaries.units.to_crs(raster_crs), (row, column)),
        float(np.hypot(*(ends[1] - ends[0]))),
    )


def _window(
    path: Path, units: gpd.GeoDataFrame
) -> tuple[NDArray[np.float64], rasterio.Affine, rasterio.crs.CRS]:
    """Read the pixels around all subdistricts; missing pixels hold nobody."""
    if not path.is_file():
        msg = f"{path}: there is no such file"
        raise NotFoundError(msg)
    try:
        with rasterio.open(path) as raster:
            if raster.crs is None:
                msg = f"{path}: says no CRS; write one into it with gdal_edit -a_srs"
                raise CrsError(msg)
            wanted = rasterio.windows.from_bounds(
                *units.to_crs(raster.crs).total_bounds, raster.transform
            )
            full = rasterio.windows.Window(0, 0, raster.width, raster.height)
            window = wanted.round_offsets(op="floor").round_lengths(op="ceil")
            window = rasterio.windows.Window(
                window.col_off - 1, window.row_off - 1, window.width + 2, window.height + 2
            ).intersection(full)
            people = raster.read(1, window=window, masked=True).astype(np.float64).filled(0.0)
            transform = raster.window_transform(window)
            crs = raster.crs
    except rasterio.errors.WindowError as error:
        msg = f"{path}: lies nowhere near the subdistricts; is it the raster of this district?"
        raise InputError(msg) from error
    except rasterio.errors.RasterioIOError as error:
        msg = f"{path}: not a raster that GDAL reads: {' '.join(str(error).split())}"
        raise InputError(msg) from error
    people[np.isnan(people)] = 0.0
    if (people < 0).any():
        r, c = np.argwhere(people < 0)[0].tolist()
        msg = (
            f"{path}: {int((people < 0).sum())} pixels are negative ({people[r, c]:g} at row {r}, "
            f"column {c} of the district's window); declare that value as nodata"
        )
        raise SchemaError(msg)
    return people, transform, crs


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
    if (older > everybody).any():
        row = table.index[older > everybody][0]
        msg = f"{path}: row {row}: more people of 60 and over than people; exchange the columns"
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
    name = section.cell_crs or boundaries.units.crs
    cell_crs = known_crs(name, "demand.cell_crs")
    centre = project(lonlat, WGS84, cell_crs)
    half = (section.cell_size_m or 0.0) / 2.0
    cells = shapely.box(*(centre - half).T, *(centre + half).T)
    return _polygon_shares(cells, boundaries.units.geometry.to_crs(cell_crs).to_numpy())


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


def _pixel_shares(
    people: NDArray[np.float64],
    transform: rasterio.Affine,
    units: gpd.GeoDataFrame,
    pixels: tuple[NDArray[np.intp], NDArray[np.intp]],
) -> csr_array:
    """Return the exact fraction of each pixel with people in each unit, and outside all."""
    rank = np.full(people.shape, -1, dtype=np.int64)
    rank[pixels] = np.arange(len(pixels[0]))
    profile = {
        "driver": "GTiff", "dtype": "float64", "count": 1, "crs": units.crs,
        "transform": transform, "height": people.shape[0], "width": people.shape[1],
    }  # fmt: skip
    with rasterio.MemoryFile() as memory:
        with memory.open(**profile) as raster:
            raster.write(rank.astype(np.float64), 1)
        with memory.open() as raster:
            found = exact_extract(raster, units[["geometry"]], ["values", "coverage"])
    unit, pixel, fraction = [], [], []
    for row, feature in enumerate(found):
        values = np.asarray(feature["properties"]["values"]).astype(np.int64)
        share = np.asarray(feature["properties"]["coverage"], dtype=np.float64)
        kept = (values >= 0) & (share > 0)
        unit.append(np.full(int(kept.sum()), row))
        pixel.append(values[kept])
        fraction.append(share[kept])
    entries = (np.concatenate(fraction), (np.concatenate(unit), np.concatenate(pixel)))
    return _with_outside(csr_array(entries, shape=(len(units), len(pixels[0]))))


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
