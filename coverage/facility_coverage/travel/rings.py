"""Rings around what groups of origins reach: costs on cells and streets, then contours."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.travel import contours, windows
from facility_coverage.travel.blocks import FIRST_ROOM, more_room, room
from facility_coverage.travel.fronts import (
    Touched,
    costs_along,
    enter_edges,
    find_fronts,
    points_along,
)
from facility_coverage.travel.kernels import OnEdges, Streets
from facility_coverage.travel.times import Reach

NO_EDGE, NO_LEG = np.empty(0, dtype=np.int32), np.empty(0)
"""Points sorted by edge need not name it; and what lies on a street has no leg."""

_NODES_PER_BLOCK = 4096
"""Groups that reach so many nodes together are drawn at a time; memory follows a block."""


class Scene(NamedTuple):
    """What groups are drawn on.

    Attributes
    ----------
    streets, network
        Their costs and their shapes.
    grid, cells, marks
        Cells and marks; and both on edges, cells with the cost of their off-street legs.
    ground
        What is the same everywhere.
    limits
        Rising, inclusive.
    """

    streets: Streets
    network: StreetNetwork
    grid: windows.Grid
    cells: OnEdges
    marks: OnEdges
    ground: windows.Ground
    limits: NDArray[np.float64]


class Rings(NamedTuple):
    """Closed rings.

    Attributes
    ----------
    xy
        Shape (k, 2), rings one after the other, the inside on their left.
    end
        Where each of them ends.
    part
        For each ring the part of its area; the first ring of a part is its outer one.
    area
        For each ring the group's index times the number of limits, plus that of the limit.
    """

    xy: NDArray[np.float64]
    end: NDArray[np.int64]
    part: NDArray[np.int32]
    area: NDArray[np.int64]


def rings_of_groups(scene: Scene, found: Reach, origins: OnEdges) -> Rings:
    """Return the outlines of what each group reaches within each limit.

    Parameters
    ----------
    scene
        The streets, the grid and the limits.
    found
        What is reached within the largest limit and one cell more.
    origins
        Where groups start.

    Returns
    -------
    Rings
        Group by group, limit by limit.
    """
    blocks = list(_blocks(found, origins))
    drawn = [_rings_of_block(scene, *block) for block in blocks]
    xy, end, part, area = zip(*drawn, strict=True)
    before = np.cumsum([0, *map(len, xy)])
    first = np.cumsum([0, *(len(block[0].offset) - 1 for block in blocks)]) * len(scene.limits)
    return Rings(
        np.concatenate(xy),
        np.concatenate([own + base for own, base in zip(end, before, strict=False)]),
        np.concatenate(part),
        np.concatenate([own + base for own, base in zip(area, first, strict=False)]),
    )


def _blocks(found: Reach, origins: OnEdges) -> Iterator[tuple[Reach, OnEdges]]:
    """Cut groups into blocks."""
    n_groups = len(found.offset) - 1
    cuts = [0]
    while cuts[-1] < n_groups or len(cuts) == 1:  # no group at all is one empty block
        far = np.searchsorted(found.offset, found.offset[cuts[-1]] + _NODES_PER_BLOCK)
        cuts.append(min(max(int(far), cuts[-1] + 1), n_groups))
    for low, high in pairwise(cuts):
        own = slice(found.offset[low], found.offset[high])
        their = slice(origins.offset[low], origins.offset[high])
        groups = slice(low, high + 1)
        yield (
            Reach(
                found.offset[groups] - own.start, found.node[own], found.cost[own],
                found.origin[own],
            ),
            OnEdges(
                origins.offset[groups] - their.start, origins.edge[their],
                origins.position_m[their], origins.leg[their],
            ),
        )  # fmt: skip


def _rings_of_block(scene: Scene, found: Reach, origins: OnEdges) -> Rings:
    """Return the outlines of the groups of one block."""
    touched, network = _enter(scene, found, origins), scene.network
    furthest = scene.limits[-1]
    cell_cost = scene.ground.size_m * scene.ground.off_street_per_m
    bends = OnEdges(network.vertex_offset, NO_EDGE, network.vertex_position_m, NO_LEG)

    def priced(places: OnEdges, most: float) -> windows.Priced:
        count = places.offset[touched.edge + 1] - places.offset[touched.edge]
        size = int(count.sum())
        offset = np.zeros(len(touched.offset), dtype=np.int64)
        point, cost = np.empty(size, dtype=np.int32), np.empty(size)
        costs_along(scene.streets, origins, touched, places, most, offset, point, cost)
        return windows.Priced(offset, point, cost)

    reached = windows.Reached(
        priced(scene.cells, furthest + cell_cost),
        priced(scene.marks, furthest),
        priced(bends, furthest),
        _fronts(scene, origins, touched),
        _places(network, origins.offset, origins.edge, origins.position_m),
        origins.leg,
    )
    return outlines(scene.ground, scene.limits, scene.grid, network.vertex_xy, reached)


def _enter(scene: Scene, found: Reach, origins: OnEdges) -> Touched:
    """Return the edges that groups enter."""
    streets, network = scene.streets, scene.network
    arcs = int((streets.indptr[found.node + 1] - streets.indptr[found.node]).sum())
    n_groups, n_origins = len(found.offset) - 1, len(origins.edge)
    rows = arcs + n_origins
    touched = Touched(
        np.zeros(n_groups + 1, dtype=np.int64),
        np.empty(rows, dtype=np.int32),
        np.empty(rows),
        np.empty(rows),
        np.empty(rows, dtype=np.int64),
        np.empty(n_origins, dtype=np.int64),
    )
    node_mark, edge_mark = (
        np.zeros(size, dtype=np.int32) for size in (network.n_nodes, network.n_edges)
    )
    enter_edges(
        streets, found.offset, found.node, found.cost, origins, node_mark, edge_mark, touched
    )
    offset, edge, at_start, at_end, origin, following = touched
    some = slice(offset[-1])
    return Touched(offset, edge[some], at_start[some], at_end[some], origin[some], following)


def _fronts(scene: Scene, origins: OnEdges, touched: Touched) -> windows.Places:
    """Return where the reach of each group ends at each limit."""
    n_windows = (len(touched.offset) - 1) * len(scene.limits)
    most = 2 * len(scene.limits) * (len(touched.edge) + len(touched.following))
    offset = np.zeros(n_windows + 1, dtype=np.int64)
    edge, position_m = np.empty(most, dtype=np.int32), np.empty(most)
    find_fronts(scene.streets, origins, touched, scene.limits, offset, edge, position_m)
    some = slice(offset[-1])
    return _places(scene.network, offset, edge[some], position_m[some])


def _places(
    network: StreetNetwork,
    offset: NDArray[np.int64],
    edge: NDArray[np.int32],
    position_m: NDArray[np.float64],
) -> windows.Places:
    """Return places on edges as points."""
    x, y = np.empty((2, len(edge)))
    points_along(
        network.vertex_offset, network.vertex_position_m, network.vertex_xy, edge, position_m, x, y
    )
    return windows.Places(offset, x, y)


def outlines(
    ground: windows.Ground,
    limits: NDArray[np.float64],
    grid: windows.Grid,
    vertex_xy: NDArray[np.float64],
    reached: windows.Reached,
) -> Rings:
    """Draw what groups reach within each limit, with more room whenever there is too little.

    Parameters
    ----------
    ground
        What is the same everywhere.
    limits
        Rising, inclusive.
    grid, vertex_xy
        Cells, marks and vertices.
    reached
        What groups reach of them.

    Returns
    -------
    Rings
        Group by group, limit by limit.
    """
    bends, fronts = reached.bends, reached.fronts
    n_spots = int(np.diff(bends.offset).max(initial=0) + np.diff(fronts.offset).max(initial=0))
    spots = windows.Spots(np.empty(n_spots), np.empty(n_spots), np.empty(n_spots, dtype=np.int32))
    wrapped = np.empty(n_spots, dtype=np.int32)
    field, chords = _window_room(FIRST_ROOM)
    points, rings = room(np.float64, np.float64), room(np.int64, np.int32, np.int64)
    state = np.zeros(5, dtype=np.int64)
    while contours.outline(
        ground, limits, grid, vertex_xy, reached,
        spots, wrapped, field, chords, windows.Outline(*points, *rings), state,
    ):  # fmt: skip
        if state[contours.CENTRES] > len(field.slack):
            field, chords = _window_room(2 * int(state[contours.CENTRES]))
        else:
            points = more_room(points, int(state[contours.POINTS] + state[contours.MORE]))
            rings = more_room(rings, len(points[0]))
    xy = np.column_stack([column[: state[contours.POINTS]] for column in points])
    return Rings(xy, *(column[: state[contours.RINGS]] for column in rings))


def _window_room(centres: int) -> tuple[windows.Field, windows.Chords]:
    """Return room for a window."""
    field = windows.Field(
        np.empty(centres, dtype=np.float32),
        np.empty(2 * centres, dtype=np.float32),
        np.empty(centres, dtype=np.bool_),
        np.empty(centres, dtype=np.int32),
        np.empty(centres, dtype=np.int32),
        np.empty(2 * centres, dtype=np.int32),
    )
    line = np.empty((3, 2 * centres), dtype=np.int32)
    return field, windows.Chords(*line)
