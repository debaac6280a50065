"""Compiled reading of costs along streets: the edges that groups enter, points on them, fronts."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from facility_coverage.compiled import KERNEL, PART
from facility_coverage.travel.kernels import OnEdges, Streets


class Touched(NamedTuple):
    """Edges that groups enter, group by group: cost at both ends, and an origin on the edge.

    Group i enters the rows ``offset[i]:offset[i + 1]``. A row holds the origin ``origin``, then
    ``following[origin]``, until -1.
    """

    offset: NDArray[np.int64]
    edge: NDArray[np.int32]
    at_start: NDArray[np.float64]
    at_end: NDArray[np.float64]
    origin: NDArray[np.int64]
    following: NDArray[np.int64]


@njit(**KERNEL)
def enter_edges(
    streets: Streets,
    reach_offset: NDArray[np.int64],
    reach_node: NDArray[np.int32],
    reach_cost: NDArray[np.float64],
    origins: OnEdges,
    node_mark: NDArray[np.int32],
    edge_mark: NDArray[np.int32],
    touched: Touched,
) -> None:
    """Find the edges that each group enters, in the order in which they are met.

    Parameters
    ----------
    streets
        The network.
    reach_offset, reach_node, reach_cost
        What each group reaches; see ``Reach``.
    origins
        Where it starts.
    node_mark, edge_mark
        Zeros for each node and edge; left as zeros.
    touched
        Filled; room for every arc that leaves a reached node, and for every origin.
    """
    total = 0
    for group in range(len(reach_offset) - 1):
        start, stop = reach_offset[group], reach_offset[group + 1]
        first, last = origins.offset[group], origins.offset[group + 1]
        begin = total
        for i in range(start, stop):
            node_mark[reach_node[i]] = i - start + 1
        for i in range(start, stop):
            node = reach_node[i]
            for arc in range(streets.indptr[node], streets.indptr[node + 1]):
                edge = streets.arc_edge[arc]
                if edge_mark[edge] == 0:
                    touched.edge[total] = edge
                    total += 1
                    edge_mark[edge] = total - begin
        for origin in range(first, last):
            edge = origins.edge[origin]
            if edge_mark[edge] == 0:
                touched.edge[total] = edge
                total += 1
                edge_mark[edge] = total - begin
        for row in range(begin, total):
            one, other = (
                streets.edge_node[touched.edge[row], 0],
                streets.edge_node[touched.edge[row], 1],
            )
            touched.origin[row] = -1
            touched.at_start[row] = np.inf
            touched.at_end[row] = np.inf
            if node_mark[one] > 0:
                touched.at_start[row] = reach_cost[start + node_mark[one] - 1]
            if node_mark[other] > 0:
                touched.at_end[row] = reach_cost[start + node_mark[other] - 1]
        for origin in range(first, last):
            row = begin + edge_mark[origins.edge[origin]] - 1
            touched.following[origin] = touched.origin[row]
            touched.origin[row] = origin
        for i in range(start, stop):
            node_mark[reach_node[i]] = 0
        for row in range(begin, total):
            edge_mark[touched.edge[row]] = 0
        touched.offset[group + 1] = total


@njit(**PART)
def _part_cost(whole: float, share: float) -> float:
    """Return the cost of a share of an edge; none of a forbidden edge costs nothing."""
    return whole * share if share > 0.0 else 0.0


@njit(**KERNEL)
def costs_along(
    streets: Streets,
    origins: OnEdges,
    touched: Touched,
    places: OnEdges,
    most: float,
    offset: NDArray[np.int64],
    point: NDArray[np.int32],
    cost: NDArray[np.float64],
) -> None:
    """Find the cost of the points on the touched edges (definition D1).

    Parameters
    ----------
    streets, origins
        The network, and where groups start.
    touched
        The edges that they enter.
    places
        Points sorted by edge; without legs where these are empty.
    most
        Points that cost more are left out.
    offset, point, cost
        Filled: group i has the points ``offset[i]:offset[i + 1]``, row by row; room for all points
        of all rows.
    """
    count = 0
    for group in range(len(touched.offset) - 1):
        for row in range(touched.offset[group], touched.offset[group + 1]):
            edge = touched.edge[row]
            length_m = streets.length_m[edge]
            along, against = streets.along[edge], streets.against[edge]
            at_start, at_end = touched.at_start[row], touched.at_end[row]
            per_m = 1.0 / length_m if length_m > 0.0 else 0.0
            for p in range(places.offset[edge], places.offset[edge + 1]):
                share = places.position_m[p] * per_m
                if places.position_m[p] == length_m:
                    share = 1.0
                least = at_start + _part_cost(along, share)
                least = min(least, at_end + _part_cost(against, 1.0 - share))
                origin = touched.origin[row]
                while origin >= 0:
                    step = (places.position_m[p] - origins.position_m[origin]) * per_m
                    direct = _part_cost(along, step) + _part_cost(against, -step)
                    least = min(least, origins.leg[origin] + direct)
                    origin = touched.following[origin]
                if len(places.leg) > 0:
                    least += places.leg[p]
                if least <= most:
                    point[count] = p
                    cost[count] = least
                    count += 1
        offset[group + 1] = count


@njit(**KERNEL)
def find_fronts(
    streets: Streets,
    origins: OnEdges,
    touched: Touched,
    limits: NDArray[np.float64],
    offset: NDArray[np.int64],
    edge: NDArray[np.int32],
    place_m: NDArray[np.float64],
) -> None:
    """Find where the reach of each group ends within edges; all these points are reached.

    Parameters
    ----------
    streets, origins
        The network, and where groups start.
    touched
        The edges that they enter.
    limits
        Largest costs, inclusive.
    offset
        Shape (groups * limits + 1,), filled: the fronts of each group at each limit.
    edge, place_m
        Filled; room for two a limit of every touched edge and every origin.
    """
    count = 0
    for group in range(len(touched.offset) - 1):
        for nth in range(len(limits)):
            for row in range(touched.offset[group], touched.offset[group + 1]):
                own = touched.edge[row]
                length_m = streets.length_m[own]
                along, against = streets.along[own], streets.against[own]
                left = limits[nth] - touched.at_start[row]
                if 0.0 <= left < along < np.inf:
                    edge[count] = own
                    place_m[count] = left / along * length_m
                    count += 1
                left = limits[nth] - touched.at_end[row]
                if 0.0 <= left < against < np.inf:
                    edge[count] = own
                    place_m[count] = length_m - left / against * length_m
                    count += 1
                origin = touched.origin[row]
                while origin >= 0:
                    left = limits[nth] - origins.leg[origin]
                    for side in range(2):
                        whole = along if side == 0 else against
                        end_m = origins.position_m[origin]
                        if 0.0 < whole < np.inf:
                            end_m += (1.0 - 2.0 * side) * left / whole * length_m
                        if left >= 0.0 and 0.0 <= end_m <= length_m:
                            edge[count] = own
                            place_m[count] = end_m
                            count += 1
                    origin = touched.following[origin]
            offset[group * len(limits) + nth + 1] = count


@njit(**KERNEL)
def points_along(
    vertex_offset: NDArray[np.int64],
    vertex_position_m: NDArray[np.float64],
    vertex_xy: NDArray[np.float64],
    edge: NDArray[np.int32],
    position_m: NDArray[np.float64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
) -> None:
    """Find the points at distances along edges.

    Parameters
    ----------
    vertex_offset, vertex_position_m, vertex_xy
        The polylines of edges; see ``StreetNetwork``.
    edge, position_m
        Edges, and metres from their start.
    x, y
        Filled: eastings and northings, metres.
    """
    for i in range(len(edge)):
        low, high = vertex_offset[edge[i]], vertex_offset[edge[i] + 1] - 1
        while high - low > 1:
            middle = (low + high) >> 1
            if vertex_position_m[middle] <= position_m[i]:
                low = middle
            else:
                high = middle
        step_m = vertex_position_m[high] - vertex_position_m[low]
        share = (position_m[i] - vertex_position_m[low]) / step_m if step_m > 0.0 else 0.0
        x[i] = vertex_xy[low, 0] + share * (vertex_xy[high, 0] - vertex_xy[low, 0])
        y[i] = vertex_xy[low, 1] + share * (vertex_xy[high, 1] - vertex_xy[low, 1])
