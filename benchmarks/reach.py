"""Reach sets: the nodes within 15 minutes of each facility, by every engine that is installed."""

from collections.abc import Callable
from functools import partial
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

import floors
import graphs
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.times import Reach, each_alone
from facility_coverage.travel.times import reach as search
from graphs import Streets
from pairs import Pairs
from places import on_nodes, porto, random_nodes
from rows import OURS, Asked, Row, say, time_rows
from timing import take_turns, turn_of

Found = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
"""Columns of place, node and time."""

WITHIN = Threshold("minutes", 15.0)
FACILITIES = (300, 3_000)
ASKED_OF = 3_000
ASKED = {
    "scipy": Asked(least_ratio=10),
    "networkx": Asked(least_ratio=10),
    "pandana": Asked(least_ratio=20),
}
DENSE = "scipy, dense rows only"
_ROWS_AT_ONCE = 250
"""scipy answers with a dense row per facility; so many at once keep within 130 MB."""


def by_ours(streets: Streets, node: NDArray[np.int64]) -> Reach:
    """Search from each facility as the program does."""
    network = streets.network
    return search(network, each_alone(on_nodes(network, node)), streets.impedance, WITHIN.limit)


def by_dense_rows(streets: Streets, node: NDArray[np.int64]) -> None:
    """Search with scipy's csgraph, and leave its dense rows as they are."""
    for first in range(0, len(node), _ROWS_AT_ONCE):
        dijkstra(streets.seconds, indices=node[first : first + _ROWS_AT_ONCE], limit=WITHIN.limit)


def by_scipy(streets: Streets, node: NDArray[np.int64]) -> Found:
    """Search with scipy's csgraph, and gather what each facility reaches from its dense rows."""
    places, nodes, times = [], [], []
    for first in range(0, len(node), _ROWS_AT_ONCE):
        some = node[first : first + _ROWS_AT_ONCE]
        time_s = dijkstra(streets.seconds, indices=some, limit=WITHIN.limit)
        place, reached = np.nonzero(np.isfinite(time_s))
        places.append(first + place)
        nodes.append(reached)
        times.append(time_s[place, reached])
    return np.concatenate(places), np.concatenate(nodes), np.concatenate(times)


def by_networkx(streets: Streets, node: NDArray[np.int64]) -> list[dict[int, float]]:
    """Search with networkx."""
    length = nx.single_source_dijkstra_path_length
    return [
        length(streets.graph, source, cutoff=WITHIN.limit, weight=graphs.WEIGHT)
        for source in node.tolist()
    ]


def by_pandana(streets: Streets, node: NDArray[np.int64]) -> Any:  # noqa: ANN401  (untyped)
    """Search with pandana."""
    return streets.pandana.nodes_in_range(node.tolist(), WITHIN.limit, imp_name=graphs.WEIGHT)


def pairs_of(
    result: Any,  # noqa: ANN401  (pandana's frame is untyped)
    node: NDArray[np.int64],
    n_nodes: int,
) -> Pairs:
    """Return what an engine answered as pairs.

    Parameters
    ----------
    result
        Its answer: our ``Reach``, scipy's columns, networkx's dictionaries or pandana's frame.
    node
        Shape (f,), the facilities' nodes.
    n_nodes
        Number of nodes.

    Returns
    -------
    Pairs
        The pairs.
    """
    if isinstance(result, tuple):
        place, reached, time_s = result
        return Pairs.of(place, reached, time_s, n_nodes)
    if isinstance(result, Reach):
        place = np.repeat(np.arange(len(node)), np.diff(result.offset))
        return Pairs.of(place, result.node, result.cost, n_nodes)
    if isinstance(result, list):
        place = np.repeat(np.arange(len(node)), [len(found) for found in result])
        reached = np.array([other for found in result for other in found])
        time_s = np.array([seconds for found in result for seconds in found.values()])
        return Pairs.of(place, reached, time_s, n_nodes)
    rank = np.argsort(node, kind="stable")
    place = rank[np.searchsorted(node[rank], result["source"].to_numpy())]
    columns = (result["destination"].to_numpy(), result[graphs.WEIGHT].to_numpy())
    return Pairs.of(place, *columns, n_nodes)


def engines(streets: Streets, node: NDArray[np.int64]) -> dict[str, Callable[[], Any]]:
    """Return the search of every engine that is there."""
    there: dict[str, Callable[[], Any]] = {
        OURS: partial(by_ours, streets, node),
        "scipy": partial(by_scipy, streets, node),
        DENSE: partial(by_dense_rows, streets, node),
        "networkx": partial(by_networkx, streets, node),
    }
    if streets.pandana is not None:
        there["pandana"] = partial(by_pandana, streets, node)
    return there


def measure(streets: Streets, count: int) -> list[Row]:
    """Measure reach sets of so many facilities.

    Parameters
    ----------
    streets
        The network.
    count
        How many facilities.

    Returns
    -------
    list of Row
        One per engine.
    """
    node = random_nodes(streets.network, count, seed=count)
    found = by_ours(streets, node)
    turns = take_turns({name: turn_of(work) for name, work in engines(streets, node).items()})
    ours = pairs_of(found, node, streets.network.n_nodes)
    agreement = {
        name: pairs_of(timing.result, node, streets.network.n_nodes).agreement(ours)
        for name, timing in turns.items()
        if name != DENSE
    }
    turns |= take_turns(
        {
            floors.TOLD_ORDER: turn_of(floors.told_order(streets.network, found)),
            floors.EACH_ARC: turn_of(floors.each_arc(streets.network, found.node)),
        }
    )
    asked = ASKED if count == ASKED_OF else dict.fromkeys(ASKED, Asked())
    return time_rows(f"reach sets, 15 min, F = {count:,}", turns, asked=asked, agreement=agreement)


if __name__ == "__main__":
    in_every_form = Streets.of(porto())
    for facilities in FACILITIES:
        say(measure(in_every_form, facilities))
