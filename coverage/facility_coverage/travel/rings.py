"""Compiled outlines of what groups of origins reach: costs on cells and streets, then contours.

Who changes ``fronts`` or ``contours`` changes the time stamp of this file too: numba's cache of
compiled code looks at the file of the outermost function alone.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from facility_coverage.travel.contours import (
    Window,
    link,
    open_window,
    place_points,
    press_mark,
    trace,
)
from facility_coverage.travel.fronts import (
    Edges,
    Groups,
    Shapes,
    Touched,
    costs_along,
    front_points,
    point_at,
    touched_edges,
)


class Cells(NamedTuple):
    """Cell centres sorted by edge: row and column as ``CellGrid.first``, place on the edge, leg."""

    offset: NDArray[np.int64]
    row: NDArray[np.int32]
    column: NDArray[np.int32]
    position_m: NDArray[np.float64]
    off_street_m: NDArray[np.float64]


class Marks(NamedTuple):
    """Where streets cross the lines between cell centres; see ``GridMarks``."""

    offset: NDArray[np.int64]
    row: NDArray[np.int32]
    column: NDArray[np.int32]
    position_m: NDArray[np.float64]
    northward: NDArray[np.bool_]
    share: NDArray[np.float64]


class Ground(NamedTuple):
    """What is the same everywhere: the side of a cell, and the off-street leg's cost and limit."""

    size_m: float
    off_street_per_m: float
    off_street_limit_m: float


class Rings(NamedTuple):
    """Closed rings; see ``rings_of_groups``."""

    xy: NDArray[np.float64]
    end: NDArray[np.int64]
    part: NDArray[np.int64]
    area: NDArray[np.int64]


class _Costs(NamedTuple):
    """Costs of the cells, marks and vertices of one group's edges."""

    cell: NDArray[np.int64]
    cell_cost: NDArray[np.float64]
    mark: NDArray[np.int64]
    mark_cost: NDArray[np.float64]
    bend: NDArray[np.int64]
    bend_cost: NDArray[np.float64]


@njit(cache=True, nogil=True)
def _costs(
    edges: Edges, groups: Groups, touched: Touched, cells: Cells, marks: Marks, ground: Ground
) -> _Costs:
    """Return what every cell, mark and vertex of a group's edges costs, off-street legs counted."""
    cell, cell_cost = costs_along(edges, groups, touched, cells.offset, cells.position_m)
    for i in range(len(cell)):
        cell_cost[i] += cells.off_street_m[cell[i]] * ground.off_street_per_m
    mark, mark_cost = costs_along(edges, groups, touched, marks.offset, marks.position_m)
    bend, bend_cost = costs_along(
        edges, groups, touched, edges.shapes.offset, edges.shapes.position_m
    )
    return _Costs(cell, cell_cost, mark, mark_cost, bend, bend_cost)


@njit(cache=True, nogil=True)
def _reached_points(
    edges: Edges,
    groups: Groups,
    touched: Touched,
    costs: _Costs,
    limit: float,
) -> NDArray[np.float64]:
    """Return the bends of streets that are reached, and the points where the reach ends."""
    fronts = front_points(edges, groups, touched, limit)
    points = np.empty((len(costs.bend) + len(fronts), 2))
    count = 0
    for i in range(len(costs.bend)):
        if costs.bend_cost[i] <= limit:
            points[count, 0] = edges.shapes.xy[costs.bend[i], 0]
            points[count, 1] = edges.shapes.xy[costs.bend[i], 1]
            count += 1
    for i in range(len(fronts)):
        points[count, 0], points[count, 1] = fronts[i, 0], fronts[i, 1]
        count += 1
    return points[:count]


