"""Least travel time or distance between facilities and points, both off-street legs counted."""

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from facility_coverage.network.snapping import Snaps
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.travel import kernels
from facility_coverage.travel.blocks import in_blocks, more_room, room
from facility_coverage.travel.impedance import Impedance, part_cost

_BUCKETS_PER_ARC = 8
"""An arc of mean cost spans so many buckets: tried from 1 to 40, and flat between 4 and 20."""

_MOST_BUCKETS = 65_536
"""Where one arc costs as much as thousands of others, buckets grow wider instead."""


@dataclass(frozen=True, eq=False)
class Reach:
    """The nodes that each group of origins reaches, sparse.

    Attributes
    ----------
    offset
        Shape (g + 1,): group i reaches ``node[offset[i]:offset[i + 1]]``.
    node
        Node indices, within a group in the order in which the search first met them.
    cost
        Least cost from the group's origins, their off-street legs counted.
    origin
        The origin from which it comes, a row of the origins' snaps; see ``nearest`` for ties.
    """

    offset: NDArray[np.int64]
    node: NDArray[np.int32]
    cost: NDArray[np.float64]
    origin: NDArray[np.int32]

    def of_group(self, group: int) -> "Reach":
        """Return what one group reaches.

        Parameters
        ----------
        group
            Its index.

        Returns
        -------
        Reach
            Of that group alone.
        """
        own = slice(self.offset[group], self.offset[group + 1])
        size = np.array([0, own.stop - own.start])
        return Reach(size, self.node[own], self.cost[own], self.origin[own])

    def least(self, n_nodes: int) -> NDArray[np.float64]:
        """Return the least cost of each node over all groups.

        Parameters
        ----------
        n_nodes
            Number of nodes of the network.

        Returns
        -------
        ndarray of float64
            Shape (n_nodes,), inf where no group reaches.
        """
        least = np.full(n_nodes, np.inf)
        np.minimum.at(least, self.node, self.cost)
        return least


@dataclass(frozen=True, eq=False)
class Origins:
    """Places on the network from which groups of searches start.

    Attributes
    ----------
    snaps
        The places; each has a street.
    offset
        Shape (g + 1,): group i starts from the places ``offset[i]:offset[i + 1]``.
    """

    snaps: Snaps
    offset: NDArray[np.int64]


def each_alone(snaps: Snaps) -> Origins:
    """Let every place be an origin of its own.

    Parameters
    ----------
    snaps
        Places that all have a street.

    Returns
    -------
    Origins
        As many groups as places.
    """
    return Origins(snaps, np.arange(len(snaps.edge) + 1, dtype=np.int64))


def all_together(snaps: Snaps) -> Origins:
    """Let all places be one origin: costs are then those of the nearest of them.

    Parameters
    ----------
    snaps
        Places that all have a street.

    Returns
    -------
    Origins
        One group.
    """
    return Origins(snaps, np.array([0, len(snaps.edge)], dtype=np.int64))


def reach(
    network: StreetNetwork,
    origins: Origins,
    impedance: Impedance,
    limit: float,
    *,
    threads: int = 1,
) -> Reach:
    """Search the network from each group of origins, up to a limit.

    Parameters
    ----------
    network
        The street network.
    origins
        Groups of places on it.
    impedance
        Cost of edges, nodes and off-street metres.
    limit
        Largest cost, inclusive, in the impedance's unit.
    threads
        How many groups are searched at the same time; the answer does not depend on it.

    Returns
    -------
    Reach
        Exact least costs at nodes.
    """
    seed_node, seed_cost = _seeds(network, origins.snaps, impedance)
    bounded = min(limit, sys.float_info.max)
    width, n_buckets = _buckets(impedance, seed_cost, bounded)

    def search(offset: NDArray[np.int64]) -> tuple[NDArray[Any], ...]:
        mark, state = np.zeros(network.n_nodes, dtype=np.int32), np.zeros(7, dtype=np.int64)
        state[kernels.LINK] = -1
        queue = kernels.Queue(np.full(n_buckets, -1, dtype=np.int32), *room(np.int32, np.int32))
        reached = kernels.Reached(*room(np.int32, np.float64, np.int32))
        found = np.zeros(len(offset), dtype=np.int64)
        while needed := kernels.reach_sets(
            impedance.arcs.indptr, impedance.arcs.head, impedance.arc_cost,
            offset, seed_node, seed_cost, bounded, 1.0 / width,
            mark, queue, reached, found, state,
        ):  # fmt: skip
            reached = kernels.Reached(*more_room(reached, state[kernels.TOTAL] + needed))
            links = more_room(queue[1:], state[kernels.CAME] + needed)
            queue = kernels.Queue(queue.first, *links)
        return found, *(column[: found[-1]] for column in reached)

    return Reach(*in_blocks(search, origins.offset, threads))


