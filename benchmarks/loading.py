"""From an OSM file to a routable network, cold, each engine in a process of its own.

python benchmarks/loading.py            every engine, as rows
python benchmarks/loading.py ENGINE     one of them, in this process
"""

import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from apart import Apart, WorkFailedError, answer, ask
from extract import SPEED_KPH, porto_pbf
from rows import OURS, Asked, Row, figure_row, say, time_rows
from timing import Timing, Turn, take_turns

PYOSMIUM = "pyosmium + plain contraction"
PYROSM = "pyrosm get_network + to_graph"
COLD = "pbf → contracted network, cold"
CACHED = "network from cache"
MOST_MB = 350
MOST_CACHED_S = 0.15
ASKED = {OURS: Asked(), PYOSMIUM: Asked(least_ratio=1), PYROSM: Asked(least_ratio=3)}


def _ours() -> Callable[[], dict[str, int]]:
    from facility_coverage.network.build import read_network
    from facility_coverage.network.profiles import walk

    def work() -> dict[str, int]:
        network = read_network(porto_pbf(), walk(SPEED_KPH))
        return {"nodes": network.n_nodes, "edges": network.n_edges}

    return work


def _cached() -> Callable[[], dict[str, int]]:
    from facility_coverage.network.cache import street_network
    from facility_coverage.network.profiles import walk

    def work() -> dict[str, int]:
        network = street_network(porto_pbf(), walk(SPEED_KPH), cache_folder=Path(sys.argv[2]))
        return {"nodes": network.n_nodes, "edges": network.n_edges}

    return work


def _pyosmium() -> Callable[[], dict[str, int]]:
    import plain_contraction

    def work() -> dict[str, int]:
        _, ways = plain_contraction.read(porto_pbf())
        edges = plain_contraction.contract(ways)
        nodes = {end for edge in edges for end in edge[:2]}
        return {"nodes": len(nodes), "edges": len(edges)}

    return work


def _pyrosm() -> Callable[[], dict[str, int]]:
    import pyrosm

    def work() -> dict[str, int]:
        reader = pyrosm.OSM(str(porto_pbf()))
        nodes, edges = reader.get_network("walking", nodes=True)
        graph = reader.to_graph(nodes, edges, graph_type="networkx")
        return {"nodes": graph.number_of_nodes(), "edges": graph.number_of_edges()}

    return work


IN_THIS_PROCESS = {"ours": _ours, "cached": _cached, "pyosmium": _pyosmium, "pyrosm": _pyrosm}


def _agreement(timing: Timing[Apart]) -> str:
    counts, held = timing.result.value, timing.result
    size = f"{counts['nodes']:,} nodes, {counts['edges']:,} edges"
    return f"{size}, {held.peak_mb:.0f} MB ({held.before_mb:.0f} before)"


def _pyrosm_reads() -> bool:
    """Tell whether pyrosm is there and fit for the libraries beside it."""
    try:
        ask(Path(__file__), "pyrosm")
    except WorkFailedError as error:
        print(f"note: pyrosm is left out: {error}", file=sys.stderr)
        return False
    return True


def measure() -> list[Row]:
    """Measure every engine that is installed.

    Returns
    -------
    list of Row
        Cold loads, our memory, and the network from the cache.
    """
    script = Path(__file__)
    engines: dict[str, Callable[[], Turn[Apart]]] = {
        OURS: partial(ask, script, "ours"),
        PYOSMIUM: partial(ask, script, "pyosmium"),
    }
    if _pyrosm_reads():
        engines[PYROSM] = partial(ask, script, "pyrosm")
    cold = take_turns(engines)
    with tempfile.TemporaryDirectory() as cache:
        ask(script, "cached", cache)
        cached = take_turns({OURS: partial(ask, script, "cached", cache)})
    rows = time_rows(
        COLD,
        cold,
        asked=ASKED,
        agreement={name: _agreement(timing) for name, timing in cold.items()},
    )
    peak_mb = cold[OURS].result.peak_mb
    rows.append(figure_row(COLD, f"{OURS}, peak memory", peak_mb, "MB", most=MOST_MB))
    agreement = {OURS: _agreement(cached[OURS])}
    return rows + time_rows(
        CACHED, cached, asked={OURS: Asked(most=MOST_CACHED_S)}, agreement=agreement
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        answer(IN_THIS_PROCESS[sys.argv[1]]())
    else:
        say(measure())
