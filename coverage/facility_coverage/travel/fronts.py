"""Compiled reading of costs along streets: cells, marks and bends of the edges that are reached."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray


class Shapes(NamedTuple):
    """The true polylines of edges; see ``StreetNetwork``."""

    offset: NDArray[np.int64]
    position_m: NDArray[np.float64]
    xy: NDArray[np.float64]


class Edges(NamedTuple):
    """Arcs that leave each node, and ends, cost and shape of their edges; see ``Impedance``."""

    indptr: NDArray[np.int32]
    arc_edge: NDArray[np.int32]
    node: NDArray[np.int32]
    length_m: NDArray[np.float64]
    along: NDArray[np.float64]
    against: NDArray[np.float64]
    shapes: Shapes


class Groups(NamedTuple):
    """What each group of origins reaches (see ``Reach``), and its origins (see ``Origins``)."""

    offset: NDArray[np.int64]
    node: NDArray[np.int32]
    cost: NDArray[np.float64]
    origin_offset: NDArray[np.int64]
    edge: NDArray[np.int32]
    position_m: NDArray[np.float64]
    leg: NDArray[np.float64]


class Touched(NamedTuple):
    """Edges that a group enters: their index, the cost at both ends, the origins on them.

    Edge i holds the origin ``head[i]``, then ``following[origin - first_origin]``, until -1.
    """

    edge: NDArray[np.int32]
    ends: NDArray[np.float64]
    first_origin: int
    head: NDArray[np.int64]
    following: NDArray[np.int64]


@njit(cache=True, nogil=True)
def touched_edges(
    group: int,
    edges: Edges,
    groups: Groups,
    node_cost: NDArray[np.float64],
    slot: NDArray[np.int32],
) -> Touched:
    """Return the edges that a group enters.

    Parameters
    ----------
    group
        Index of the group.
    edges, groups
        The streets, and what is reached.
    node_cost, slot
        Scratch: shape (n,) of inf, and (e,) of -1; left as they were found.

    Returns
    -------
    Touched
        The edges in the order in which they are met.
    """
    start, stop = groups.offset[group], groups.offset[group + 1]
    first, last = groups.origin_offset[group], groups.origin_offset[group + 1]
    bound = last - first
    for i in range(start, stop):
        node = groups.node[i]
        node_cost[node] = groups.cost[i]
        bound += edges.indptr[node + 1] - edges.indptr[node]
    found = np.empty(bound, dtype=np.int32)
    count = 0
    for i in range(start, stop):
        node = groups.node[i]
        for arc in range(edges.indptr[node], edges.indptr[node + 1]):
            edge = edges.arc_edge[arc]
            if slot[edge] < 0:
                slot[edge] = count
                found[count] = edge
                count += 1
    for origin in range(first, last):
        edge = groups.edge[origin]
        if slot[edge] < 0:
            slot[edge] = count
            found[count] = edge
            count += 1
    ends = np.empty((count, 2))
    for i in range(count):
        ends[i, 0] = node_cost[edges.node[found[i], 0]]
        ends[i, 1] = node_cost[edges.node[found[i], 1]]
    head = np.full(count, -1, dtype=np.int64)
    following = np.empty(last - first, dtype=np.int64)
    for origin in range(first, last):
        place = slot[groups.edge[origin]]
        following[origin - first] = head[place]
        head[place] = origin
    for i in range(start, stop):
        node_cost[groups.node[i]] = np.inf
    for i in range(count):
        slot[found[i]] = -1
    return Touched(found[:count], ends, first, head, following)


@njit(cache=True, nogil=True)
def _part_cost(whole: float, share: float) -> float:
    """Return the cost of a share of an edge; none of a forbidden edge costs nothing."""
    return whole * share if share > 0.0 else 0.0


@njit(cache=True, nogil=True)
def costs_along(
    edges: Edges,
    groups: Groups,
    touched: Touched,
    offset: NDArray[np.int64],
    position_m: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the cost of every point of the touched edges (definition D1).

    Parameters
    ----------
    edges, groups
        The streets, and the origins.
    touched
        The edges that are entered.
    offset, position_m
        Points sorted by edge: edge e owns ``offset[e]:offset[e + 1]``; distances from its start.

    Returns
    -------
    point, cost
        The points of the touched edges, and their costs; inf where the point cannot be reached.
    """
    total = 0
    for edge in touched.edge:
        total += offset[edge + 1] - offset[edge]
    point, cost = np.empty(total, dtype=np.int64), np.empty(total)
    count = 0
    for i in range(len(touched.edge)):
        edge = touched.edge[i]
        length_m, along, against = edges.length_m[edge], edges.along[edge], edges.against[edge]
        per_m = 1.0 / length_m if length_m > 0.0 else 0.0
        for p in range(offset[edge], offset[edge + 1]):
            share = 1.0 if position_m[p] == length_m else position_m[p] * per_m
            least = min(
                touched.ends[i, 0] + _part_cost(along, share),
                touched.ends[i, 1] + _part_cost(against, 1.0 - share),
            )
            origin = touched.head[i]
            while origin >= 0:
                step = (position_m[p] - groups.position_m[origin]) * per_m
                direct = _part_cost(along, step) + _part_cost(against, -step)
                least = min(least, groups.leg[origin] + direct)
                origin = touched.following[origin - touched.first_origin]
            point[count] = p
            cost[count] = least
            count += 1
    return point, cost


