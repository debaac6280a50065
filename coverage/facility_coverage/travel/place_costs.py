"""What any place costs from facilities, looked up from one search instead of searched again."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from facility_coverage.network.snapping import Snaps
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.travel.impedance import Impedance
from facility_coverage.travel.times import Origins, Reach


@dataclass(frozen=True, eq=False)
class PlaceCosts:
    """Costs at nodes, sorted by node, from which the cost of a place on any edge follows.

    Attributes
    ----------
    network, impedance
        The streets, and what moving along them costs.
    snaps
        The origins; each has a street.
    offset
        Shape (n + 1,): node i is reached by ``origin[offset[i]:offset[i + 1]]``.
    origin, cost
        Row of the origins, and the least cost from there.
    """

    network: StreetNetwork
    impedance: Impedance
    snaps: Snaps
    offset: NDArray[np.int64]
    origin: NDArray[np.int32]
    cost: NDArray[np.float64]

    @classmethod
    def of(
        cls, network: StreetNetwork, origins: Origins, found: Reach, impedance: Impedance
    ) -> Self:
        """Sort what searches found by node.

        Parameters
        ----------
        network
            The street network.
        origins, found
            Groups of places, and what they reach.
        impedance
            The cost that was searched.

        Returns
        -------
        PlaceCosts
            For any number of places.
        """
        order = np.argsort(found.node, kind="stable")
        count = np.bincount(found.node, minlength=network.n_nodes)
        offset = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        return cls(
            network, impedance, origins.snaps, offset, found.origin[order], found.cost[order]
        )

    def at(self, place: Snaps, limit: float) -> NDArray[np.float64]:
        """Return the cost between each origin and a place.

        Parameters
        ----------
        place
            One place that has a street.
        limit
            Largest cost, inclusive, no larger than that of the searches.

        Returns
        -------
        ndarray of float64
            Shape (origins,), to the last bit what ``od_matrix`` stores; inf beyond the limit. Of
            one search from all origins only the least is the cost from its origin, and the row
            of the least that of ``nearest``.
        """
        edge, position_m = int(place.edge[0]), float(place.position_m[0])
        length_m = float(self.network.edge_length_m[edge])
        per_m = 1.0 / length_m if length_m > 0.0 else 0.0
        share = 1.0 if position_m == length_m else position_m * per_m
        along, against = float(self.impedance.along[edge]), float(self.impedance.against[edge])
        cost = np.full(len(self.snaps.edge), np.inf)
        start, end = self.network.edge_node[edge].tolist()
        for node, rest in ((start, _part(along, share)), (end, _part(against, 1.0 - share))):
            own = slice(self.offset[node], self.offset[node + 1])
            origins = self.origin[own]
            cost[origins] = np.minimum(cost[origins], self.cost[own] + rest)
        for origin in np.flatnonzero(self.snaps.edge == edge).tolist():
            step = (position_m - float(self.snaps.position_m[origin])) * per_m
            leg = float(self.snaps.off_street_m[origin]) * self.impedance.off_street_per_m
            direct = _part(along, step) + _part(against, -step) + leg
            cost[origin] = min(cost[origin], direct)
        cost += float(place.off_street_m[0]) * self.impedance.off_street_per_m
        cost[cost > limit] = np.inf
        return cost


def _part(whole: float, share: float) -> float:
    """Return the cost of a share of an edge; none of a forbidden edge costs nothing."""
    return whole * share if share > 0.0 else 0.0
