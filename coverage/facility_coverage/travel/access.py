"""From facilities to people: least costs for every threshold of one kind."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from facility_coverage.network.snapping import Snaps
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.impedance import Impedance, impedance_for
from facility_coverage.travel.times import (
    Origins,
    PointsOnEdges,
    Reach,
    all_together,
    each_alone,
    least_by_column,
    od_matrix,
    reach,
)


@dataclass(frozen=True, eq=False)
class Access:
    """What facilities reach, in seconds or in metres.

    Attributes
    ----------
    thresholds
        Tests of one kind, rising.
    impedance
        The cost in which they are stated.
    origins
        The facilities that have a street.
    found
        The nodes that each of them reaches within the largest limit.
    od
        Shape (facilities, demand points), sparse: costs within the largest limit, off-street
        legs counted.
    least
        Shape (demand points,), the cost from the nearest facility; inf beyond the limit.
    """

    thresholds: tuple[Threshold, ...]
    impedance: Impedance
    origins: Origins
    found: Reach
    od: csr_array
    least: NDArray[np.float64]

    def covered(self, threshold: Threshold) -> NDArray[np.bool_]:
        """Tell which demand points are within a threshold; the bound is inclusive.

        Parameters
        ----------
        threshold
            One of ``thresholds``.

        Returns
        -------
        ndarray of bool
            Shape (demand points,).
        """
        return self.least <= threshold.limit


def measure_access(
    network: StreetNetwork, facilities: Snaps, demand: Snaps, thresholds: tuple[Threshold, ...]
) -> Access:
    """Measure what facilities reach within thresholds of one kind.

    Parameters
    ----------
    network
        The street network.
    facilities
        Facilities that all have a street.
    demand
        Demand points, with and without a street.
    thresholds
        Tests of one kind, rising.

    Returns
    -------
    Access
        Exact least costs.
    """
    impedance = impedance_for(network, thresholds[0])
    origins = each_alone(facilities)
    limit = thresholds[-1].limit
    found = reach(network, origins, impedance, limit)
    points = PointsOnEdges.of(network, demand)
    od = od_matrix(network, origins, found, points, impedance, limit)
    return Access(thresholds, impedance, origins, found, od, least_by_column(od))


def nearest_times_s(
    network: StreetNetwork, facilities: Snaps, demand: Snaps
) -> NDArray[np.float64]:
    """Return the travel time of each demand point to its nearest facility, however far.

    Parameters
    ----------
    network
        The street network.
    facilities
        Facilities that all have a street.
    demand
        Demand points, with and without a street.

    Returns
    -------
    ndarray of float64
        Shape (demand points,), seconds, off-street legs counted; inf where there is no street
        or no way.
    """
    impedance = impedance_for(network, Threshold("minutes", 1.0))
    origins = all_together(facilities)
    found = reach(network, origins, impedance, np.inf)
    points = PointsOnEdges.of(network, demand)
    return least_by_column(od_matrix(network, origins, found, points, impedance, np.inf))
