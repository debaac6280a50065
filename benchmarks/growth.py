"""``make bench-scale``: time per facility and memory as a city grows, from one Porto to 156.

python benchmarks/growth.py [LARGEST]     up to so many copies; all of them: results are kept
python benchmarks/growth.py measure C R   one city of C columns and R rows, in this process
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import results
from extract import ROOT, data_folder
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.impedance import Impedance, impedance_for
from facility_coverage.travel.times import Reach, each_alone, reach
from memory import peak_mb, settled_mb
from one_core import pin_to_one_core
from places import on_nodes, porto
from rows import Row, as_table, figure_row
from stitched import stitched
from timing import clock, median

CITIES = ((1, 1), (2, 2), (3, 3), (5, 5), (8, 8), (12, 13))
"""Columns and rows of copies: 64 thousand nodes to 10 million."""
FACILITIES = 3_000
FOR_MEMORY = 300
"""So few facilities that what they reach takes no room to speak of."""
WITHIN = Threshold("minutes", 15.0)
ROUNDS = 5
MEGA = 2**20
MOST_BYTES_PER_EDGE = 250
MOST_SPREAD = 0.30
PLOT = ROOT / "docs" / "pictures" / "growth.png"


@dataclass(frozen=True)
class Size:
    """A city and what searching it took.

    Attributes
    ----------
    copies, nodes, edges
        How large it is.
    wall_us, processor_us
        Microseconds of one facility's reach set, 15 minutes.
    reached
        Nodes that a facility reaches on average.
    prepared_s
        Processor seconds of what is made ready once per network: arcs and their costs.
    array_bytes
        Bytes of the arrays of the network, of its arcs and of the impedance.
    resident_bytes
        Most memory during the search above that of a process with its libraries, less the
        result: network, arcs, impedance and the state of the search, all told.
    """

    copies: int
    nodes: int
    edges: int
    wall_us: float
    processor_us: float
    reached: float
    prepared_s: float
    array_bytes: int
    resident_bytes: int


def search(network: StreetNetwork, impedance: Impedance, node: NDArray[np.int64]) -> Reach:
    """Search from each facility as the program does."""
    return reach(network, each_alone(on_nodes(network, node)), impedance, WITHIN.limit)


def array_bytes(*holders: object) -> int:
    """Return the bytes of all arrays that values hold, whether given or worked out and kept."""
    held = {id(array): array for holder in holders for array in vars(holder).values()}
    return sum(array.nbytes for array in held.values() if isinstance(array, np.ndarray))


def measure(columns: int, rows: int) -> Size:
    """Measure one city in this process.

    Parameters
    ----------
    columns, rows
        How many copies of Porto beside and above each other.

    Returns
    -------
    Size
        The figures.
    """
    copy = porto()
    main = np.flatnonzero(copy.component == 0)
    rng = np.random.default_rng(FACILITIES)
    first = rng.choice(main, FACILITIES, replace=False)
    search(copy, impedance_for(copy, WITHIN), first)  # compiles
    libraries_mb = settled_mb() - array_bytes(copy, copy.arcs) / MEGA
    city = stitched(copy, columns, rows)
    node = first + rng.integers(0, columns * rows, FACILITIES) * copy.n_nodes
    del copy
    impedance = impedance_for(city, WITHIN)
    prepared = clock(lambda: (city.arcs, search(city, impedance, node[:1])))
    settled_mb()
    found = search(city, impedance, node[:FOR_MEMORY])
    resident_bytes = int((peak_mb() - libraries_mb) * MEGA) - array_bytes(found)
    found = search(city, impedance, node)
    turns = [clock(partial(search, city, impedance, node)).spent for _ in range(ROUNDS)]
    spent = median(turns) / FACILITIES
    return Size(
        copies=columns * rows,
        nodes=city.n_nodes,
        edges=city.n_edges,
        wall_us=1e6 * spent.wall_s,
        processor_us=1e6 * spent.processor_s,
        reached=len(found.node) / FACILITIES,
        prepared_s=prepared.spent.processor_s,
        array_bytes=array_bytes(city, city.arcs, impedance),
        resident_bytes=resident_bytes,
    )


def rows_of(sizes: list[Size]) -> list[Row]:
    """Return the table of growth.

    Parameters
    ----------
    sizes
        Rising.

    Returns
    -------
    list of Row
        Time per facility and bytes per edge of each size.
    """
    slowest, quickest = (pick(size.processor_us for size in sizes) for pick in (max, min))
    middle_us = (slowest + quickest) / 2
    rows = []
    for size in sizes:
        work = f"{size.nodes:,} nodes, {size.edges:,} edges"
        off = size.processor_us / middle_us - 1
        rows += [
            Row(
                work, "time per facility", size.processor_us, "µs", wall=size.wall_us,
                turns=ROUNDS, asked=f"± {MOST_SPREAD:.0%} of {middle_us:.1f}",
                met=abs(off) <= MOST_SPREAD,
                agreement=f"{off:+.0%}, {size.reached:.0f} nodes reached",
            ),
            figure_row(
                work, "memory per edge", size.resident_bytes / size.edges, "bytes",
                most=MOST_BYTES_PER_EDGE,
                agreement=f"{size.array_bytes / size.edges:.0f} of them arrays",
            ),
            figure_row(
                work, "arcs and costs, once", size.prepared_s, "s",
            ),
        ]  # fmt: skip
    return rows


def draw(sizes: list[Size], path: Path) -> None:
    """Plot time and memory against size.

    Parameters
    ----------
    sizes
        Rising.
    path
        Of the picture.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    nodes = [size.nodes for size in sizes]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.semilogx(nodes, [size.processor_us for size in sizes], "o-", color="#1b6ca8")
    left.set(title="Time per facility, 15 minutes on foot", xlabel="nodes", ylabel="µs", ylim=0)
    edges = np.array([size.edges for size in sizes])
    held = np.array([size.resident_bytes for size in sizes])
    right.loglog(edges, held / 1e6, "o-", color="#1b6ca8", label="measured")
    right.loglog(
        edges, MOST_BYTES_PER_EDGE * edges / 1e6, "--", color="#888888", label="250 bytes per edge"
    )
    right.set(title="Memory, all told", xlabel="contracted edges", ylabel="MB")
    right.legend(frameon=False)
    for axes in (left, right):
        axes.grid(visible=True, which="major", color="#dddddd")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None})


def main(largest: int) -> None:
    """Measure every city up to a number of copies, each in a process of its own."""
    data_folder()
    pin_to_one_core()
    sizes = []
    for columns, rows in CITIES:
        if columns * rows > largest:
            break
        print(f"{columns} × {rows} copies …", file=sys.stderr)
        script = [sys.executable, __file__, "measure", str(columns), str(rows)]
        said = subprocess.run(script, check=True, stdout=subprocess.PIPE, encoding="utf-8")  # noqa: S603
        sizes.append(Size(**json.loads(said.stdout)))
    table = rows_of(sizes)
    print(as_table(table))
    if largest >= CITIES[-1][0] * CITIES[-1][1]:
        results.keep("growth", table, sizes=[asdict(size) for size in sizes])
        draw(sizes, PLOT)


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        print(json.dumps(asdict(measure(int(sys.argv[2]), int(sys.argv[3])))))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else CITIES[-1][0] * CITIES[-1][1])
