"""The first run on a machine: what compiling takes, and what a command costs that computes nothing.

python benchmarks/first_run.py            rows
python benchmarks/first_run.py imported   the kernel modules that --help imports, in this process
"""

import contextlib
import io
import json
import sys
import tempfile
from functools import partial
from pathlib import Path

from apart import run
from rows import OURS, Asked, Row, figure_row, say, time_rows
from timing import take_turns

COMMAND = Path(sys.executable).parent / "facility-coverage"
MOST_COMPILE_S = 10.0
MOST_HELP_S = 0.5
HEAVY = ("numba", "llvmlite", "scipy", "geopandas", "shapely", "osmium")
"""Libraries that a command without kernels has no need of."""


def compile_row() -> Row:
    """Return the processor seconds that compiling adds to the first run, once per machine."""
    command: list[str | Path] = [COMMAND, "doctor", "--quiet"]
    with tempfile.TemporaryDirectory() as cache:
        first = run(command, NUMBA_CACHE_DIR=cache).spent
        second = run(command, NUMBA_CACHE_DIR=cache).spent
        files = sum(1 for _ in Path(cache).rglob("*.nbc"))
    compile_s = first.processor_s - second.processor_s
    return figure_row(
        "first run",
        f"{OURS}, compiling",
        compile_s,
        "s",
        most=MOST_COMPILE_S,
        agreement=f"{files} compiled functions; with them in the cache doctor takes "
        f"{second.processor_s:.1f} s",
    )


def help_rows() -> list[Row]:
    """Return the time of ``--help``, and which heavy libraries it imports."""
    turns = take_turns({OURS: partial(run, [COMMAND, "--help"])})
    heavy = json.loads(run([sys.executable, __file__, "imported"]).result)
    agreement = f"imports {', '.join(heavy)}" if heavy else "imports no kernel"
    asked = {OURS: Asked(most=MOST_HELP_S)}
    return time_rows("--help", turns, asked=asked, agreement={OURS: agreement})


def imported() -> list[str]:
    """Show the help in this process; return kernel modules and heavy libraries that came with it.

    Returns
    -------
    list of str
        Names of modules.
    """
    from facility_coverage_cli.main import run as run_command

    sys.argv = ["facility-coverage", "--help"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        run_command()
    kernels = ("facility_coverage.network", "facility_coverage.travel", "facility_coverage.siting")
    return sorted({name for name in sys.modules if name in HEAVY or name.startswith(kernels)})


if __name__ == "__main__":
    if sys.argv[1:] == ["imported"]:
        print(json.dumps(imported()))
    else:
        say([compile_row(), *help_rows()])
