"""Costs of places by scipy and shapely alone, against which the program's own are held."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.travel.impedance import Impedance

TIE_M = 1e-6
"""Streets whose distances differ by less than this are equally near."""


@dataclass(frozen=True, eq=False)
class Projection:
    """Places on their nearest street: its edge, metres along it as drawn, and metres off it."""

    edge: NDArray[np.intp]
    along_m: NDArray[np.float64]
    off_m: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class IndependentCosts:
    """Costs of places from facilities, in the unit of an impedance.

    Attributes
    ----------
    network
        The street network; its nodes, edges and polylines are read, none of its indices.
    impedance
        What moving costs.
    facility_xy
        Shape (f, 2), facilities that have a street, metres.
    off_street_limit_m
        Longest off-street leg of a place.
    """

    network: StreetNetwork
    impedance: Impedance
    facility_xy: NDArray[np.float64]
    off_street_limit_m: float

    @cached_property
    def lines(self) -> NDArray[np.object_]:
        """Return the true polyline of each edge."""
        network = self.network
        owner = np.repeat(np.arange(network.n_edges), np.diff(network.vertex_offset))
        lines: NDArray[np.object_] = shapely.linestrings(network.vertex_xy, indices=owner)
        return lines

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Return the polylines in a tree."""
        return shapely.STRtree(self.lines)

    def streets_near(
        self, xy: NDArray[np.float64]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
        """Return the nearest street of each place, and any other that is equally near.

        Parameters
        ----------
        xy
            Shape (p, 2), metres.

        Returns
        -------
        place, edge, off_m
            Pairs of a place and one of its nearest streets, sorted; and, of shape (p,), how far
            off them the places lie.
        """
        points = shapely.points(xy)
        off_m = shapely.distance(self.lines[self.tree.nearest(points)], points)
        place, edge = self.tree.query(points, predicate="dwithin", distance=off_m + TIE_M)
        order = np.lexsort((edge, place))
        return place[order], edge[order], off_m

    def metres_along(self, edge: NDArray[np.intp], xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far along edges, as drawn, the points nearest to places lie.

        Parameters
        ----------
        edge, xy
            Edges, and one place for each.

        Returns
        -------
        ndarray of float64
            Metres.
        """
        along_m = shapely.line_locate_point(self.lines[edge], shapely.points(xy))
        nearest: NDArray[np.float64] = np.minimum(along_m, self.network.edge_length_m[edge])
        return nearest

    @cached_property
    def facilities(self) -> Projection:
        """Return the facilities on their streets; of streets equally near the first one counts."""
        place, edges, off_m = self.streets_near(self.facility_xy)
        edge = edges[np.searchsorted(place, np.arange(len(off_m)))]
        return Projection(edge, self.metres_along(edge, self.facility_xy), off_m)

    @cached_property
    def graph(self) -> csr_array:
        """Return nodes and, after them, the facilities, each joined to the ends of its edge."""
        network, impedance, places = self.network, self.impedance, self.facilities
        u, v = network.edge_node.astype(np.int64).T
        leg = impedance.off_street_per_m * places.off_m
        rest_m = network.edge_length_m[places.edge] - places.along_m
        name = network.n_nodes + np.arange(len(leg))
        tail = np.concatenate([u, v, name, name])
        head = np.concatenate([v, u, u[places.edge], v[places.edge]])
        to_start = leg + self.part(places.edge, places.along_m, impedance.against)
        to_end = leg + self.part(places.edge, rest_m, impedance.along)
        cost = np.concatenate([impedance.along, impedance.against, to_start, to_end])
        cost += impedance.node_delay[head]
        kept = np.isfinite(cost) & (tail != head)
        tail, head, cost = tail[kept], head[kept], cost[kept]
        order = np.lexsort((cost, head, tail))  # of parallel streets the quickest comes first
        tail, head, cost = tail[order], head[order], cost[order]
        first = np.append([True], (np.diff(tail) != 0) | (np.diff(head) != 0))[: len(order)]
        size = network.n_nodes + len(name)
        return csr_array((cost[first], (tail[first], head[first])), shape=(size, size))

    def part(
        self, edge: NDArray[np.intp], metres: NDArray[np.float64], whole: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the cost of a part of edges.

        Parameters
        ----------
        edge, metres
            Edges, and how much of each.
        whole
            Shape (e,), costs of all edges in one direction.

        Returns
        -------
        ndarray of float64
            Costs; inf where the direction is forbidden, but none of an edge costs nothing.
        """
        length_m = self.network.edge_length_m[edge]
        share = np.divide(metres, length_m, out=np.zeros(len(edge)), where=length_m > 0)
        return np.multiply(whole[edge], share, out=np.zeros(len(edge)), where=share > 0)

    def starting_at(self, facilities: NDArray[np.intp]) -> "CostsFrom":
        """Search the graph from the nearest of some facilities.

        Parameters
        ----------
        facilities
            Their rows.

        Returns
        -------
        CostsFrom
            Costs of any place.
        """
        rows = self.network.n_nodes + facilities
        return CostsFrom(self, facilities, dijkstra(self.graph, indices=rows, min_only=True))


@dataclass(frozen=True, eq=False)
class CostsFrom:
    """Costs from the nearest of some facilities.

    Attributes
    ----------
    costs
        All facilities.
    facilities
        Rows of those that count.
    node_cost
        Cost of every node of the graph.
    """

    costs: IndependentCosts
    facilities: NDArray[np.intp]
    node_cost: NDArray[np.float64]

    def of_street_points(
        self, edge: NDArray[np.intp], along_m: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the cost of points of streets.

        Parameters
        ----------
        edge, along_m
            Edges, and metres along them as drawn.

        Returns
        -------
        ndarray of float64
            Costs; inf where there is no way.
        """
        costs, impedance = self.costs, self.costs.impedance
        ends = costs.network.edge_node[edge]
        rest_m = costs.network.edge_length_m[edge] - along_m
        cost = np.minimum(
            self.node_cost[ends[:, 0]] + costs.part(edge, along_m, impedance.along),
            self.node_cost[ends[:, 1]] + costs.part(edge, rest_m, impedance.against),
        )
        places = costs.facilities
        for facility in self.facilities[np.isin(places.edge[self.facilities], edge)]:
            here = np.flatnonzero(edge == places.edge[facility])
            step_m = along_m[here] - places.along_m[facility]
            ahead = costs.part(edge[here], np.abs(step_m), impedance.along)
            back = costs.part(edge[here], np.abs(step_m), impedance.against)
            direct = np.where(step_m > 0, ahead, np.where(step_m < 0, back, 0.0))
            leg = places.off_m[facility] * impedance.off_street_per_m
            cost[here] = np.minimum(cost[here], leg + direct)
        return cost

    def of_places(self, xy: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the cost of places, off-street legs counted.

        Parameters
        ----------
        xy
            Shape (p, 2), metres.

        Returns
        -------
        least, most
            Costs over all streets that are equally near, of which any may be taken; inf where
            there is no way or no street within the off-street limit.
        """
        costs = self.costs
        row, edge, off_m = costs.streets_near(xy)
        cost = self.of_street_points(edge, costs.metres_along(edge, xy[row]))
        cost += off_m[row] * costs.impedance.off_street_per_m
        cost[off_m[row] > costs.off_street_limit_m] = np.inf
        least, most = np.full(len(xy), np.inf), np.full(len(xy), -np.inf)
        np.minimum.at(least, row, cost)
        np.maximum.at(most, row, cost)
        return least, most

    def of_streets_in(self, ground: shapely.Polygon) -> float:
        """Return the least cost of a street on some ground.

        Parameters
        ----------
        ground
            Its border.

        Returns
        -------
        float
            The cost; inf where there is no street.
        """
        found = self.costs.tree.query(ground, predicate="intersects")
        pieces = shapely.intersection(self.costs.lines[found], ground)
        xy, row = shapely.get_coordinates(pieces, return_index=True)
        edge = found[row]
        along_m = self.costs.metres_along(edge, xy)
        least = self.of_street_points(edge, along_m).min(initial=np.inf)
        places = self.costs.facilities
        own = places.edge[self.facilities]
        street = shapely.line_interpolate_point(
            self.costs.lines[own], places.along_m[self.facilities]
        )
        leg = places.off_m[self.facilities] * self.costs.impedance.off_street_per_m
        return float(min(least, leg[shapely.intersects(ground, street)].min(initial=np.inf)))
