"""What moving costs: seconds, or metres along the network."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from facility_coverage.network.arcs import Arcs
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold


@dataclass(frozen=True, eq=False)
class Impedance:
    """Cost of every edge in both directions, of nodes, and of every metre off the streets.

    Searches start at facilities. Where people go to the facility, edges are turned round
    (``reversed``), so that a search still spreads from it.

    Attributes
    ----------
    along, against
        Shape (e,), cost of a whole edge the way it was drawn, and the other way; inf where that
        direction is forbidden. Within an edge cost grows evenly with length.
    node_delay
        Shape (n,), cost of passing through a node.
    off_street_per_m
        Cost of one metre off the streets.
    arcs
        The network's arcs, which searches follow.
    """

    along: NDArray[np.float64]
    against: NDArray[np.float64]
    node_delay: NDArray[np.float64]
    off_street_per_m: float
    arcs: Arcs

    @cached_property
    def arc_cost(self) -> NDArray[np.float64]:
        """Return the cost of each arc, the delay of the node that it enters included."""
        arcs = self.arcs
        cost: NDArray[np.float64] = np.where(
            arcs.along, self.along[arcs.edge], self.against[arcs.edge]
        )
        cost += self.node_delay[arcs.head]
        return cost

    @cached_property
    def arc_span(self) -> tuple[float, float]:
        """Return the mean and the largest cost of the arcs that are not forbidden."""
        finite = self.arc_cost[np.isfinite(self.arc_cost)]
        return (float(finite.mean()), float(finite.max())) if len(finite) else (0.0, 0.0)

    def off_street(self, off_street_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the cost of off-street legs.

        Parameters
        ----------
        off_street_m
            Metres, any shape.

        Returns
        -------
        ndarray of float64
            Cost, same shape.
        """
        return off_street_m * self.off_street_per_m

    def reversed(self) -> "Impedance":
        """Return the cost of the same ways gone backwards.

        Returns
        -------
        Impedance
            Along and against change places.
        """
        return Impedance(
            self.against, self.along, self.node_delay, self.off_street_per_m, self.arcs
        )


def impedance_for(network: StreetNetwork, threshold: Threshold) -> Impedance:
    """Return the cost in which a threshold is stated: seconds for minutes, metres for metres.

    Parameters
    ----------
    network
        The street network. Its profile gave the seconds of its edges, and says whether people go
        to the facility, as on foot, or help comes from it, as an ambulance does.
    threshold
        The test.

    Returns
    -------
    Impedance
        Costs in the unit of ``threshold.limit``, for searches that start at facilities. Metres
        know no delay; a direction that the profile forbids is forbidden in metres too.
    """
    cost_s = network.edge_cost_s
    if threshold.kind == "metres":
        length_m = network.edge_length_m
        along, against = (np.where(np.isfinite(cost_s[:, i]), length_m, np.inf) for i in (0, 1))
        outward = Impedance(along, against, np.zeros(network.n_nodes), 1.0, network.arcs)
    else:
        along, against = (np.ascontiguousarray(cost_s[:, i]) for i in (0, 1))
        per_m = 1.0 / network.profile.off_street_speed_m_per_s
        outward = Impedance(along, against, network.node_delay_s, per_m, network.arcs)
    return outward if network.profile.direction == "from" else outward.reversed()


def part_cost(whole: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cost of a share of an edge.

    Parameters
    ----------
    whole
        Cost of the whole edge in one direction; inf where that is forbidden.
    share
        From 0 to 1, same shape.

    Returns
    -------
    ndarray of float64
        Same shape. None of an edge costs nothing, of a forbidden one too: a place at its very end
        is at the node.
    """
    cost: NDArray[np.float64] = np.multiply(whole, share, out=np.zeros_like(share), where=share > 0)
    return cost
