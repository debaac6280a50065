"""Who goes where when sites have limited room: trips in persons, as linear and integer programs."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, vstack

from facility_coverage.siting.integer_program import Program, Solver
from facility_coverage.siting.problem import Problem
from facility_coverage.siting.solution import Deadline, Effort

_HALF = 0.5


@dataclass(frozen=True, eq=False)
class Trips:
    """Possible trips of groups of demand rows that have the same trips, in canonical order.

    Attributes
    ----------
    group, site
        Shape (trips,): from which group to which site (position in ``column``).
    gain
        Shape (trips,): what a person's trip is worth.
    people
        Shape (groups,), persons.
    member
        Shape (demand,): the group of each demand row, -1 for rows without people or trips.
    column
        Shape (sites,): columns of the problem, in the order of site ids.
    capacity, price
        Shape (sites,): room in persons; what a new site takes from the allowance.
    locked
        Shape (sites,).
    everybody
        Whether everybody has to be served.
    """

    group: NDArray[np.int64]
    site: NDArray[np.int64]
    gain: NDArray[np.float64]
    people: NDArray[np.float64]
    member: NDArray[np.int64]
    column: NDArray[np.int64]
    capacity: NDArray[np.float64]
    price: NDArray[np.float64]
    locked: NDArray[np.bool_]
    everybody: bool

    def only(self, open_: NDArray[np.bool_]) -> "Trips":
        """Return the trips to some sites; the others stay as sites to which nobody goes."""
        kept = open_[self.site]
        return replace(self, group=self.group[kept], site=self.site[kept], gain=self.gain[kept])


@dataclass(frozen=True, eq=False)
class Plan:
    """Open sites and who goes where.

    Attributes
    ----------
    open_
        Shape (sites,), existing ones included.
    trips
        The trips that are possible with them.
    persons
        Shape (trips,).
    """

    open_: NDArray[np.bool_]
    trips: Trips
    persons: NDArray[np.float64]

    @property
    def value(self) -> float:
        """Return what all trips are worth together."""
        return math.fsum(self.trips.gain * self.persons)

    def served(self) -> NDArray[np.float64]:
        """Return how many people of each group are served, shape (groups,)."""
        groups = self.trips
        served = np.bincount(groups.group, weights=self.persons, minlength=len(groups.people))
        return served.astype(np.float64)


def trips_of(
    problem: Problem, cost: csr_array, price: NDArray[np.float64], *, everybody: bool
) -> Trips:
    """Group demand rows with the same trips.

    Parameters
    ----------
    problem
        The problem.
    cost
        Shape (demand, sites): the trips that count.
    price
        Shape (sites,): what each site takes from the allowance, by column.
    everybody
        Whether everybody has to be served; a trip is then worth its negative cost, otherwise 1.

    Returns
    -------
    Trips
        Independent of the order of rows and columns.
    """
    column = np.argsort(np.array(problem.site_id, dtype=object))
    sorted_ = csr_array(cost[:, column])
    sorted_.sort_indices()
    keys: dict[bytes, list[int]] = {}
    for i in np.flatnonzero((problem.weight > 0) & (np.diff(sorted_.indptr) > 0)).tolist():
        part = slice(sorted_.indptr[i], sorted_.indptr[i + 1])
        key = sorted_.indices[part].astype(">i8").tobytes() + sorted_.data[part].tobytes()
        keys.setdefault(key, []).append(i)
    rows = [keys[key] for key in sorted(keys)]
    member = np.full(len(problem.weight), -1, dtype=np.int64)
    for group, members in enumerate(rows):
        member[members] = group
    first = np.array([members[0] for members in rows], dtype=np.int64)
    grouped = csr_array(sorted_[first])
    people = np.array([math.fsum(problem.weight[members]) for members in rows])
    return Trips(
        group=np.repeat(np.arange(len(rows)), np.diff(grouped.indptr)),
        site=grouped.indices.astype(np.int64),
        gain=-grouped.data if everybody else np.ones(grouped.nnz),
        people=people,
        member=member,
        column=column,
        capacity=np.minimum(problem.capacity[column], people.sum()),
        price=np.where(problem.locked, 0.0, price)[column],
        locked=problem.locked[column],
        everybody=everybody,
    )


def assign(trips: Trips, open_: NDArray[np.bool_]) -> Plan | None:
    """Send people to open sites in the best way.

    Parameters
    ----------
    trips
        The trips.
    open_
        Shape (sites,).

    Returns
    -------
    Plan or None
        None where everybody has to be served and there is no room for that.
    """
    near = trips.only(open_)
    if not len(near.group):
        return None if near.everybody and len(near.people) else Plan(open_, near, near.gain)
    upper = np.append(near.people, near.capacity)
    served, taken = _sums(near)
    program = Program(
        near.gain,
        csr_array(vstack([served, taken], format="csr")),
        np.where(np.arange(len(upper)) < len(near.people), _need(near, len(upper)), -np.inf),
        upper,
        np.zeros(len(near.group)),
        near.people[near.group],
        0,
    )
    answer = Solver(program).relaxed(Effort().start())
    if answer.values is None:
        return None
    return Plan(open_, near, np.maximum(answer.values, 0.0))


def search(
    trips: Trips, allowance: float, plan: Plan | None, deadline: Deadline
) -> tuple[float, Plan | None]:
    """Search for better sites.

    Parameters
    ----------
    trips
        The trips.
    allowance
        Sum of prices at most.
    plan
        The best plan known.
    deadline
        When to stop.

    Returns
    -------
    bound, plan : float, Plan or None
        No plan is worth more than the bound, -inf if there is none; the best plan found.
    """
    n, m = len(trips.group), len(trips.locked)
    served, taken = _sums(trips)
    each = np.arange(n)
    closed = coo_array((-trips.people[trips.group], (each, trips.site)), shape=(n, m))
    some = coo_array((np.ones(n), (each, each)), shape=(n, n))
    room = coo_array((-trips.capacity, (np.arange(m), np.arange(m))), shape=(m, m))
    nothing = coo_array((served.shape[0], m))
    rows = [
        _beside(nothing, served),
        _beside(room, taken),
        _beside(closed, some),
        _beside(coo_array(trips.price[None, :]), coo_array((1, n))),
    ]
    size = len(trips.people) + m + n + 1
    program = Program(
        np.append(np.zeros(m), trips.gain),
        csr_array(vstack(rows, format="csr")),
        np.where(np.arange(size) < len(trips.people), _need(trips, size), -np.inf),
        np.concatenate([trips.people, np.zeros(m + n), [allowance]]),
        np.append(trips.locked.astype(float), np.zeros(n)),
        np.append(np.ones(m), trips.people[trips.group]),
        m,
    )
    start = None if plan is None else _as_values(trips, plan)
    enough = 0.0 if plan is None else deadline.effort.gap * abs(plan.value)
    answer = Solver(program).integral(start, deadline, enough=enough)
    if answer.values is None:
        return answer.bound, None
    return answer.bound, assign(trips, (answer.values[:m] > _HALF) | trips.locked)


def _sums(trips: Trips) -> tuple[coo_array, coo_array]:
    """Return the rows that add up the trips of each group, and to each site."""
    n, one = len(trips.group), np.ones(len(trips.group))
    each = np.arange(n)
    served = coo_array((one, (trips.group, each)), shape=(len(trips.people), n))
    taken = coo_array((one, (trips.site, each)), shape=(len(trips.locked), n))
    return served, taken


def _need(trips: Trips, size: int) -> NDArray[np.float64]:
    """Return how many of each group have to be served, padded to a length."""
    need = trips.people if trips.everybody else np.zeros(len(trips.people))
    return np.append(need, np.zeros(size - len(need)))


def _beside(left: coo_array, right: coo_array) -> csr_array:
    """Return two blocks of columns side by side."""
    shape = (left.shape[0], left.shape[1] + right.shape[1])
    data = np.append(left.data, right.data)
    row = np.append(left.coords[0], right.coords[0])
    column = np.append(left.coords[1], right.coords[1] + left.shape[1])
    return csr_array((data, (row, column)), shape=shape)


def _as_values(trips: Trips, plan: Plan) -> NDArray[np.float64]:
    """Return a plan as values of all variables."""
    values = np.zeros(len(trips.locked) + len(trips.group))
    values[: len(trips.locked)] = plan.open_
    values[len(trips.locked) + np.flatnonzero(plan.open_[trips.site])] = plan.persons
    return values
