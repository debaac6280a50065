"""What no search can do without: loops to hold the searches against."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numba import njit
from numpy.typing import NDArray

from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.travel.times import Reach

EACH_ARC = "floor: each arc read once"
TOLD_ORDER = "floor: the order told, answers written"


@njit(cache=True)
def _read_arcs(
    indptr: NDArray[np.int32],
    head: NDArray[np.int32],
    cost: NDArray[np.float64],
    node: NDArray[np.int32],
) -> float:
    """Read every arc that leaves the reached nodes."""
    total = 0.0
    for i in range(len(node)):
        for arc in range(indptr[node[i]], indptr[node[i] + 1]):
            total += cost[arc] + head[arc]
    return total


@njit(cache=True)
def _replay(
    indptr: NDArray[np.int32],
    head: NDArray[np.int32],
    cost: NDArray[np.float64],
    offset: NDArray[np.int64],
    node: NDArray[np.int32],
    spent: NDArray[np.float64],
) -> float:
    """Relax every arc in an order that is told, note what is reached, and write the answer."""
    mark = np.zeros(len(indptr) - 1, np.int32)
    reached, least = np.empty(len(mark), np.int32), np.empty(len(mark))
    written, told = np.empty(len(node), np.int32), np.empty(len(node))
    for group in range(len(offset) - 1):
        count = 0
        for i in range(offset[group], offset[group + 1]):
            written[i], told[i] = node[i], spent[i]
            for arc in range(indptr[node[i]], indptr[node[i] + 1]):
                further, place = spent[i] + cost[arc], mark[head[arc]]
                if place == 0:
                    reached[count], least[count] = head[arc], further
                    count += 1
                    mark[head[arc]] = count
                elif further < least[place - 1]:
                    least[place - 1] = further
        for i in range(count):
            mark[reached[i]] = 0
    return float(told.sum() + written.sum())


def each_arc(network: StreetNetwork, node: NDArray[np.int32]) -> Callable[[], float]:
    """Return the work of reading each arc of given nodes once.

    Parameters
    ----------
    network
        The street network.
    node
        The nodes that a search settles, in its order.

    Returns
    -------
    callable
        The loop.
    """
    arcs = network.arcs
    return partial(_read_arcs, arcs.indptr, arcs.head, _arc_cost(network), node)


def told_order(network: StreetNetwork, found: Reach) -> Callable[[], float]:
    """Return the work of a search to which the order of its nodes is told.

    Parameters
    ----------
    network
        The street network.
    found
        What was reached, each group in order of rising cost.

    Returns
    -------
    callable
        The loop: all that a search does but to keep nodes waiting in order.
    """
    arcs = network.arcs
    group = np.repeat(np.arange(len(found.offset) - 1), np.diff(found.offset))
    order = np.lexsort((found.cost, group))
    node, cost = found.node[order], found.cost[order]
    return partial(_replay, arcs.indptr, arcs.head, _arc_cost(network), found.offset, node, cost)


def _arc_cost(network: StreetNetwork) -> NDArray[np.float64]:
    cost: NDArray[np.float64] = network.edge_cost_s[
        network.arcs.edge, np.where(network.arcs.along, 0, 1)
    ]
    return cost
