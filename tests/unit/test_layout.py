"""The source roots must stay roots: a package named coverage would break coverage.py and numba."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("folder", ["coverage", "maps", "api", "cli", "data"])
def test_source_roots_hold_no_init(folder: str) -> None:
    assert (ROOT / folder).is_dir()
    assert not (ROOT / folder / "__init__.py").exists()


def test_coverage_is_coverage_py() -> None:
    spec = importlib.util.find_spec("coverage")
    assert spec is not None
    assert spec.origin is not None
    assert not Path(spec.origin).is_relative_to(ROOT / "coverage")


def test_ignore_files_do_not_match_source_roots() -> None:
    for name in (".gitignore", ".dockerignore"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        assert not {"coverage", "coverage/", "/coverage", "data", "data/"} & set(lines)


def test_streets_are_read_without_tables() -> None:
    """Pandas and GDAL's layers take 110 MB, which a network alone never needs."""
    program = "import sys, facility_coverage.network.build; print(*sys.modules)"
    imported = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "facility_coverage.network.build" in imported
    assert {"pandas", "geopandas", "pyogrio", "networkx", "osmnx"}.isdisjoint(imported)
