"""What a batch costs beyond its studies, and how long a province takes.

    python benchmarks/batch_scale.py [--generated 200] [--workers 2] [--engines processes dask tcp]

Districts: the 29 sub-areas of Las Palmas, the parishes of Andorra, and generated ones. ``tcp`` is
a dask scheduler with two worker processes of its own, reached by address. Prints a table and
writes the plot of time against size.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd

import districts
from facility_coverage.batch.memory import file_mb, worker_mb

mpl.use("Agg")

from matplotlib import pyplot as plt

SOME_FAILED_EXIT = 8
ROOT = Path(__file__).parents[1]
PLOT = ROOT / "docs" / "pictures" / "scale.png"
COMMAND = Path(sys.executable).with_name("facility-coverage")
DISTRICTS_OF_CHINA = 2_800
_PORT = 18_786


@contextmanager
def cluster(workers: int, log: Path) -> Iterator[str]:
    """Start a dask scheduler and worker processes of their own, and yield its address."""
    address = f"tcp://127.0.0.1:{_PORT}"
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    scheduler = [*dask, "--port", str(_PORT), "--no-dashboard", "--host", "127.0.0.1"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address]
    worker += ["--nthreads", "1", "--memory-limit", "0", "--no-dashboard"]
    with log.open("w") as told:
        running = [
            subprocess.Popen(command, stdout=told, stderr=told)  # noqa: S603  (our own commands)
            for command in (scheduler, *[worker] * workers)
        ]
        try:
            yield address
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait()


def batch(studies: Path, out: Path, options: list[str]) -> tuple[float, pd.DataFrame]:
    """Carry out a batch; return its seconds and its log."""
    began_s = time.perf_counter()
    cache = ["--cache", str(out.with_suffix(".cache"))]
    finished = subprocess.run(  # noqa: S603  (our own command)
        [COMMAND, "batch", str(studies), "--out", str(out), *cache, *options], check=False
    )
    if finished.returncode not in {0, SOME_FAILED_EXIT}:
        sys.exit(f"the batch ended with {finished.returncode}")
    return time.perf_counter() - began_s, pd.read_csv(out / "batch_log.csv")


def edges_of(out: Path) -> pd.Series:
    """Return the edges of each district's network, by its id."""
    table = pd.read_csv(out / "batch_summary.csv", dtype={"district_id": str})[:-1]
    table = table[table["folder"].notna()]
    summaries = [json.loads((out / name / "summary.json").read_text()) for name in table["folder"]]
    edges = [summary["network"]["edges"] for summary in summaries]
    return pd.Series(edges, index=table["district_id"])


def plot(edges: pd.Series, seconds: pd.Series) -> tuple[float, float]:
    """Plot time against size; return seconds of an empty district and for 10,000 edges more."""
    slope, base = np.polyfit(edges, seconds, 1)
    figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    axes.scatter(edges, seconds, s=10, color="#0b3c8c")
    axes.plot([0, edges.max()], [base, base + slope * edges.max()], color="#d55e00", linewidth=1)
    axes.set(xlabel="edges of the district's network", ylabel="seconds of one core", ylim=(0, None))
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(PLOT, dpi=150)
    return float(base), float(slope * 10_000)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--generated", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--engines", nargs="+", default=["processes", "dask", "tcp"])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        studies = folder / "studies"
        studies.mkdir()
        districts.las_palmas(studies)
        districts.andorra(studies)
        districts.generated(studies, given.generated)
        need_mb = worker_mb(file_mb(path) for path in studies.glob("*/*.osm.pbf"))
        print(f"The hint expects {need_mb:.0f} MB a worker.\n")
        print("| engine | districts | wall s | studies' own s | overhead | peak MB |")
        print("|---|--:|--:|--:|--:|--:|")
        for engine in given.engines:
            out = folder / engine
            far = cluster(given.workers, folder / "dask.log") if engine == "tcp" else nullcontext()
            with far as address:
                options = ["--workers", str(given.workers), "--quiet"]
                options += [] if engine == "processes" else ["--engine", "dask"]
                options += [] if address is None else ["--scheduler", address]
                wall_s, log = batch(studies, out, options)
            own_s = log["seconds"].sum()
            overhead = wall_s * given.workers / own_s - 1.0
            figures = f"{wall_s:.1f} | {own_s:.1f} | {overhead:.1%} | {log['peak_mb'].max():.0f}"
            print(f"| {engine} | {len(log)} | {figures} |", flush=True)
        log = log.assign(district_id=log["district_id"].astype(str)).set_index("district_id")
        edges = edges_of(out)
        base_s, more_s = plot(edges, log["seconds"].loc[edges.index])
        print(f"\n{base_s:.1f} s a district and {more_s:.1f} s for every 10,000 edges")
        mean_s = log["seconds"].mean()
        for machines in (1, 16):
            hours = DISTRICTS_OF_CHINA * mean_s / (machines * given.workers) / 3600
            print(f"{DISTRICTS_OF_CHINA} districts, {machines} machines of {given.workers} cores: "
                  f"{hours:.1f} h")  # fmt: skip


if __name__ == "__main__":
    main()
