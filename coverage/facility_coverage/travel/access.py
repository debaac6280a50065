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
    Nearest,
    Origins,
    PointsOnEdges,
    Reach,
    each_alone,
    least_by_column,
    nearest,
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
    network: StreetNetwork,
    facilities: Snaps,
    demand: Snaps,
    thresholds: tuple[Threshold, ...],
    *,
    threads: int = 1,
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
    threads
        How many facilities are searched at the same time; the answer does not depend on it.

    Returns
    -------
    Access
        Exact least costs.
    """
    impedance = impedance_for(network, thresholds[0])
    origins = each_alone(facilities)
    limit = thresholds[-1].limit
    found = reach(network, origins, impedance, limit, threads=threads)
    points = PointsOnEdges.of(network, demand)
    od = od_matrix(network, origins, found, points, impedance, limit, threads=threads)
    return Access(thresholds, impedance, origins, found, od, least_by_column(od))


def nearest_facility(network: StreetNetwork, facilities: Snaps, demand: Snaps) -> Nearest:
    """Return the facility nearest to each demand point, and the time to it, however far.

    Parameters
    ----------
    network
        The street network.
    facilities
        Facilities that all have a street, sorted by id.
    demand
        Demand points, with and without a street.

    Returns
    -------
    Nearest
        Per demand point: seconds, off-street legs counted, and the row of the facility, the lower
        one of two at equal time; inf and -1 where there is no street or no way.
    """
    impedance = impedance_for(network, Threshold("minutes", 1.0))
    points = PointsOnEdges.of(network, demand)
    return nearest(network, facilities, points, impedance, np.inf)
