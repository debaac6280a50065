"""Compiled searches over arrays: bounded shortest paths, and the cost of points on edges.

A search touches only what it reaches: its cost follows reach, not the size of the network.
Bounds are inclusive and compared as floats, never rounded.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

_ARITY = 4


@njit(cache=True, nogil=True)
def _rise(
    heap: NDArray[np.int32], slot: NDArray[np.int32], key: NDArray[np.float64], i: int
) -> None:
    """Move a heap entry up to its place; ties in key go to the lower node."""
    node = heap[i]
    while i > 0:
        parent = (i - 1) // _ARITY
        above = heap[parent]
        if key[above] < key[node] or (key[above] == key[node] and above <= node):
            break
        heap[i] = above
        slot[above] = i
        i = parent
    heap[i] = node
    slot[node] = i


@njit(cache=True, nogil=True)
def _sink(
    heap: NDArray[np.int32], slot: NDArray[np.int32], key: NDArray[np.float64], size: int
) -> None:
    """Move the top heap entry down to its place."""
    node = heap[0]
    i = 0
    while True:
        child = _ARITY * i + 1
        if child >= size:
            break
        best = child
        for other in range(child + 1, min(child + _ARITY, size)):
            a, b = heap[other], heap[best]
            if key[a] < key[b] or (key[a] == key[b] and a < b):
                best = other
        below = heap[best]
        if key[node] < key[below] or (key[node] == key[below] and node <= below):
            break
        heap[i] = below
        slot[below] = i
        i = best
    heap[i] = node
    slot[node] = i


@njit(cache=True, nogil=True)
def reach_sets(
    indptr: NDArray[np.int64],
    head: NDArray[np.int32],
    arc_cost: NDArray[np.float64],
    seed_offset: NDArray[np.int64],
    seed_node: NDArray[np.int32],
    seed_cost: NDArray[np.float64],
    limit: float,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """Return for each group of seeds the nodes within a limit, and their least cost.

    Parameters
    ----------
    indptr, head, arc_cost
        Directed arcs in CSR form.
    seed_offset
        Shape (g + 1,): group i starts from the seeds ``seed_offset[i]:seed_offset[i + 1]``.
    seed_node, seed_cost
        Nodes from which a group starts, with the cost spent before.
    limit
        Largest cost, inclusive.

    Returns
    -------
    offset, node, cost
        Group i reaches ``node[offset[i]:offset[i + 1]]``, in order of rising cost.
    """
    n_nodes = len(indptr) - 1
    key = np.full(n_nodes, np.inf)
    slot = np.full(n_nodes, -1, dtype=np.int32)
    heap = np.empty(n_nodes, dtype=np.int32)
    n_groups = len(seed_offset) - 1
    offset = np.zeros(n_groups + 1, dtype=np.int64)
    node_out = np.empty(1024, dtype=np.int32)
    cost_out = np.empty(1024, dtype=np.float64)
    total = 0
    for group in range(n_groups):
        size = 0
        for i in range(seed_offset[group], seed_offset[group + 1]):
            node = seed_node[i]
            if seed_cost[i] <= limit and seed_cost[i] < key[node]:
                key[node] = seed_cost[i]
                if slot[node] < 0:
                    heap[size] = node
                    slot[node] = size
                    size += 1
                _rise(heap, slot, key, slot[node])
        while size > 0:
            node = heap[0]
            size -= 1
            if size > 0:
                heap[0] = heap[size]
                slot[heap[0]] = 0
                _sink(heap, slot, key, size)
            if total == len(node_out):
                node_out = np.concatenate((node_out, np.empty_like(node_out)))
                cost_out = np.concatenate((cost_out, np.empty_like(cost_out)))
            node_out[total] = node
            cost_out[total] = key[node]
            total += 1
            for arc in range(indptr[node], indptr[node + 1]):
                other = head[arc]
                cost = key[node] + arc_cost[arc]
                if cost <= limit and cost < key[other]:
                    key[other] = cost
                    if slot[other] < 0:
                        heap[size] = other
                        slot[other] = size
                        size += 1
                    _rise(heap, slot, key, slot[other])
        offset[group + 1] = total
        for i in range(offset[group], total):
            key[node_out[i]] = np.inf
            slot[node_out[i]] = -1
    return offset, node_out[:total].copy(), cost_out[:total].copy()


@njit(cache=True, nogil=True)
def point_costs(
    indptr: NDArray[np.int64],
    arc_edge: NDArray[np.int32],
    edge_node: NDArray[np.int32],
    edge_length_m: NDArray[np.float64],
    along: NDArray[np.float64],
    against: NDArray[np.float64],
    reach_offset: NDArray[np.int64],
    reach_node: NDArray[np.int32],
    reach_cost: NDArray[np.float64],
    origin_offset: NDArray[np.int64],
    origin_edge: NDArray[np.int32],
    origin_position_m: NDArray[np.float64],
    origin_leg: NDArray[np.float64],
    point_offset: NDArray[np.int64],
    point_position_m: NDArray[np.float64],
    point_leg: NDArray[np.float64],
    limit: float,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return for each group of origins the points within a limit, and their least cost.

    A point is entered from either end of its edge, or straight along the edge from an origin
    that lies on it.

    Parameters
    ----------
    indptr, arc_edge
        Arcs that leave each node, and their edges.
    edge_node, edge_length_m, along, against
        The edges: ends, length, and cost in both directions.
    reach_offset, reach_node, reach_cost
        What each group reaches, from ``reach_sets``.
    origin_offset, origin_edge, origin_position_m, origin_leg
        The origins of each group: edge, distance from its start, cost of the off-street leg.
    point_offset, point_position_m, point_leg
        Points sorted by edge: edge e owns ``point_offset[e]:point_offset[e + 1]``.
    limit
        Largest cost, inclusive, both off-street legs counted.

    Returns
    -------
    offset, point, cost
        Group i serves ``point[offset[i]:offset[i + 1]]``.
    """
    n_groups = len(reach_offset) - 1
    node_cost = np.full(len(indptr) - 1, np.inf)
    stamp = np.full(len(edge_node), -1, dtype=np.int32)
    first_origin = np.full(len(edge_node), -1, dtype=np.int64)
    next_origin = np.full(len(origin_edge), -1, dtype=np.int64)
    offset = np.zeros(n_groups + 1, dtype=np.int64)
    point_out = np.empty(1024, dtype=np.int64)
    cost_out = np.empty(1024, dtype=np.float64)
    total = 0
    for group in range(n_groups):
        origins = range(origin_offset[group], origin_offset[group + 1])
        for origin in origins:
            next_origin[origin] = first_origin[origin_edge[origin]]
            first_origin[origin_edge[origin]] = origin
        reached = range(reach_offset[group], reach_offset[group + 1])
        for i in reached:
            node_cost[reach_node[i]] = reach_cost[i]
        n_reached = len(reached)
        for i in range(n_reached + len(origins)):
            if i < n_reached:
                node = reach_node[reach_offset[group] + i]
                first_arc, last_arc = indptr[node], indptr[node + 1]
            else:
                first_arc, last_arc = 0, 1
            for arc in range(first_arc, last_arc):
                edge = arc_edge[arc]
                if i >= n_reached:
                    edge = origin_edge[origin_offset[group] + i - n_reached]
                if stamp[edge] == group or point_offset[edge] == point_offset[edge + 1]:
                    continue
                stamp[edge] = group
                from_start = node_cost[edge_node[edge, 0]]
                from_end = node_cost[edge_node[edge, 1]]
                length_m = edge_length_m[edge]
                for point in range(point_offset[edge], point_offset[edge + 1]):
                    share = point_position_m[point] / length_m if length_m > 0.0 else 0.0
                    cost = min(
                        from_start + along[edge] * share, from_end + against[edge] * (1.0 - share)
                    )
                    origin = first_origin[edge]
                    while origin >= 0:
                        step_m = point_position_m[point] - origin_position_m[origin]
                        rate = 0.0
                        if length_m > 0.0 and step_m != 0.0:
                            rate = (along[edge] if step_m > 0.0 else against[edge]) / length_m
                        cost = min(cost, origin_leg[origin] + abs(step_m) * rate)
                        origin = next_origin[origin]
                    cost += point_leg[point]
                    if cost <= limit:
                        if total == len(point_out):
                            point_out = np.concatenate((point_out, np.empty_like(point_out)))
                            cost_out = np.concatenate((cost_out, np.empty_like(cost_out)))
                        point_out[total] = point
                        cost_out[total] = cost
                        total += 1
        offset[group + 1] = total
        for i in reached:
            node_cost[reach_node[i]] = np.inf
        for origin in origins:
            first_origin[origin_edge[origin]] = -1
    return offset, point_out[:total].copy(), cost_out[:total].copy()