def _seeds(
    network: StreetNetwork, snaps: Snaps, impedance: Impedance
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return the two nodes at which each place enters the network, and the cost at them."""
    ends = network.edge_node[snaps.edge]
    share = _shares(network, snaps)
    back = part_cost(impedance.against[snaps.edge], share)
    ahead = part_cost(impedance.along[snaps.edge], 1.0 - share)
    leg = impedance.off_street(snaps.off_street_m)
    return ends, leg[:, None] + np.column_stack([back, ahead]) + impedance.node_delay[ends]


def _shares(network: StreetNetwork, snaps: Snaps) -> NDArray[np.float64]:
    """Return how far along its edge each place lies, from 0 to 1."""
    length_m = network.edge_length_m[snaps.edge]
    share: NDArray[np.float64] = np.divide(
        snaps.position_m, length_m, out=np.zeros(len(length_m)), where=length_m > 0
    )
    return share


def _buckets(
    impedance: Impedance, seed_cost: NDArray[np.float64], limit: float
) -> tuple[float, int]:
    """Return the width of a search's buckets, and how many of them a search needs at once."""
    mean, longest = impedance.arc_span
    furthest = np.max(seed_cost, where=np.isfinite(seed_cost), initial=longest)
    span = min(float(furthest), limit)
    width = max(mean / _BUCKETS_PER_ARC, span / _MOST_BUCKETS) or 1.0
    return width, 1 << int(span / width + 2.0).bit_length()


@dataclass(frozen=True, eq=False)
class PointsOnEdges:
    """Points sorted by the edge that they are tied to, for searches that enter edges.

    Attributes
    ----------
    offset
        Shape (e + 1,): edge i owns the sorted points ``offset[i]:offset[i + 1]``.
    row
        Shape (q,), for each sorted point its row in the snaps that it came from.
    position_m, off_street_m
        Shape (q,), along the edge, and off it.
    n_rows
        Number of rows of those snaps, with and without a street.
    """

    offset: NDArray[np.int64]
    row: NDArray[np.int64]
    position_m: NDArray[np.float64]
    off_street_m: NDArray[np.float64]
    n_rows: int

    @classmethod
    def of(cls, network: StreetNetwork, snaps: Snaps) -> "PointsOnEdges":
        """Sort places by edge; those without a street are left out.

        Parameters
        ----------
        network
            The network that they are tied to.
        snaps
            The places.

        Returns
        -------
        PointsOnEdges
            The sorted points.
        """
        row = np.flatnonzero(snaps.found)
        row = row[np.argsort(snaps.edge[row], kind="stable")]
        count = np.bincount(snaps.edge[row], minlength=network.n_edges)
        offset = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        return cls(offset, row, snaps.position_m[row], snaps.off_street_m[row], len(snaps.edge))


def od_matrix(
    network: StreetNetwork,
    origins: Origins,
    found: Reach,
    points: PointsOnEdges,
    impedance: Impedance,
    limit: float,
    *,
    threads: int = 1,
) -> csr_array:
    """Return the cost from each group of origins to each point within a limit, sparse.

    Parameters
    ----------
    network
        The street network.
    origins, found
        Groups of places, and what they reach within the same limit.
    points
        Destinations, sorted by edge.
    impedance
        Cost of edges and off-street metres.
    limit
        Largest cost, inclusive, both off-street legs counted.
    threads
        How many groups are served at the same time; the answer does not depend on it.

    Returns
    -------
    scipy.sparse.csr_array
        Shape (groups, rows of the points' snaps). A stored value is a cost, zero included;
        what is not stored is beyond the limit.
    """
    offset, point, cost, _ = _served(network, origins, found, points, impedance, limit, threads)
    shape = (len(origins.offset) - 1, points.n_rows)
    return csr_array((cost, points.row[point], offset), shape=shape)


@dataclass(frozen=True, eq=False)
class Nearest:
    """The origin that is nearest to each point.

    Attributes
    ----------
    cost
        Shape (points,), inf where none is within the limit.
    origin
        Shape (points,), row of the origins; -1 likewise.
    """

    cost: NDArray[np.float64]
    origin: NDArray[np.int32]


def nearest(
    network: StreetNetwork, snaps: Snaps, points: PointsOnEdges, impedance: Impedance, limit: float
) -> Nearest:
    """Return the origin that is nearest to each point, and its cost, in one search from all.

    Parameters
    ----------
    network
        The street network.
    snaps
        The origins; each has a street.
    points
        Destinations, sorted by edge.
    impedance
        Cost of edges, nodes and off-street metres.
    limit
        Largest cost, inclusive, both off-street legs counted.

    Returns
    -------
    Nearest
        One row per row of the points' snaps.

    Notes
    -----
    The cost is that of a search from the winner alone, to the last bit. Where fronts meet at
    exactly equal cost the lower row wins, and what lies behind follows it: with origins sorted
    by id the answer does not depend on the order in which they were written. Two costs that
    differ by less than their last digits further back than that meeting are no longer told apart.
    """
    origins = all_together(snaps)
    found = reach(network, origins, impedance, limit)
    _, point, own, won = _served(network, origins, found, points, impedance, limit, 1)
    cost, origin = np.full(points.n_rows, np.inf), np.full(points.n_rows, -1, dtype=np.int32)
    cost[points.row[point]] = own
    origin[points.row[point]] = won
    return Nearest(cost, origin)


def _served(
    network: StreetNetwork,
    origins: Origins,
    found: Reach,
    points: PointsOnEdges,
    impedance: Impedance,
    limit: float,
    threads: int,
) -> tuple[NDArray[Any], ...]:
    """Return offsets, points, costs and winning origins of each group, as the kernel gives them."""
    streets = kernels.Streets(
        network.arcs.indptr, network.arcs.edge, network.edge_node, network.edge_length_m,
        impedance.along, impedance.against,
    )  # fmt: skip
    snaps, leg = origins.snaps, impedance.off_street(origins.snaps.off_street_m)
    point_leg = impedance.off_street(points.off_street_m)
    no_edge = np.empty(0, dtype=np.int32)  # what is sorted by edge need not name it
    on_edges = kernels.OnEdges(points.offset, no_edge, points.position_m, point_leg)
    reached = kernels.Reached(found.node, found.cost, found.origin)
    bounded = min(limit, sys.float_info.max)

    def serve(groups: NDArray[np.int64]) -> tuple[NDArray[Any], ...]:
        some = slice(groups[0], groups[-1] + 1)
        places = kernels.OnEdges(origins.offset[some], snaps.edge, snaps.position_m, leg)
        scratch = kernels.Scratch(
            np.zeros(network.n_nodes, dtype=np.int32),
            np.zeros(network.n_edges, dtype=np.int32),
            np.zeros(network.n_edges, dtype=np.int32),
            np.empty(len(snaps.edge), dtype=np.int32),
        )
        met, served = room(np.int32), kernels.Served(*room(np.int64, np.float64, np.int32))
        offset, group = np.zeros(len(groups), dtype=np.int64), 0
        while True:
            group, needed = kernels.point_costs(
                streets, found.offset[some], reached, places, on_edges, bounded,
                scratch, met[0], served, offset, group,
            )  # fmt: skip
            if not needed:
                return offset, *(column[: offset[-1]] for column in served)
            met = more_room(met, needed)
            served = kernels.Served(*more_room(served, offset[group] + needed))

    return in_blocks(serve, np.arange(len(origins.offset)), threads)


def least_by_column(od: csr_array) -> NDArray[np.float64]:
    """Return the least stored cost of each column of an OD matrix.

    Parameters
    ----------
    od
        Shape (groups, points).

    Returns
    -------
    ndarray of float64
        Shape (points,), inf where nothing is stored.
    """
    least = np.full(od.shape[1], np.inf)
    np.minimum.at(least, od.indices, od.data)
    return least
