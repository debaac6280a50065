"""Time and memory of whole runs, as a user has them: each run is a process of its own.

    .venv/bin/python benchmarks/study_cost.py STUDY.toml [RUNS]

prints wall seconds, processor seconds and peak memory of the command ``run``: first with an empty
network cache, then with the network cached (median of RUNS, by default 3).
"""

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = Path(sys.executable).parent / "facility-coverage"


def one_run(study: Path, folder: Path) -> tuple[float, float]:
    """Run a study once; return wall and processor seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    arguments = ["run", str(study), "--out", str(folder / "out"), "--cache", str(folder / "cache")]
    subprocess.run([COMMAND, *arguments, "--overwrite", "--quiet"], check=True)  # noqa: S603
    wall_s = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(study: Path, runs: int) -> None:
    """Measure a study with and without a cached network."""
    folder = Path(tempfile.mkdtemp())
    try:
        cold, cached = [], []
        one_run(study, folder)  # compiles the kernels and fills the disk cache
        for _ in range(runs):
            shutil.rmtree(folder / "cache")
            cold.append(one_run(study, folder))
            cached.append(one_run(study, folder))
        for name, figures in (("cold", cold), ("network cached", cached)):
            wall_s, processor_s = (
                statistics.median(column) for column in zip(*figures, strict=True)
            )
            print(f"{name:>15}: {wall_s:6.2f} s wall, {processor_s:6.2f} s processor")
        peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{'peak memory':>15}: {peak_mb:6.0f} MB")
        for file in sorted((folder / "out").iterdir()):
            print(f"{file.name:>25}: {file.stat().st_size / 1e6:7.2f} MB")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3)  # noqa: PLR2004