@njit(cache=True, nogil=True)
def point_at(shapes: Shapes, edge: int, position_m: float) -> tuple[float, float]:
    """Return the point at a distance along an edge.

    Parameters
    ----------
    shapes
        The polylines.
    edge, position_m
        The edge, and metres from its start.

    Returns
    -------
    tuple of float
        Easting and northing, metres.
    """
    low, high = shapes.offset[edge], shapes.offset[edge + 1] - 1
    while high - low > 1:
        middle = (low + high) // 2
        if shapes.position_m[middle] <= position_m:
            low = middle
        else:
            high = middle
    step_m = shapes.position_m[high] - shapes.position_m[low]
    share = (position_m - shapes.position_m[low]) / step_m if step_m > 0.0 else 0.0
    xy = shapes.xy
    x = xy[low, 0] + share * (xy[high, 0] - xy[low, 0])
    return x, xy[low, 1] + share * (xy[high, 1] - xy[low, 1])


@njit(cache=True, nogil=True)
def front_points(
    edges: Edges, groups: Groups, touched: Touched, limit: float
) -> NDArray[np.float64]:
    """Return where the reach of a group ends within edges.

    Parameters
    ----------
    edges, groups
        The streets, and the origins.
    touched
        The edges that are entered.
    limit
        Largest cost, inclusive.

    Returns
    -------
    ndarray of float64
        Shape (t, 2), metres; every point is reached.
    """
    bound = 2 * (len(touched.edge) + len(touched.following))
    own, place_m = np.empty(bound, dtype=np.int32), np.empty(bound)
    count = 0
    for i in range(len(touched.edge)):
        edge = touched.edge[i]
        length_m, along, against = edges.length_m[edge], edges.along[edge], edges.against[edge]
        left = limit - touched.ends[i, 0]
        if 0.0 <= left < along < np.inf:
            own[count], place_m[count] = edge, left / along * length_m
            count += 1
        left = limit - touched.ends[i, 1]
        if 0.0 <= left < against < np.inf:
            own[count], place_m[count] = edge, length_m - left / against * length_m
            count += 1
        origin = touched.head[i]
        while origin >= 0:
            left = limit - groups.leg[origin]
            for whole, sign in ((along, 1.0), (against, -1.0)):
                end_m = groups.position_m[origin]
                if 0.0 < whole < np.inf:
                    end_m += sign * left / whole * length_m
                if left >= 0.0 and 0.0 <= end_m <= length_m:
                    own[count], place_m[count] = edge, end_m
                    count += 1
            origin = touched.following[origin - touched.first_origin]
    points = np.empty((count, 2))
    for i in range(count):
        points[i, 0], points[i, 1] = point_at(edges.shapes, own[i], place_m[i])
    return points
