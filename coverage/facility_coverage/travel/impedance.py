"""What moving costs: seconds, or metres along the network."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold


@dataclass(frozen=True, eq=False)
class Impedance:
    """Cost of every edge in both directions, and of every metre off the streets.

    Attributes
    ----------
    along, against
        Shape (e,), cost of a whole edge the way it was drawn, and the other way; inf where that
        direction is forbidden. Within an edge cost grows evenly with length.
    off_street_per_m
        Cost of one metre off the streets.
    """

    along: NDArray[np.float64]
    against: NDArray[np.float64]
    off_street_per_m: float

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


def impedance_for(network: StreetNetwork, threshold: Threshold) -> Impedance:
    """Return the cost in which a threshold is stated: seconds for minutes, metres for metres.

    Parameters
    ----------
    network
        The street network; its profile gives the speed.
    threshold
        The test.

    Returns
    -------
    Impedance
        Costs in the unit of ``threshold.limit``.
    """
    if threshold.kind == "metres":
        return Impedance(network.edge_length_m, network.edge_length_m, 1.0)
    speed_m_per_s = network.profile.speed_m_per_s
    seconds = network.edge_length_m / speed_m_per_s
    return Impedance(seconds, seconds, 1.0 / speed_m_per_s)
