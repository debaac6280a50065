"""Compiled searches over arrays: bounded shortest paths, and the cost of points on edges.

A search touches only what it reaches: its cost follows reach, not the size of the network. Marks
of size n or e are handed in as zeros that the operating system has not given room to yet, and are
left as zeros. Bounds are inclusive, finite and compared as floats, never rounded.

No kernel asks for memory, which keeps them quick to compile: where the room that it was given
runs out, it says so in its state, and goes on from there when it is called with more.

Nodes wait in buckets of nearly equal cost. The bucket at hand is emptied as often as nodes fall
back into it, and a node that is reached more cheaply spreads again, so that every least cost is
exact to the last bit, however wide a bucket is.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from facility_coverage.compiled import KERNEL, PART


class Queue(NamedTuple):
    """Nodes that wait for their turn, as chains of links.

    Bucket b holds the chain that starts at link ``first[b]`` and goes on at ``next``, -1 ends it;
    a link holds a place among the nodes that are reached.
    """

    first: NDArray[np.int32]
    next: NDArray[np.int32]
    place: NDArray[np.int32]


class Reached(NamedTuple):
    """Nodes, their least costs, and the origins that these come from; see ``Reach``."""

    node: NDArray[np.int32]
    cost: NDArray[np.float64]
    origin: NDArray[np.int32]


GROUP, TOTAL, START, CAME, GONE, LAP, LINK = range(7)
"""The state of ``reach_sets``: the group at hand, nodes reached in all and before this group, links
made and used up in it, the bucket at hand, and the link whose turn it is, -1 for none."""


@njit(**PART)
def _offer(
    node: int,
    cost: float,
    origin: int,
    start: int,
    total: int,
    mark: NDArray[np.int32],
    reached: Reached,
) -> int:
    """Note that a node is reached at a cost; return its place, -1 if that is no news."""
    place: int = start + mark[node] - 1
    if place < start:
        place = total
        mark[node] = total - start + 1
        reached.node[place] = node
    elif cost > reached.cost[place] or (
        cost == reached.cost[place] and origin >= reached.origin[place]
    ):
        return -1
    reached.cost[place] = cost
    reached.origin[place] = origin
    return place


@njit(**KERNEL)
def reach_sets(
    indptr: NDArray[np.int32],
    head: NDArray[np.int32],
    arc_cost: NDArray[np.float64],
    origin_offset: NDArray[np.int64],
    seed_node: NDArray[np.int32],
    seed_cost: NDArray[np.float64],
    limit: float,
    per_width: float,
    mark: NDArray[np.int32],
    queue: Queue,
    reached: Reached,
    offset: NDArray[np.int64],
    state: NDArray[np.int64],
) -> int:
    """Find for each group of origins the nodes within a limit, and their least cost.

    Of origins at equal cost the lowest wins that comes to a node by way of nodes that it won.

    Parameters
    ----------
    indptr, head, arc_cost
        Directed arcs in CSR form; an infinite cost forbids an arc.
    origin_offset
        Shape (g + 1,): group i starts from the origins ``origin_offset[i]:origin_offset[i + 1]``.
    seed_node, seed_cost
        Shape (p, 2), the two nodes from which each origin starts, with the cost spent before.
    limit
        Largest cost, inclusive and finite.
    per_width
        Buckets per unit of cost; it decides how fast the answer comes and not what it is.
    mark
        Shape (n,), zeros.
    queue
        A power of two of buckets, each -1; together wider than every arc and every seed's cost.
    reached
        Filled: group i reaches the places ``offset[i]:offset[i + 1]``.
    offset
        Shape (g + 1,), filled.
    state
        Zeros, and -1 for the link at hand.

    Returns
    -------
    int
        0, or how many more places and links are needed to go on.
    """
    group, total, start = state[GROUP], state[TOTAL], state[START]
    came, gone, lap, link = state[CAME], state[GONE], state[LAP], state[LINK]
    last_bucket = len(queue.first) - 1
    needed = 0
    while group < len(offset) - 1:
        if came == 0:
            first, stop = origin_offset[group], origin_offset[group + 1]
            needed = 2 * (stop - first)
            if total + needed > len(reached.node) or needed > len(queue.next):
                break
            start, gone, lap = total, 0, 0
        else:
            first, stop = 0, 0
        for seed in range(2 * first, 2 * stop):
            origin, side = seed >> 1, seed & 1
            cost = seed_cost[origin, side]
            if cost <= limit:
                place = _offer(seed_node[origin, side], cost, origin, start, total, mark, reached)
                if place >= 0:
                    total += place == total
                    own = int(cost * per_width) & last_bucket
                    queue.place[came] = place
                    queue.next[came] = queue.first[own]
                    queue.first[own] = came
                    came += 1
        needed = 0
        while True:
            while link < 0 and gone < came:
                link = queue.first[lap & last_bucket]
                queue.first[lap & last_bucket] = -1
                if link < 0:
                    lap += 1
            if link < 0:
                break
            place = queue.place[link]
            node = reached.node[place]
            first, stop = indptr[node], indptr[node + 1]
            needed = stop - first
            if total + needed > len(reached.node) or came + needed > len(queue.next):
                break
            needed = 0
            link = queue.next[link]
            gone += 1
            spent, origin = reached.cost[place], reached.origin[place]
            if int(spent * per_width) != lap:
                continue  # it was reached more cheaply, and had its turn in an earlier bucket
            for arc in range(first, stop):
                cost = spent + arc_cost[arc]
                if cost <= limit:
                    place = _offer(head[arc], cost, origin, start, total, mark, reached)
                    if place >= 0:
                        total += place == total
                        own = int(cost * per_width) & last_bucket
                        queue.place[came] = place
                        queue.next[came] = queue.first[own]
                        queue.first[own] = came
                        came += 1
        if needed > 0:
            break
        for place in range(start, total):
            mark[reached.node[place]] = 0
        group += 1
        offset[group] = total
        came = 0
    state[GROUP] = group
    state[TOTAL] = total
    state[START] = start
    state[CAME] = came
    state[GONE] = gone
    state[LAP] = lap
    state[LINK] = link
    return needed


class Streets(NamedTuple):
    """Edges: ends, length, cost along and against; and the arcs that leave each node."""

    indptr: NDArray[np.int32]
    arc_edge: NDArray[np.int32]
    edge_node: NDArray[np.int32]
    length_m: NDArray[np.float64]
    along: NDArray[np.float64]
    against: NDArray[np.float64]


class OnEdges(NamedTuple):
    """Places on edges: distance from the start of the edge, and the cost of the off-street leg.

    Of origins, group i owns ``offset[i]:offset[i + 1]``, and ``edge`` names their edges. Points
    are sorted by edge: edge e owns ``offset[e]:offset[e + 1]``.
    """

    offset: NDArray[np.int64]
    edge: NDArray[np.int32]
    position_m: NDArray[np.float64]
    leg: NDArray[np.float64]


class Scratch(NamedTuple):
    """Zeros for every node and edge, and twice for edges; and room for a link of each origin."""

    node_mark: NDArray[np.int32]
    edge_mark: NDArray[np.int32]
    origin_mark: NDArray[np.int32]
    next_origin: NDArray[np.int32]


class Served(NamedTuple):
    """Points, their least costs, and the origins that these come from."""

    point: NDArray[np.int64]
    cost: NDArray[np.float64]
    origin: NDArray[np.int32]


@njit(**PART)
def _part_cost(whole: float, share: float) -> float:
    """Return the cost of a share of an edge; none of a forbidden edge costs nothing."""
    return whole * share if share > 0.0 else 0.0


@njit(**PART)
def _serve_edge(
    edge: int,
    streets: Streets,
    first: int,
    reached: Reached,
    origins: OnEdges,
    points: OnEdges,
    limit: float,
    scratch: Scratch,
    served: Served,
    total: int,
) -> int:
    """Write down the points of an edge that are within the limit; return how many in all."""
    at_start = scratch.node_mark[streets.edge_node[edge, 0]] + first - 1
    at_end = scratch.node_mark[streets.edge_node[edge, 1]] + first - 1
    length_m, along, against = streets.length_m[edge], streets.along[edge], streets.against[edge]
    per_m = 1.0 / length_m if length_m > 0.0 else 0.0
    for point in range(points.offset[edge], points.offset[edge + 1]):
        share = points.position_m[point] * per_m
        if points.position_m[point] == length_m:
            share = 1.0
        best, won = np.inf, -1
        if at_start >= first:
            best = reached.cost[at_start] + _part_cost(along, share)
            won = reached.origin[at_start]
        if at_end >= first:
            cost = reached.cost[at_end] + _part_cost(against, 1.0 - share)
            if cost < best or (cost == best and reached.origin[at_end] < won):
                best, won = cost, reached.origin[at_end]
        origin = scratch.origin_mark[edge] - 1
        while origin >= 0:
            step = (points.position_m[point] - origins.position_m[origin]) * per_m
            cost = _part_cost(along, step) + _part_cost(against, -step) + origins.leg[origin]
            if cost < best or (cost == best and origin < won):
                best, won = cost, origin
            origin = scratch.next_origin[origin] - 1
        best += points.leg[point]
        if best <= limit:
            served.point[total] = point
            served.cost[total] = best
            served.origin[total] = won
            total += 1
    return total


@njit(**KERNEL)
def point_costs(
    streets: Streets,
    reach_offset: NDArray[np.int64],
    reached: Reached,
    origins: OnEdges,
    points: OnEdges,
    limit: float,
    scratch: Scratch,
    met: NDArray[np.int32],
    served: Served,
    offset: NDArray[np.int64],
    group: int,
) -> tuple[int, int]:
    """Find for each group of origins the points within a limit, and their least cost.

    A point is entered from either end of its edge, or straight along the edge from an origin
    that lies on it. Of origins at equal cost the lowest wins that reaches the point so.

    Parameters
    ----------
    streets
        The network.
    reach_offset, reached
        What each group reaches, from ``reach_sets``.
    origins, points
        The groups, and the destinations.
    limit
        Largest cost, inclusive and finite, both off-street legs counted.
    scratch, met
        Zeros, and room for the edges of a group.
    served
        Filled: group i serves the places ``offset[i]:offset[i + 1]``.
    offset
        Shape (g + 1,), filled.
    group
        The group at hand, at first 0.

    Returns
    -------
    tuple of int
        The group at hand, and how much more room for edges or points it needs: 0 at the end.
    """
    node_mark, edge_mark = scratch.node_mark, scratch.edge_mark
    origin_mark, next_origin = scratch.origin_mark, scratch.next_origin
    while group < len(offset) - 1:
        total = offset[group]
        first, stop = reach_offset[group], reach_offset[group + 1]
        first_origin, stop_origin = origins.offset[group], origins.offset[group + 1]
        needed = stop_origin - first_origin
        for i in range(first, stop):
            node = reached.node[i]
            needed += streets.indptr[node + 1] - streets.indptr[node]
        if needed > len(met):
            return group, needed
        n_met, needed = 0, 0
        for i in range(first - (stop_origin - first_origin), stop):
            arc, last_arc = 0, 1
            if i >= first:
                arc = streets.indptr[reached.node[i]]
                last_arc = streets.indptr[reached.node[i] + 1]
            while arc < last_arc:
                edge = (
                    streets.arc_edge[arc] if i >= first else origins.edge[stop_origin + i - first]
                )
                count = points.offset[edge + 1] - points.offset[edge]
                if edge_mark[edge] == 0 and count > 0:
                    edge_mark[edge] = 1
                    met[n_met] = edge
                    n_met += 1
                    needed += count
                arc += 1
        for i in range(n_met):
            edge_mark[met[i]] = 0
        if total + needed > len(served.point):
            return group, needed
        for i in range(first, stop):
            node_mark[reached.node[i]] = i - first + 1
        for origin in range(first_origin, stop_origin):
            next_origin[origin] = origin_mark[origins.edge[origin]]
            origin_mark[origins.edge[origin]] = origin + 1
        for i in range(n_met):
            total = _serve_edge(
                met[i], streets, first, reached, origins, points, limit, scratch, served, total
            )
        for i in range(first, stop):
            node_mark[reached.node[i]] = 0
        for origin in range(first_origin, stop_origin):
            origin_mark[origins.edge[origin]] = 0
        group += 1
        offset[group] = total
    return group, 0
