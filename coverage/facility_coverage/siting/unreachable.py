"""Why some people are not served: nothing reaches them, or a plan has no room for them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facility_coverage.network.snapping import Snaps
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.travel.access import nearest_facility

UNREACHABLE_CAUSES = {
    "no_street": "no street within the limit",
    "no_candidate": "no candidate is allowed",
    "island": "its streets lead to no candidate",
    "beyond": "every candidate is farther than the limit",
    "capacity": "those in reach are full",
    "too_few": "no plan of so many sites serves everybody",
}
"""Why demand stays unserved."""


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Persons whom a plan leaves out though a site is in reach of them.

    Attributes
    ----------
    people
        Shape (d,).
    cause
        ``capacity`` or ``too_few``.
    """

    people: NDArray[np.float64]
    cause: str


@dataclass(frozen=True, eq=False)
class Unreachable:
    """Demand that is not served.

    Attributes
    ----------
    row
        Shape (u,), rows of the demand, rising.
    cause
        Shape (u,), a key of ``UNREACHABLE_CAUSES``.
    people
        Shape (u,), how many persons there cannot be served: all, or those for whom there is no
        room.
    nearest_s
        Shape (u,), seconds to the nearest candidate; inf where none can be walked to.
    """

    row: NDArray[np.int64]
    cause: NDArray[np.object_]
    people: NDArray[np.float64]
    nearest_s: NDArray[np.float64]


def find_unreachable(
    network: StreetNetwork,
    candidates: Snaps,
    homes: Snaps,
    people: NDArray[np.float64],
    served: NDArray[np.bool_],
    left_out: LeftOut,
) -> Unreachable:
    """Find the people whom nothing that could be built would reach, or no plan serves.

    Parameters
    ----------
    network
        The street network.
    candidates
        The candidates, on their streets.
    homes
        The demand points, with and without a street.
    people
        Shape (d,), persons.
    served
        Shape (d,), whether some facility or candidate is within the threshold.
    left_out
        Whom the plan leaves out though a site is in reach of them.

    Returns
    -------
    Unreachable
        Demand points with people, each with one cause.
    """
    if len(candidates.edge):
        nearest_s = nearest_facility(network, candidates, homes).cost
        cause = np.where(np.isfinite(nearest_s), "beyond", "island").astype(object)
    else:
        nearest_s = np.full(len(people), np.inf)
        cause = np.full(len(people), "no_candidate", dtype=object)
    cause[~homes.found] = "no_street"
    some = left_out.people > 0
    cause[some] = left_out.cause
    lost = np.where(some, left_out.people, np.where(served, 0.0, people))
    row = np.flatnonzero(lost > 0)
    return Unreachable(row, cause[row], lost[row], nearest_s[row])
