"""Maximal covering location problem: the sites that newly cover the most people.

max Σ_i a_i X_i  subject to  Σ_{j ∈ N_i} Y_j ≥ X_i for every demand point i,  Σ_j Y_j = p,
Y_j, X_i ∈ {0, 1}, where a_i are the people of demand point i whom no existing facility covers,
N_i the candidates within the threshold (inclusive) of i, and p the number of sites (Church and
ReVelle 1974). Existing facilities are locked: demand that they cover is left out beforehand,
which changes no optimum.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

METHOD = "greedy + swap"
NO_BOUND = "none"
"""The answer is a good one; how far it is from the best possible was not proven."""


@dataclass(frozen=True, eq=False)
class ChosenSites:
    """Sites in the order of their marginal gain.

    Attributes
    ----------
    candidate
        Rows of the chosen candidates.
    gain
        Persons newly covered by each after those before it.
    """

    candidate: NDArray[np.int64]
    gain: NDArray[np.float64]


def choose_sites(covers: csr_array, weight: NDArray[np.float64], n_sites: int) -> ChosenSites:
    """Choose sites greedily, then exchange one for another while that covers more people.

    Parameters
    ----------
    covers
        Shape (candidates, demand points), sparse: a stored value marks demand within the
        threshold of a candidate.
    weight
        Shape (demand points,), persons not covered by existing facilities.
    n_sites
        How many sites at most; fewer are chosen where a further one would gain nobody.

    Returns
    -------
    ChosenSites
        Never worse than the greedy choice. Ties go to the lower candidate row.
    """
    cover = csr_array((np.ones(len(covers.indices)), covers.indices, covers.indptr), covers.shape)
    chosen = _ordered(cover, weight, np.arange(cover.shape[0]), n_sites).candidate
    while True:
        better = _swapped(cover, weight, chosen)
        if better is None:
            break
        chosen = better
    return _ordered(cover, weight, chosen, n_sites)


def _ordered(
    cover: csr_array, weight: NDArray[np.float64], allowed: NDArray[np.int64], n_sites: int
) -> ChosenSites:
    """Take the allowed candidate with the greatest marginal gain, again and again."""
    rows = np.sort(allowed)
    offered = cover[rows]
    open_weight = weight.copy()
    order: list[int] = []
    gains: list[float] = []
    for _ in range(min(n_sites, len(rows))):
        gain = offered @ open_weight
        best = int(np.argmax(gain))
        if not gain[best] > 0:
            break
        order.append(int(rows[best]))
        gains.append(float(gain[best]))
        open_weight[offered.indices[offered.indptr[best] : offered.indptr[best + 1]]] = 0.0
    return ChosenSites(np.array(order, dtype=np.int64), np.array(gains))


def _swapped(
    cover: csr_array, weight: NDArray[np.float64], chosen: NDArray[np.int64]
) -> NDArray[np.int64] | None:
    """Return the choice after its best single exchange, or None where none gains anybody."""
    times = np.asarray(cover[chosen].sum(axis=0)).ravel()
    best_gain, best = 0.0, None
    floor = 1e-9 * max(float(weight.sum()), 1.0)
    for i, site in enumerate(chosen.tolist()):
        own = cover.indices[cover.indptr[site] : cover.indptr[site + 1]]
        without = times.copy()
        without[own] -= 1
        open_weight = np.where(without == 0, weight, 0.0)
        lost = open_weight[own].sum()
        gain = cover @ open_weight
        gain[chosen] = -np.inf
        other = int(np.argmax(gain)) if len(gain) else 0
        if gain[other] - lost > max(best_gain, floor):
            best_gain = float(gain[other] - lost)
            best = np.sort(np.concatenate([np.delete(chosen, i), [other]]))
    return best