@njit(cache=True, nogil=True)
def _window(
    cells: Cells,
    marks: Marks,
    costs: _Costs,
    points: NDArray[np.float64],
    ground: Ground,
    limit: float,
) -> Window:
    """Return the field of one limit: cells, and the marks that are reached."""
    low_row = low_column = 2**31
    high_row = high_column = -(2**31)
    for i in range(len(costs.cell)):
        if costs.cell_cost[i] <= limit:
            row, column = cells.row[costs.cell[i]], cells.column[costs.cell[i]]
            low_row, high_row = min(low_row, row), max(high_row, row)
            low_column, high_column = min(low_column, column), max(high_column, column)
    for i in range(len(costs.mark)):
        if costs.mark_cost[i] <= limit:
            row, column = marks.row[costs.mark[i]], marks.column[costs.mark[i]]
            low_row, high_row = min(low_row, row), max(high_row, row + 1)
            low_column, high_column = min(low_column, column), max(high_column, column + 1)
    for i in range(len(points)):
        row = int(np.floor(points[i, 1] / ground.size_m))
        column = int(np.floor(points[i, 0] / ground.size_m))
        low_row, high_row = min(low_row, row), max(high_row, row + 1)
        low_column, high_column = min(low_column, column), max(high_column, column + 1)
    if low_row > high_row:
        low_row = low_column = high_row = high_column = 0
    window = open_window(ground.size_m, low_row, low_column, high_row, high_column)
    rows, columns = window.slack.shape
    cell_cost = ground.size_m * ground.off_street_per_m
    for i in range(len(costs.cell)):
        cell = costs.cell[i]
        row, column = cells.row[cell] - window.row, cells.column[cell] - window.column
        if 0 <= row < rows and 0 <= column < columns and costs.cell_cost[i] < np.inf:
            left = (limit - costs.cell_cost[i]) / cell_cost
            rim = (ground.off_street_limit_m - cells.off_street_m[cell]) / ground.size_m
            window.slack[row, column] = max(min(left, rim, 1.0), -1.0)
    for i in range(len(costs.mark)):
        if costs.mark_cost[i] <= limit:
            mark = costs.mark[i]
            row, column = marks.row[mark] - window.row, marks.column[mark] - window.column
            press_mark(window, row, column, 1 if marks.northward[mark] else 0, marks.share[mark])
    return window


@njit(cache=True, nogil=True)
def _raise_origins(
    window: Window, group: int, shapes: Shapes, groups: Groups, limit: float
) -> None:
    """Count the centre nearest to each origin's point of the street as just reached."""
    for origin in range(groups.origin_offset[group], groups.origin_offset[group + 1]):
        if groups.leg[origin] <= limit:
            x, y = point_at(shapes, groups.edge[origin], groups.position_m[origin])
            row = int(np.floor(y / window.size_m + 0.5)) - window.row
            column = int(np.floor(x / window.size_m + 0.5)) - window.column
            window.slack[row, column] = max(window.slack[row, column], np.float32(0.0))


@njit(cache=True, nogil=True)
def _room(rows: NDArray[Any], n_rows: int) -> NDArray[Any]:
    """Return the same rows, with room for more where there is none."""
    if n_rows <= len(rows):
        return rows
    roomy = np.empty((max(2 * len(rows), n_rows), rows.shape[1]), dtype=rows.dtype)
    for i in range(len(rows)):
        for j in range(rows.shape[1]):
            roomy[i, j] = rows[i, j]
    return roomy


@njit(cache=True, nogil=True)
def rings_of_groups(
    edges: Edges,
    groups: Groups,
    cells: Cells,
    marks: Marks,
    ground: Ground,
    limits: NDArray[np.float64],
) -> Rings:
    """Return the outlines of what each group reaches within each limit.

    Parameters
    ----------
    edges, groups
        The streets, and what is reached within the largest limit and one cell more.
    cells, marks, ground
        The grid.
    limits
        Rising, inclusive.

    Returns
    -------
    Rings
        ``xy``, shape (k, 2), closed rings one after the other, the inside on their left; ``end``,
        where each of them ends; ``part``, for each ring the part of its area (the first ring of
        a part is its outer one); ``area``, for each ring the group's index times the number of
        limits, plus that of the limit.
    """
    node_cost = np.full(len(edges.indptr) - 1, np.inf)
    slot = np.full(len(edges.node), -1, dtype=np.int32)
    xy, n_points = np.empty((4096, 2)), 0
    ends, n_rings = np.empty((64, 3), dtype=np.int64), 0
    for group in range(len(groups.offset) - 1):
        touched = touched_edges(group, edges, groups, node_cost, slot)
        costs = _costs(edges, groups, touched, cells, marks, ground)
        for nth in range(len(limits)):
            points = _reached_points(edges, groups, touched, costs, limits[nth])
            window = _window(cells, marks, costs, points, ground, limits[nth])
            _raise_origins(window, group, edges.shapes, groups, limits[nth])
            following = np.full(len(points), -1, dtype=np.int32)
            place_points(window, points, following)
            ring_xy, end, part = trace(window, link(window, points, following), points)
            xy, ends = _room(xy, n_points + len(ring_xy)), _room(ends, n_rings + len(end))
            for i in range(len(end)):
                ends[n_rings, 0], ends[n_rings, 1] = end[i] + n_points, part[i]
                ends[n_rings, 2] = group * len(limits) + nth
                n_rings += 1
            for i in range(len(ring_xy)):
                xy[n_points, 0], xy[n_points, 1] = ring_xy[i, 0], ring_xy[i, 1]
                n_points += 1
    return Rings(xy[:n_points], ends[:n_rings, 0], ends[:n_rings, 1], ends[:n_rings, 2])
