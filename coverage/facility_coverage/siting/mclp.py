"""Maximal covering: the new sites with which the most people are within the threshold.

max Σ_i a_i X_i  subject to  Σ_{j ∈ N_i} Y_j ≥ X_i for every i,  Σ_{j ∉ F} Y_j ≤ p (or
Σ_{j ∉ F} b_j Y_j ≤ B),  Y_j = 1 for j ∈ F,  Y_j, X_i ∈ {0, 1} (Church and ReVelle 1974; symbols in
``problem``). At most p and exactly p have the same optimum; a site that adds nobody is not chosen.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from facility_coverage.siting.lagrangian import bounds_by_count, relax
from facility_coverage.siting.local_search import greedy_order
from facility_coverage.siting.problem import (
    Allowance,
    Problem,
    SiteCount,
    check_allowance,
    check_limit,
    unserved_rows,
    within,
)
from facility_coverage.siting.savings import Savings, savings_of
from facility_coverage.siting.search import best_sites, solution_from
from facility_coverage.siting.solution import Effort, Solution


def mclp(
    problem: Problem, allowance: Allowance, *, limit: float, effort: Effort | None = None
) -> Solution:
    """Choose the sites with which the most people are within a threshold.

    Parameters
    ----------
    problem
        The problem; existing sites are locked.
    allowance
        How much may be built.
    limit
        T, inclusive, in the unit of the trips.
    effort
        How long to look; the default effort if None.

    Returns
    -------
    Solution
        Objective and bound in people, those of existing sites included.

    Raises
    ------
    InputError
        If the allowance, the threshold or the effort is not usable.
    """
    check_allowance(problem, allowance)
    check_limit("limit", limit)
    deadline = (effort or Effort()).start()
    trips = within(problem, limit)
    savings = covering(problem, allowance, trips)
    found = best_sites(savings, deadline)
    unserved = unserved_rows(problem, trips)
    return solution_from("mclp", "people", savings, found, deadline, unserved=unserved)


def covering(problem: Problem, allowance: Allowance, trips: csr_array) -> Savings:
    """Bring covering into the form of savings: a person within reach of a site gains 1.

    Parameters
    ----------
    problem
        The problem.
    allowance
        How much may be built.
    trips
        Shape (demand, sites): the trips within the threshold.

    Returns
    -------
    Savings
        Its objective is the people within reach of an open site.
    """
    marks = csr_array((np.ones(trips.nnz), trips.indices, trips.indptr), shape=trips.shape)
    nowhere = np.zeros(len(problem.weight), dtype=bool)
    return savings_of(problem, allowance, marks, must=nowhere)


def coverage_curve(
    problem: Problem, n_max: int, *, limit: float, effort: Effort | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how many people n new sites cover, and how many they could at most.

    Parameters
    ----------
    problem
        The problem.
    n_max
        Greatest number of sites.
    limit
        T, inclusive.
    effort
        How long to tighten the bounds; the default effort if None.

    Returns
    -------
    people, bound
        Shape (n_max + 1,): people covered by the first n sites of the greedy order, and a bound
        that no n sites exceed. Sites beyond the last that adds anybody repeat its number.
    """
    check_allowance(problem, SiteCount(n_max))
    check_limit("limit", limit)
    deadline = (effort or Effort()).start()
    savings = covering(problem, SiteCount(n_max), within(problem, limit)).without_dominated()
    order = greedy_order(savings)
    values = [savings.value(order[:n]) for n in range(len(order) + 1)]
    people = np.array([values[min(n, len(order))] for n in range(n_max + 1)])
    bound = np.full(n_max + 1, savings.top.sum() if len(savings.weight) else 0.0)
    bound[0] = 0.0
    n = n_max if len(savings.weight) else 0
    while n > 0:
        part = replace(savings, allowance=float(n))
        relaxed = relax(part, np.sort(order[:n]), deadline)
        np.minimum(bound, bounds_by_count(part, relaxed.paid, n_max), out=bound)
        n //= 2
    return savings.offset + people, savings.offset + np.maximum(bound, people)
