"""OD: the times of 20,000 points from 3,000 facilities within 15 minutes, sparse.

python benchmarks/od.py            every engine, as rows
python benchmarks/od.py memory     ours alone, for its memory
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

import graphs
from apart import Apart, answer, ask
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import measure_access
from memory import settled_mb
from pairs import Pairs
from places import on_nodes, porto, random_nodes
from rows import OURS, Asked, Row, figure_row, say, time_rows
from timing import take_turns, turn_of

WITHIN = Threshold("minutes", 15.0)
POINTS, FACILITIES = 20_000, 3_000
ASKED = {"networkx": Asked(least_ratio=10)}
MOST_MB = 200
WORK = f"OD, {POINTS:,} × F = {FACILITIES:,}, 15 min"


def by_ours(
    network: StreetNetwork, facility: NDArray[np.int64], point: NDArray[np.int64]
) -> csr_array:
    """Measure as the program does."""
    facilities, points = on_nodes(network, facility), on_nodes(network, point)
    return measure_access(network, facilities, points, (WITHIN,)).od


def by_networkx(
    streets: nx.Graph, facility: NDArray[np.int64], point: NDArray[np.int64]
) -> list[dict[int, float]]:
    """Search from each facility with networkx and keep the points."""
    wanted = set(point.tolist())
    length = nx.single_source_dijkstra_path_length
    found = []
    for source in facility.tolist():
        reached = length(streets, source, cutoff=WITHIN.limit, weight=graphs.WEIGHT)
        found.append({node: seconds for node, seconds in reached.items() if node in wanted})
    return found


def pairs_of_ours(od: csr_array) -> Pairs:
    """Return our OD as pairs of facility and row of the points."""
    place = np.repeat(np.arange(od.shape[0]), np.diff(od.indptr))
    return Pairs.of(place, od.indices, od.data, od.shape[1])


def pairs_of_networkx(found: list[dict[int, float]], point: NDArray[np.int64]) -> Pairs:
    """Return networkx's dictionaries as pairs of facility and row of the points."""
    rank = np.argsort(point, kind="stable")
    place = np.repeat(np.arange(len(found)), [len(one) for one in found])
    node = np.array([other for one in found for other in one])
    time_s = np.array([seconds for one in found for seconds in one.values()])
    return Pairs.of(place, rank[np.searchsorted(point[rank], node)], time_s, len(point))


def drawn_places(network: StreetNetwork) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the nodes of facilities and points."""
    return random_nodes(network, FACILITIES, seed=1), random_nodes(network, POINTS, seed=2)


def memory() -> None:
    """Answer with the number of pairs; the memory comes with it."""
    network = porto()
    facility, point = drawn_places(network)
    by_ours(network, facility[:1], point[:1])  # loads what is compiled
    settled_mb()
    answer(lambda: by_ours(network, facility, point).nnz)


def engines(
    network: StreetNetwork, facility: NDArray[np.int64], point: NDArray[np.int64]
) -> dict[str, Callable[[], Any]]:
    """Return the work of every engine."""
    streets = graphs.graph(graphs.matrix(network))
    return {
        OURS: partial(by_ours, network, facility, point),
        "networkx": partial(by_networkx, streets, facility, point),
    }


def measure() -> list[Row]:
    """Measure ours and networkx, and our memory.

    Returns
    -------
    list of Row
        Times, and megabytes above those of the network.
    """
    network = porto()
    facility, point = drawn_places(network)
    works = engines(network, facility, point)
    turns = take_turns({name: turn_of(work) for name, work in works.items()})
    ours = pairs_of_ours(turns[OURS].result)
    theirs = pairs_of_networkx(turns["networkx"].result, point)
    agreement = {OURS: f"{len(ours.key):,} pairs", "networkx": theirs.agreement(ours)}
    held: Apart = ask(Path(__file__), "memory").result
    above_mb = held.peak_mb - held.before_mb
    return [
        *time_rows(WORK, turns, asked=ASKED, agreement=agreement),
        figure_row(
            WORK,
            f"{OURS}, memory above the network",
            above_mb,
            "MB",
            most=MOST_MB,
            agreement=f"{held.value:,} pairs kept",
        ),
    ]


if __name__ == "__main__":
    if sys.argv[1:] == ["memory"]:
        memory()
    else:
        say(measure())
