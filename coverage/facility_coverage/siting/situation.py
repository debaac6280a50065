"""What siting starts from: people, existing facilities and streets, and what it costs to walk."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.snapping import Snaps
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import measure_access
from facility_coverage.travel.times import least_by_column
from facility_coverage.units import METRES_PER_KILOMETRE, SECONDS_PER_HOUR

_CANDIDATES_AT_ONCE = 250
"""Searches beyond the threshold reach nearly everybody: their pairs are thinned out in turns."""

_KPH = SECONDS_PER_HOUR / METRES_PER_KILOMETRE
_FAR = {"minutes": 1e5, "metres": 1e7}
"""Farther than anybody walks, in the unit of a threshold."""


@dataclass(frozen=True, eq=False)
class Tiers:
    """Facilities that serve less far than the others.

    Attributes
    ----------
    is_station
        Shape (f,), which of the existing facilities are stations.
    station_limit
        How far stations serve, in the unit of the target's limit, inclusive, and no farther.
    """

    is_station: NDArray[np.bool_]
    station_limit: float


@dataclass(frozen=True, eq=False)
class Situation:
    """Who is to be served, and by whom so far.

    Attributes
    ----------
    index
        The network's segments.
    homes
        Demand points, tied to their streets.
    population
        Shape (d,), persons.
    facilities
        Existing facilities that have a street: they stay.
    target
        The test; its limit is inclusive.
    tiers
        Which facilities are stations, and how far those serve; None where all serve alike.
    """

    index: StreetIndex
    homes: Snaps
    population: NDArray[np.float64]
    facilities: Snaps
    target: Threshold
    tiers: Tiers | None = None

    @cached_property
    def by_facility(self) -> csr_array:
        """Return the cost between existing facilities and demand within what each serves."""
        nobody = np.zeros(len(self.facilities.edge), dtype=bool)
        return self.served_by(
            self.facilities, nobody if self.tiers is None else self.tiers.is_station
        )

    @property
    def uncovered_population(self) -> NDArray[np.float64]:
        """Return the persons with a street whom no existing facility covers, shape (d,)."""
        covered = np.isfinite(least_by_column(self.by_facility))
        return np.where(self.homes.found & ~covered, self.population, 0.0)

    def costs_of(self, places: Snaps) -> csr_array:
        """Return the cost between places and demand within the target.

        Parameters
        ----------
        places
            Facilities or candidates, all with a street.

        Returns
        -------
        csr_array
            Shape (places, d), seconds or metres; what is stored is within the target.
        """
        return self._od(places, self.target)

    def served_by(self, places: Snaps, is_station: NDArray[np.bool_]) -> csr_array:
        """Return the cost between places of both tiers and the demand that each would serve.

        Parameters
        ----------
        places
            Facilities or candidates, all with a street.
        is_station
            Which of them serve as far as a station.

        Returns
        -------
        csr_array
            Shape (places, d), seconds or metres.
        """
        od = self.costs_of(places)
        if self.tiers is None or not is_station.any():
            return od
        limit = self.tiers.station_limit
        owner = np.repeat(np.arange(od.shape[0]), np.diff(od.indptr))
        return _kept(od, ~is_station[owner] | (od.data <= limit))

    def between(self, places: Snaps, others: Snaps) -> csr_array:
        """Return the cost between places and other places within the target.

        Parameters
        ----------
        places, others
            All with a street.

        Returns
        -------
        csr_array
            Shape (places, others), seconds or metres.
        """
        return measure_access(self.index.network, places, others, (self.target,)).od

    def any_costs_of(self, places: Snaps) -> csr_array:
        """Return the cost between places and all demand, however far.

        Parameters
        ----------
        places
            Facilities or candidates, all with a street.

        Returns
        -------
        csr_array
            Shape (places, d); what is not stored cannot be reached at all.
        """
        far = Threshold(self.target.kind, _FAR[self.target.kind])
        return self._od(places, far)

    def saving_costs_of(self, places: Snaps, least: NDArray[np.float64]) -> csr_array:
        """Return the cost between places and the demand that would be nearer to them.

        Parameters
        ----------
        places
            Candidates, all with a street.
        least
            Shape (d,), cost to the nearest existing facility, inf where there is none.

        Returns
        -------
        csr_array
            Shape (places, d). A pair that costs no less than the nearest facility is left out:
            it can be part of no better plan.
        """
        if not len(places.edge):
            return csr_array((0, len(least)))
        turns = np.array_split(
            np.arange(len(places.edge)), -(-len(places.edge) // _CANDIDATES_AT_ONCE)
        )
        thinned = [_below(self.any_costs_of(places.take(rows)), least) for rows in turns]
        return csr_array(vstack(thinned, format="csr"))

    def at_pace(self, factor: float) -> "Situation":
        """Return the situation of people who are slower or faster on and off the streets.

        Parameters
        ----------
        factor
            Their speed as a multiple; waiting at crossings takes as long as before.

        Returns
        -------
        Situation
            On another network of the same streets.
        """
        network = self.index.network
        off_kph = network.profile.off_street_speed_m_per_s * factor * _KPH
        profile = network.profile.model_copy(update={"off_street_speed_kph": off_kph})
        paced = replace(network, edge_cost_s=network.edge_cost_s / factor, profile=profile)
        return replace(self, index=replace(self.index, network=paced))

    @property
    def straight_reach_m(self) -> float:
        """Return how far nobody gets within the target, as the crow flies, metres."""
        if self.target.kind == "metres":
            return self.target.limit
        network = self.index.network
        fastest_s = network.edge_cost_s.min(axis=1)
        used = np.isfinite(fastest_s) & (fastest_s > 0)
        speed = float((network.edge_length_m[used] / fastest_s[used]).max(initial=0.0))
        return self.target.limit * max(speed, network.profile.off_street_speed_m_per_s)

    def _od(self, places: Snaps, threshold: Threshold) -> csr_array:
        network = self.index.network
        return measure_access(network, places, self.homes, (threshold,)).od


def _below(od: csr_array, least: NDArray[np.float64]) -> csr_array:
    """Keep the entries that are less than the bound of their column."""
    return _kept(od, od.data < least[od.indices])


def _kept(od: csr_array, keep: NDArray[np.bool_]) -> csr_array:
    """Keep some of the stored entries."""
    row = np.repeat(np.arange(od.shape[0]), np.diff(od.indptr))[keep]
    offset = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=od.shape[0]))])
    return csr_array((od.data[keep], od.indices[keep], offset), shape=od.shape)
