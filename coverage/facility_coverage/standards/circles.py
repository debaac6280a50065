"""What the facilities of a study reach: all that a clause about a circle is measured by."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from facility_coverage.inputs.demand import Demand
from facility_coverage.standards.rules import ReachClause
from facility_coverage.travel.access import Access


@dataclass(frozen=True, eq=False)
class Circles:
    """Who and what lies within the circles of the facilities.

    Attributes
    ----------
    mode
        Who moves in the study.
    target_share
        The study's target, for clauses that state no share.
    demand
        The people.
    served
        Shape (f,), facilities of the register that have a street.
    to_people
        One per kind of threshold, from the served facilities to the people.
    to_facilities
        One per element of ``to_people``: shape (served, f), costs from the served facilities to
        all within its largest limit; none where no clause asks.
    """

    mode: Literal["foot", "bicycle", "car"]
    target_share: float
    demand: Demand
    served: NDArray[np.bool_]
    to_people: tuple[Access, ...]
    to_facilities: tuple[csr_array, ...]

    def measures(self, clause: ReachClause) -> bool:
        """Tell whether the costs are known as far as the circle of a clause goes.

        Parameters
        ----------
        clause
            A clause on a circle.

        Returns
        -------
        bool
            False where the study tests no circle of that kind, or none so wide.
        """
        return bool(self._places(clause))

    def people_left(
        self, clause: ReachClause, facilities: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Count the residents of each subdistrict who live in no circle.

        Parameters
        ----------
        clause
            A clause on a circle that can be measured.
        facilities
            Shape (f,), the facilities whose circles count.

        Returns
        -------
        ndarray of float64
            Shape (u,), persons; who has no street near is in no circle. The bound is inclusive.
        """
        od = self.to_people[self._places(clause)[0]].od[facilities[self.served]]
        within = np.zeros(od.shape[1], dtype=bool)
        within[od.indices[od.data <= clause.threshold.limit]] = True
        return self.demand.by_unit(self.demand.population * ~within)[:-1]

    def reaching_units(
        self, clause: ReachClause, facilities: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Find the facilities whose circles reach people of each subdistrict.

        Parameters
        ----------
        clause, facilities
            As for ``people_left``.

        Returns
        -------
        facility, unit : ndarray of int64
            Pairs of rows.
        """
        within = _within(self.to_people[self._places(clause)[0]].od, clause.threshold.limit)
        people = csr_array(self.demand.unit_share[:-1] * (self.demand.population > 0))
        return self._pairs(csr_array(within @ people.T), facilities)

    def reaching_facilities(
        self, clause: ReachClause, facilities: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Find the facilities whose circles reach each other facility.

        Parameters
        ----------
        clause, facilities
            As for ``people_left``.

        Returns
        -------
        facility, reached : ndarray of int64
            Pairs of rows.
        """
        od = self.to_facilities[self._places(clause)[0]]
        facility, reached = self._pairs(_within(od, clause.threshold.limit), facilities)
        others = facility != reached
        return facility[others], reached[others]

    def _places(self, clause: ReachClause) -> list[int]:
        """Find the elements of ``to_people`` that go as far as a clause does."""
        wanted = clause.threshold
        farthest = [access.thresholds[-1] for access in self.to_people]
        return [
            place
            for place, threshold in enumerate(farthest)
            if threshold.kind == wanted.kind and wanted.limit <= threshold.limit
        ]

    def _pairs(
        self, within: csr_array, facilities: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the pairs of a matrix whose rows are the served facilities."""
        row, column = within.nonzero()
        facility = np.flatnonzero(self.served)[row]
        wanted = facilities[facility]
        return facility[wanted].astype(np.int64), column[wanted].astype(np.int64)


def _within(od: csr_array, limit: float) -> csr_array:
    """Return ones where a cost is within a limit."""
    return csr_array(((od.data <= limit).astype(float), od.indices, od.indptr), shape=od.shape)
