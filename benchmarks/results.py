"""Results that are kept: a JSON file, and the table in the documentation."""

import json
import platform
import re
import time
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from extract import ROOT
from rows import Row, as_table

FOLDER = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "performance.md"
LIBRARIES = (
    "numpy", "scipy", "numba", "shapely", "osmium", "networkx", "pandana", "pyrosm", "spopt",
    "highspy", "PuLP",
)  # fmt: skip


def machine() -> dict[str, Any]:
    """Return what figures belong to: processor, day, and versions.

    Returns
    -------
    dict
        For the JSON file.
    """
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": models[0] if models else platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "day": time.strftime("%Y-%m-%d"),
        "versions": {name: _version(name) for name in LIBRARIES},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def keep(name: str, rows: list[Row], **more: object) -> None:
    """Write a whole table to its JSON file and into the page of the documentation.

    Parameters
    ----------
    name
        Of the table: of its file and of its place in the page.
    rows
        The table.
    more
        Other figures for the JSON file.
    """
    where = machine()
    FOLDER.mkdir(exist_ok=True)
    content = {"machine": where, "rows": [asdict(row) for row in rows], **more}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    said = f"{where['processor']}, one core, Python {where['python']}, {where['day']}."
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(in_place(page, name, f"{as_table(rows)}\n{said}\n"), encoding="utf-8")


def in_place(page: str, name: str, table: str) -> str:
    """Return a page with a table between the marks that carry its name.

    Parameters
    ----------
    page
        Markdown with ``<!-- name -->`` and ``<!-- end name -->`` on lines of their own.
    name
        Of the table.
    table
        What is to stand between them.

    Returns
    -------
    str
        The page.

    Raises
    ------
    ValueError
        It has no such marks.
    """
    first, last = f"<!-- {name} -->\n", f"<!-- end {name} -->\n"
    between = re.compile(f"{re.escape(first)}.*?{re.escape(last)}", re.DOTALL)
    if not between.search(page):
        msg = f"the page has no place for the table {name!r}: {first.strip()} {last.strip()}"
        raise ValueError(msg)
    return between.sub(lambda _: f"{first}\n{table}\n{last}", page)
