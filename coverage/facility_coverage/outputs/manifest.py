"""The manifest: what went in and how it was computed, so that a result can be made again."""

import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyogrio
import pyproj
import shapely

from facility_coverage import __version__
from facility_coverage.files import PROGRAM, sha256_of
from facility_coverage.proposals.sources import settings_of, sources_of
from facility_coverage.result import StudyResult

_PACKAGES = (
    "geopandas", "highspy", "numba", "numpy", "osmium", "pandas", "pyogrio",
    "pyproj", "rasterio", "scipy", "shapely",
)  # fmt: skip


def manifest(result: StudyResult, folder: Path) -> dict[str, Any]:
    """Return the manifest of a result. It holds no clock and no place on this machine.

    Parameters
    ----------
    result
        The answer.
    folder
        Where its tables and layers were written; those that are the same bytes every time are
        listed with their SHA-256.

    Returns
    -------
    dict
        Plain values for JSON.
    """
    study = result.study
    is_exact = study.coverage.method == "exact"
    return {
        "program": {"name": PROGRAM, "version": __version__},
        "synthetic": study.study.synthetic,
        "inputs": {role: one.model_dump() for role, one in sources_of(study).items()},
        "parameters": settings_of(study),
        "crs": result.crs,
        "network": result.network,
        "methods": {
            "isochrones": study.coverage.method,
            "isochrone_cell_size_m": study.coverage.cell_size_m if is_exact else None,
            "isochrone_street_buffer_m": None if is_exact else study.coverage.street_buffer_m,
            "surface_cell_size_m": study.coverage.cell_size_m,
            "siting": {
                name: result.siting.answer[name]
                for name in ("model", "status", "solver")
                if name in result.siting.answer
            },
        },
        "self_check": result.self_check,
        "versions": versions(),
        "outputs": {
            path.name: sha256_of(path)
            for path in sorted(folder.iterdir())
            if path.suffix in {".csv", ".json", ".geojson", ".tif"}
        },
    }


def versions() -> dict[str, str]:
    """Return the versions of what a result was computed with.

    Returns
    -------
    dict of str to str
        Name to version.
    """
    return {
        "python": platform.python_version(),
        **{name: version(name) for name in _PACKAGES},
        "gdal": pyogrio.__gdal_version_string__,
        "geos": shapely.geos_version_string,
        "proj": pyproj.proj_version_str,
    }
