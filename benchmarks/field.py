"""The field of the nearest facility: the least time of every node, by every engine."""

from collections.abc import Callable
from functools import partial
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

import floors
import graphs
from facility_coverage.travel.times import all_together, reach
from graphs import Streets
from places import on_nodes, porto, random_nodes
from rows import OURS, Asked, Row, say, time_rows
from timing import take_turns, turn_of

FACILITIES = 300
FURTHEST_S = 36_000.0
"""pandana wants a limit: ten hours reach every node of the largest component."""
ASKED = {"scipy": Asked(least_ratio=1.3), "networkx": Asked(), "pandana": Asked()}


def by_ours(streets: Streets, node: NDArray[np.int64]) -> NDArray[np.float64]:
    """Search as the program does."""
    network = streets.network
    origins = all_together(on_nodes(network, node))
    return reach(network, origins, streets.impedance, np.inf).least(network.n_nodes)


def by_scipy(streets: Streets, node: NDArray[np.int64]) -> NDArray[np.float64]:
    """Search with scipy's csgraph."""
    least: NDArray[np.float64] = dijkstra(streets.seconds, indices=node, min_only=True)
    return least


def by_networkx(streets: Streets, node: NDArray[np.int64]) -> dict[int, float]:
    """Search with networkx."""
    found: dict[int, float] = nx.multi_source_dijkstra_path_length(
        streets.graph, set(node.tolist()), weight=graphs.WEIGHT
    )
    return found


def by_pandana(streets: Streets, node: NDArray[np.int64]) -> NDArray[np.float64]:
    """Search with pandana, its points of interest set anew."""
    network = streets.pandana
    x, y = streets.network.node_xy[node].T
    network.set_pois("facilities", FURTHEST_S, 1, x, y)
    nearest = network.nearest_pois(FURTHEST_S, "facilities", num_pois=1, imp_name=graphs.WEIGHT)
    least: NDArray[np.float64] = nearest[1].to_numpy()
    return least


def field_of(result: NDArray[np.float64] | dict[int, float], n_nodes: int) -> NDArray[np.float64]:
    """Return what any engine answered as an array over nodes."""
    if isinstance(result, dict):
        least = np.full(n_nodes, np.inf)
        least[list(result)] = list(result.values())
        return least
    return np.where(result >= FURTHEST_S, np.inf, result)


def agreement(theirs: NDArray[np.float64], ours: NDArray[np.float64]) -> str:
    """Say how far two fields agree.

    Parameters
    ----------
    theirs, ours
        Shape (n,), seconds, inf where nothing is reached.

    Returns
    -------
    str
        Nodes reached, how many only one of the two reaches, and the largest difference.
    """
    here, there = np.isfinite(theirs), np.isfinite(ours)
    both = here & there
    difference_s = np.abs(theirs[both] - ours[both]).max(initial=0.0)
    return f"{here.sum():,} nodes, {(here != there).sum()} unshared, Δt ≤ {difference_s:.1e} s"


def engines(streets: Streets, node: NDArray[np.int64]) -> dict[str, Callable[[], Any]]:
    """Return the search of every engine that is there."""
    there: dict[str, Callable[[], Any]] = {
        OURS: partial(by_ours, streets, node),
        "scipy": partial(by_scipy, streets, node),
        "networkx": partial(by_networkx, streets, node),
    }
    if streets.pandana is not None:
        there["pandana"] = partial(by_pandana, streets, node)
    return there


def measure(streets: Streets) -> list[Row]:
    """Measure the field of 300 facilities.

    Parameters
    ----------
    streets
        The network.

    Returns
    -------
    list of Row
        One per engine.
    """
    network = streets.network
    node = random_nodes(network, FACILITIES, seed=FACILITIES)
    turns = take_turns({name: turn_of(work) for name, work in engines(streets, node).items()})
    ours = turns[OURS].result
    agreed = {
        name: agreement(field_of(timing.result, network.n_nodes), ours)
        for name, timing in turns.items()
    }
    settled = np.flatnonzero(np.isfinite(ours)).astype(np.int32)
    turns |= take_turns({floors.EACH_ARC: turn_of(floors.each_arc(network, settled))})
    work = f"nearest of F = {FACILITIES}, every node"
    return time_rows(work, turns, asked=ASKED, agreement=agreed)


if __name__ == "__main__":
    say(measure(Streets.of(porto())))
