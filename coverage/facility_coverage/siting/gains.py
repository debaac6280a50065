"""What each chosen site adds: by rank, alone, last, and on average over all orders."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class Gains:
    """Chosen sites in the order of their marginal gain, and what each adds (definition D7).

    Always last <= mean <= alone, and the means add up to what all sites add together.

    Attributes
    ----------
    site
        Shape (n,), rows of the candidates, the greatest marginal gain first; of equals the lower
        row.
    gain
        Shape (n,), persons newly covered by each after those before it.
    alone
        Shape (n,), persons newly covered by each if no other were built.
    last
        Shape (n,), persons newly covered by each if all others stood already: what its loss
        would cost.
    mean
        Shape (n,), the mean of its marginal gain over every order of building (Shapley value).
    by_point
        Shape (n, demand points), sparse: the persons newly covered by each at its rank.
    """

    site: NDArray[np.int64]
    gain: NDArray[np.float64]
    alone: NDArray[np.float64]
    last: NDArray[np.float64]
    mean: NDArray[np.float64]
    by_point: csr_array


def rank_by_gain(
    covers: csr_array, uncovered: NDArray[np.float64], chosen: NDArray[np.int64]
) -> Gains:
    """Rank chosen sites by what each adds to those before it.

    Parameters
    ----------
    covers
        Shape (candidates, demand points), sparse: a stored value marks demand within the
        threshold of a candidate.
    uncovered
        Shape (demand points,), persons whom no existing facility covers.
    chosen
        Rows of the chosen candidates, in any order.

    Returns
    -------
    Gains
        Every chosen site, also one that adds nobody.

    Notes
    -----
    The mean over orders needs no sampling. A person whom m of the chosen sites reach is gained
    by whichever of them comes first, and in all n! orders each of the m comes first equally
    often: each is due 1/m of that person. The sum over persons is the exact Shapley value.
    """
    rows = np.sort(chosen)
    reaches = marks(covers[rows])
    reached_by = np.asarray(reaches.sum(axis=0)).ravel()
    shared = np.divide(uncovered, reached_by, out=np.zeros(len(uncovered)), where=reached_by > 0)
    alone, mean = reaches @ uncovered, reaches @ shared
    last = reaches @ np.where(reached_by == 1, uncovered, 0.0)
    order, newly = _order(reaches, uncovered)
    gain = np.asarray(newly.sum(axis=1)).ravel()
    return Gains(rows[order], gain, alone[order], last[order], mean[order], newly)


def marks(costs: csr_array) -> csr_array:
    """Return a 1 for every stored value, a stored zero too.

    Parameters
    ----------
    costs
        Sparse: what is stored is within the threshold.

    Returns
    -------
    csr_array
        Of the same shape.
    """
    return csr_array((np.ones(len(costs.indices)), costs.indices, costs.indptr), costs.shape)


def _order(
    reaches: csr_array, uncovered: NDArray[np.float64]
) -> tuple[NDArray[np.int64], csr_array]:
    """Take the row with the greatest marginal gain, again and again, until all are taken."""
    count = reaches.shape[0]
    open_weight = uncovered.copy()
    left = np.ones(count, dtype=bool)
    order = np.empty(count, dtype=np.int64)
    newly, points = [np.empty(0)], [np.empty(0, dtype=np.int64)]
    for rank in range(count):
        gain = np.where(left, reaches @ open_weight, -np.inf)
        best = int(np.argmax(gain))
        own = reaches.indices[reaches.indptr[best] : reaches.indptr[best + 1]]
        newly.append(open_weight[own])
        points.append(own)
        open_weight[own] = 0.0
        order[rank], left[best] = best, False
    offset = np.cumsum([0, *(len(own) for own in points[1:])])
    return order, csr_array(
        (np.concatenate(newly), np.concatenate(points), offset), shape=(count, len(uncovered))
    )
