"""What each facility gives: the people it reaches, and those whom no other reaches."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from facility_coverage.thresholds import Threshold


def people_reached(
    od: csr_array, population: NDArray[np.float64], threshold: Threshold
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Count the people within a threshold of each facility (definition D6).

    Parameters
    ----------
    od
        Shape (facilities, demand points), sparse costs.
    population
        Shape (demand points,), persons.
    threshold
        The test, inclusive.

    Returns
    -------
    total, unique : ndarray of float64
        Shape (facilities,): everybody within the threshold, and those within the threshold of
        this facility only; closing it loses the latter.
    """
    within = od.data <= threshold.limit
    facility = np.repeat(np.arange(od.shape[0]), np.diff(od.indptr))[within]
    point = od.indices[within]
    times_reached = np.bincount(point, minlength=od.shape[1])
    persons = population[point]
    total, unique = np.zeros(od.shape[0]), np.zeros(od.shape[0])
    np.add.at(total, facility, persons)
    np.add.at(unique, facility, np.where(times_reached[point] == 1, persons, 0.0))
    return total, unique
