"""Isochrones: travel costs on a grid of cells, turned into polygons with sub-cell precision."""

from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from contourpy import FillType, contour_generator
from numpy.typing import NDArray
from scipy.sparse import csr_array

from facility_coverage.network.cell_grid import CellGrid

METHOD = "exact"
"""Definition D1 on a grid: a cell belongs to the nearest point of the whole network."""


def field_polygon(
    cost: NDArray[np.float64],
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    *,
    limit: float,
    cell_cost: float,
) -> shapely.MultiPolygon:
    """Return the area where a cost on cell centres is within a limit.

    Between two centres the border lies where the cost, interpolated, equals the limit. Costs are
    clamped to one cell's cost around the limit, so that beside a place which is not reached at
    all the border runs half-way; the polygons of rising limits are therefore nested.

    Parameters
    ----------
    cost
        Shape (rows, columns), inf where nothing is reached.
    x_m, y_m
        Eastings of the columns and northings of the rows, metres.
    limit
        Largest cost, inclusive.
    cell_cost
        Cost of crossing one cell.

    Returns
    -------
    shapely.MultiPolygon
        Valid, outer rings anticlockwise, holes kept; empty where nothing is within the limit.
    """
    slack = np.clip((limit - cost) / cell_cost, -1.0, 1.0)
    slack[slack == 0.0] = np.finfo(np.float64).tiny
    generator = contour_generator(
        x=x_m, y=y_m, z=slack, name="serial", fill_type=FillType.OuterOffset
    )
    filled: Any = generator.filled(0.0, np.inf)
    points, offsets = filled
    polygons = [
        shapely.Polygon(rings[0], rings[1:])
        for rings in (
            [xy[a:b] for a, b in pairwise(cut)] for xy, cut in zip(points, offsets, strict=True)
        )
    ]
    polygons = [polygon for polygon in polygons if polygon.area > 0]
    area = shapely.MultiPolygon(polygons)
    if not area.is_valid:
        area = shapely.make_valid(area, method="structure")
    return _multipolygon(shapely.orient_polygons(area))


def origin_polygons(
    grid: CellGrid, od: csr_array, *, limits: tuple[float, ...], cell_cost: float
) -> list[list[shapely.MultiPolygon]]:
    """Return the isochrones of each origin.

    Parameters
    ----------
    grid
        The cells.
    od
        Shape (origins, cells): cost of the cells within the largest limit and one cell more.
    limits
        Rising limits, inclusive.
    cell_cost
        Cost of crossing one cell.

    Returns
    -------
    list of list of shapely.MultiPolygon
        Per origin, one polygon per limit. Each depends on its own origin and limit alone.
    """
    found = []
    for origin in range(od.shape[0]):
        owned = slice(od.indptr[origin], od.indptr[origin + 1])
        found.append(
            _polygons(grid, od.indices[owned], od.data[owned], limits=limits, cell_cost=cell_cost)
        )
    return found


def joint_polygons(
    grid: CellGrid, least: NDArray[np.float64], *, limits: tuple[float, ...], cell_cost: float
) -> list[shapely.MultiPolygon]:
    """Return the area within reach of any origin.

    Parameters
    ----------
    grid
        The cells.
    least
        Shape (cells,), least cost over all origins, inf beyond the largest limit and one cell.
    limits
        Rising limits, inclusive.
    cell_cost
        Cost of crossing one cell.

    Returns
    -------
    list of shapely.MultiPolygon
        One per limit.
    """
    cells = np.flatnonzero(np.isfinite(least))
    return _polygons(grid, cells, least[cells], limits=limits, cell_cost=cell_cost)


def _polygons(
    grid: CellGrid,
    cells: NDArray[np.intp],
    cost: NDArray[np.float64],
    *,
    limits: tuple[float, ...],
    cell_cost: float,
) -> list[shapely.MultiPolygon]:
    """Contour the window of the grid that holds the cells, with a rim of unreached cells."""
    if not len(cells):
        return [shapely.MultiPolygon() for _ in limits]
    row, column = np.divmod(cells, grid.shape[1])
    low_row, low_column = int(row.min()) - 1, int(column.min()) - 1
    shape = int(row.max()) - low_row + 2, int(column.max()) - low_column + 2
    window = np.full(shape, np.inf)
    window[row - low_row, column - low_column] = cost
    x_m = grid.origin_m[0] + grid.size_m * np.arange(low_column, low_column + shape[1], dtype=float)
    y_m = grid.origin_m[1] + grid.size_m * np.arange(low_row, low_row + shape[0], dtype=float)
    return [field_polygon(window, x_m, y_m, limit=limit, cell_cost=cell_cost) for limit in limits]


def _multipolygon(area: shapely.Geometry) -> shapely.MultiPolygon:
    """Return the polygons of a geometry, largest first by their south-west corner's order."""
    parts = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(sorted(parts, key=lambda part: part.bounds))
