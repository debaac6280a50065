"""The siting problem: who lives where, what could be built, and what each trip would cost.

Symbols used throughout this folder (rows i are demand, columns j are sites)::

    a_i  people of demand i            t_ij  cost of the trip from i to site j, if there is one
    T    threshold, inclusive          N_i   sites j with t_ij ≤ T
    Y_j  1 if site j is open           F     existing sites, locked: Y_j = 1 for j in F
    p    number of new sites           B     budget for new sites, b_j the cost of one
    C_j  people whom site j can serve
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from facility_coverage.errors import InputError
from facility_coverage.words import Remark


@dataclass(frozen=True)
class SiteCount:
    """At most ``n`` new sites."""

    n: int


@dataclass(frozen=True)
class Budget:
    """New sites whose costs add up to at most ``total``."""

    total: float


Allowance = SiteCount | Budget


@dataclass(frozen=True, eq=False)
class Problem:
    """A siting problem, checked; made by :func:`siting_problem`.

    Attributes
    ----------
    cost
        Shape (demand, sites): seconds or metres of a trip, stored where there is one (a stored
        zero is a trip too).
    weight
        Shape (demand,), persons.
    site_id
        One per site, unique. Of equally good sites the one with the lower id is chosen, whatever
        the order of rows and columns.
    locked
        Shape (sites,): existing sites, open in every answer and counted in no allowance.
    site_cost
        Shape (sites,): what a new site takes from a budget.
    capacity
        Shape (sites,): persons whom a site can serve; inf where nothing limits it.
    """

    cost: csr_array
    weight: NDArray[np.float64]
    site_id: tuple[str, ...]
    locked: NDArray[np.bool_]
    site_cost: NDArray[np.float64]
    capacity: NDArray[np.float64]


def siting_problem(
    cost: csr_array,
    weight: ArrayLike,
    site_id: Sequence[str],
    *,
    locked: ArrayLike | None = None,
    site_cost: ArrayLike | None = None,
    capacity: ArrayLike | None = None,
) -> Problem:
    """Check what a siting problem is made of.

    Parameters
    ----------
    cost
        Shape (demand, sites), sparse: seconds or metres of each trip that is possible.
    weight
        Shape (demand,), persons, not negative, together more than none.
    site_id
        Unique ids of the sites.
    locked
        Shape (sites,), existing sites; none by default.
    site_cost
        Shape (sites,), not negative; 1 each by default.
    capacity
        Shape (sites,), persons, not negative; unlimited by default.

    Returns
    -------
    Problem
        Rows and columns as they came, columns of each row ascending.

    Raises
    ------
    InputError
        If shapes disagree, an id repeats, a number is negative or no number, or nobody lives there.
    """
    ids = tuple(site_id)
    trips = csr_array(cost, dtype=np.float64, copy=True)
    trips.sort_indices()
    d, m = trips.shape
    people = np.array(weight, dtype=np.float64)
    open_ = np.zeros(m, dtype=bool) if locked is None else np.array(locked, dtype=bool)
    price = np.ones(m) if site_cost is None else np.array(site_cost, dtype=np.float64)
    room = np.full(m, np.inf) if capacity is None else np.array(capacity, dtype=np.float64)
    _check_shape("weight", people, d, Remark("{count} demand rows", count=d))
    for name, values in (("locked", open_), ("site_cost", price), ("capacity", room)):
        _check_shape(name, values, m, Remark("{count} sites", count=m))
    if len(ids) != m or len(set(ids)) != m:
        msg = "site_id has {count} different ids for {sites} sites; give each site its own"
        raise InputError(msg, count=len(set(ids)), sites=m)
    _check_numbers(Remark("cost of a trip"), trips.data, finite=True)
    _check_numbers("weight", people, finite=True)
    _check_numbers("site_cost", price, finite=True)
    _check_numbers("capacity", room, finite=False)
    if not people.sum() > 0:
        msg = "nobody lives at the {count} demand rows: give at least one a weight above 0"
        raise InputError(msg, count=d)
    return Problem(trips, people, ids, open_, price, room)


def check_allowance(problem: Problem, allowance: Allowance) -> None:
    """Refuse an allowance that cannot be met or means nothing.

    Parameters
    ----------
    problem
        The problem.
    allowance
        How much may be built.

    Raises
    ------
    InputError
        If it is negative, no number, or asks for more sites than there are candidates.
    """
    if isinstance(allowance, Budget):
        if not (np.isfinite(allowance.total) and allowance.total >= 0):
            msg = "a budget of {total} is not usable; give a number of 0 or more"
            raise InputError(msg, total=allowance.total)
        return
    candidates = int((~problem.locked).sum())
    if not 0 <= allowance.n <= candidates:
        msg = "{asked} sites asked of {candidates} candidates; ask for 0 to {candidates}"
        raise InputError(msg, asked=allowance.n, candidates=candidates)


def check_limit(name: str, limit: float) -> None:
    """Refuse a threshold that is negative or no number.

    Parameters
    ----------
    name
        What the number is called.
    limit
        The number; inf is allowed.

    Raises
    ------
    InputError
        If it is negative or NaN.
    """
    if not limit >= 0:
        msg = "{name} {value} is not usable; give a number of 0 or more"
        raise InputError(msg, name=name, value=limit)


def _check_shape(name: str, values: NDArray[np.generic], size: int, needed: Remark) -> None:
    """Refuse an array that does not have one value for each row or site."""
    if values.shape != (size,):
        msg = "{name} has shape {shape}, but there are {needed}"
        raise InputError(msg, name=name, shape=values.shape, needed=needed)


def _check_numbers(name: Remark | str, values: NDArray[np.float64], *, finite: bool) -> None:
    """Refuse the first number that is negative, NaN or, where that makes no sense, infinite."""
    bad = ~(values >= 0) | (np.isinf(values) & finite)
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        msg = "{name} {value} at position {at}; give numbers of 0 or more"
        raise InputError(msg, name=name, value=values[at], at=at)


def within(problem: Problem, limit: float) -> csr_array:
    """Return the trips within a threshold, inclusive.

    Parameters
    ----------
    problem
        The problem.
    limit
        Greatest cost of a trip.

    Returns
    -------
    csr_array
        Shape (demand, sites); a trip of no cost is stored too.
    """
    trips = problem.cost
    kept = trips.data <= limit
    owner = np.repeat(np.arange(trips.shape[0]), np.diff(trips.indptr))[kept]
    ends = np.append(0, np.cumsum(np.bincount(owner, minlength=trips.shape[0])))
    return csr_array((trips.data[kept], trips.indices[kept], ends), shape=trips.shape)


def unserved_rows(problem: Problem, trips: csr_array) -> NDArray[np.int64]:
    """Return the demand rows with people that no site, open or not, can serve.

    Parameters
    ----------
    problem
        The problem.
    trips
        Shape (demand, sites): the trips that count.

    Returns
    -------
    NDArray
        Ascending.
    """
    return np.flatnonzero((problem.weight > 0) & (np.diff(trips.indptr) == 0))
