"""``make bench``: ours and every installed peer at the same work, in one table and a JSON file.

    python benchmarks/bench.py [WORK ...]

Works: loading, reach, field, polygons, od, first_run; all by default. Each work is a process of its
own on one core. The whole table, and only the whole one, goes to benchmarks/results/bench.json and
into docs/performance.md.
"""

import subprocess
import sys
from pathlib import Path

import results
from extract import data_folder
from one_core import pin_to_one_core
from rows import Row, as_table, heard

HERE = Path(__file__).parent
WORKS = ("loading", "reach", "field", "polygons", "od", "first_run")


def rows_of(work: str) -> list[Row]:
    """Run a work in a process of its own; one that fails is a row that says so.

    Parameters
    ----------
    work
        Name of its module.

    Returns
    -------
    list of Row
        What it measured.
    """
    print(f"{work} …", file=sys.stderr)
    script = [sys.executable, str(HERE / f"{work}.py")]
    finished = subprocess.run(script, stdout=subprocess.PIPE, check=False, encoding="utf-8")  # noqa: S603
    rows = heard(finished.stdout)
    if finished.returncode:
        rows.append(Row(work, "–", None, "s", agreement="failed; its error stands above"))
    return rows


def main(works: tuple[str, ...]) -> None:
    """Measure works, print the table, and keep the whole one."""
    data_folder()
    pin_to_one_core()
    rows = [row for work in works or WORKS for row in rows_of(work)]
    print(as_table(rows))
    if not works:
        results.keep("bench", rows)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
