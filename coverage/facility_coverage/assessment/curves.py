"""Two curves of who is how well off: people by travel time, and how evenly coverage is spread."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class ReachCurve:
    """How many people reach a facility within each time.

    Attributes
    ----------
    travel_time_s
        Rising, each value once; all finite.
    people
        Those whose time is no longer, same shape.
    """

    travel_time_s: NDArray[np.float64]
    people: NDArray[np.float64]

    def within(self, limit_s: float) -> float:
        """Return how many people reach a facility within a time.

        Parameters
        ----------
        limit_s
            Seconds; the bound is inclusive.

        Returns
        -------
        float
            People.
        """
        place = int(np.searchsorted(self.travel_time_s, limit_s, side="right"))
        return float(self.people[place - 1]) if place else 0.0


def reach_curve(travel_time_s: NDArray[np.float64], population: NDArray[np.float64]) -> ReachCurve:
    """Add up people by their time to the nearest facility.

    Parameters
    ----------
    travel_time_s
        Shape (d,), inf where none is reached.
    population
        Shape (d,).

    Returns
    -------
    ReachCurve
        People without any way are never in it.
    """
    timed = np.isfinite(travel_time_s)
    times, place = np.unique(travel_time_s[timed], return_inverse=True)
    people = np.bincount(place, weights=population[timed], minlength=len(times))
    return ReachCurve(times, np.cumsum(people))


@dataclass(frozen=True, eq=False)
class LorenzCurve:
    """How evenly something is spread over people.

    Attributes
    ----------
    people_share
        0 to 1, rising: those who have least come first.
    held_share
        What they hold of the whole, same shape; never above ``people_share``.
    gini
        0 where all hold the same, near 1 where one holds everything; None where there is nothing
        to hold.
    """

    people_share: NDArray[np.float64]
    held_share: NDArray[np.float64]
    gini: float | None


def lorenz_curve(share: NDArray[np.float64], population: NDArray[np.float64]) -> LorenzCurve:
    """Return the Lorenz curve of a share over groups of people, and its Gini coefficient.

    G = sum of P_i P_k |x_i - x_k| over all pairs, over 2 P² mu, with mu the mean of x over
    people: twice the area between the curve and the diagonal.

    Parameters
    ----------
    share
        Shape (n,), x: what each person of a group holds, such as the covered share of a
        subdistrict; 0 or more. Groups where it is NaN are left out.
    population
        Shape (n,), P: people of each group.

    Returns
    -------
    LorenzCurve
        From (0, 0) to (1, 1).
    """
    known = np.isfinite(share) & (population > 0)
    order = np.argsort(share[known], kind="stable")
    people = np.cumsum(np.append(0.0, population[known][order]))
    held = np.cumsum(np.append(0.0, (share[known] * population[known])[order]))
    if people[-1] <= 0 or held[-1] <= 0:
        return LorenzCurve(np.array([0.0, 1.0]), np.array([0.0, 1.0]), None)
    x, y = people / people[-1], held / held[-1]
    gini = 1.0 - float(np.sum(np.diff(x) * (y[1:] + y[:-1])))
    return LorenzCurve(x, y, gini)
