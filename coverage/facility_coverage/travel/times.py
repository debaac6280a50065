"""Least travel time or distance between facilities and points, both off-street legs counted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from facility_coverage.network.snapping import Snaps
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.travel import kernels
from facility_coverage.travel.impedance import Impedance


@dataclass(frozen=True, eq=False)
class Reach:
    """The nodes that each group of origins reaches, sparse.

    Attributes
    ----------
    offset
        Shape (g + 1,): group i reaches ``node[offset[i]:offset[i + 1]]``.
    node
        Node indices, in order of rising cost within a group.
    cost
        Least cost from the group's origins, their off-street legs counted.
    """

    offset: NDArray[np.int64]
    node: NDArray[np.int32]
    cost: NDArray[np.float64]

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


def reach(network: StreetNetwork, origins: Origins, impedance: Impedance, limit: float) -> Reach:
    """Search the network from each group of origins, up to a limit.

    Parameters
    ----------
    network
        The street network.
    origins
        Groups of places on it.
    impedance
        Cost of edges and off-street metres.
    limit
        Largest cost, inclusive, in the impedance's unit.

    Returns
    -------
    Reach
        Exact least costs at nodes.
    """
    snaps, arcs = origins.snaps, network.arcs
    leg = impedance.off_street(snaps.off_street_m)
    length_m = network.edge_length_m[snaps.edge]
    share = np.divide(snaps.position_m, length_m, out=np.zeros_like(leg), where=length_m > 0)
    to_start = leg + share * impedance.against[snaps.edge]
    to_end = leg + (1.0 - share) * impedance.along[snaps.edge]
    arc_cost = np.where(arcs.along, impedance.along[arcs.edge], impedance.against[arcs.edge])
    found = kernels.reach_sets(
        arcs.indptr,
        arcs.head,
        arc_cost,
        origins.offset * 2,
        network.edge_node[snaps.edge].ravel(),
        np.column_stack([to_start, to_end]).ravel(),
        limit,
    )
    return Reach(*found)


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

    Returns
    -------
    scipy.sparse.csr_array
        Shape (groups, rows of the points' snaps). A stored value is a cost, zero included;
        what is not stored is beyond the limit.
    """
    snaps = origins.snaps
    offset, point, cost = kernels.point_costs(
        network.arcs.indptr,
        network.arcs.edge,
        network.edge_node,
        network.edge_length_m,
        impedance.along,
        impedance.against,
        found.offset,
        found.node,
        found.cost,
        origins.offset,
        snaps.edge,
        snaps.position_m,
        impedance.off_street(snaps.off_street_m),
        points.offset,
        points.position_m,
        impedance.off_street(points.off_street_m),
        limit,
    )
    shape = (len(origins.offset) - 1, points.n_rows)
    return csr_array((cost, points.row[point], offset), shape=shape)


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
