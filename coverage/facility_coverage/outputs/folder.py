"""A result as a folder of files."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd

from facility_coverage.files import MANIFEST_NAME
from facility_coverage.outputs.layers import write_geopackage, write_layer
from facility_coverage.outputs.manifest import manifest
from facility_coverage.outputs.tables import write_table
from facility_coverage.result import StudyResult


def write_results(result: StudyResult, folder: Path) -> None:
    """Write tables, layers, summary and manifest of a result.

    Parameters
    ----------
    result
        The answer to a study.
    folder
        An existing folder; the caller makes it appear under its name when all is written.

    Raises
    ------
    SourceError
        The disk refused.
    """
    write_table(result.units, folder / "coverage_by_unit.csv")
    write_table(result.facilities, folder / "facilities.csv")
    write_table(result.facilities_by_unit, folder / "facilities_by_unit.csv")
    write_table(result.snap_audit, folder / "snap_audit.csv")
    write_table(result.overlaps, folder / "overlaps.csv")
    for name in ("isochrones", "gaps", "candidates"):
        write_layer(getattr(result, name), folder / f"{name}.geojson")
    write_geopackage(_layers(result), folder / "results.gpkg")
    _write_json(summary(result), folder / "summary.json")
    _write_json(manifest(result, folder), folder / MANIFEST_NAME)


def summary(result: StudyResult) -> dict[str, Any]:
    """Return the answer in short, for people and programs.

    Parameters
    ----------
    result
        The answer to a study.

    Returns
    -------
    dict
        Plain values for JSON: ``study``, ``synthetic``, ``crs``, ``thresholds``, ``target``,
        ``total``, ``flagged_units``, ``network`` and ``notes``.
    """
    flagged = result.units[result.units["flags"] != ""]
    share = f"covered_share_{result.target.label}"
    return {
        "study": result.study.study.name,
        "synthetic": result.study.study.synthetic,
        "crs": result.crs,
        "thresholds": [threshold.label for threshold in result.thresholds],
        "target": {
            "threshold": result.target.label,
            "share": result.study.coverage.target_share,
        },
        "total": {name: _rounded(value) for name, value in result.total.items()},
        "flagged_units": [
            {
                "unit_id": row["unit_id"],
                "unit_name": row["unit_name"],
                "flags": row["flags"].split(";"),
                "population": _rounded(row["population"]),
                share: _rounded(row[share]),
            }
            for row in flagged.to_dict("records")
        ],
        "network": result.network,
        "notes": list(result.notes),
    }


def _layers(result: StudyResult) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of the GeoPackage by name."""
    units = result.units.copy()
    units.geometry = [shape if not shape.is_empty else None for shape in units.geometry]
    everywhere = result.facilities[~result.facilities.geometry.is_empty]
    return {
        "facilities": everywhere,
        "candidates": result.candidates,
        "gaps": result.gaps,
        "subdistricts": units,
        "isochrones": result.isochrones,
        "streets": result.streets,
        "demand": result.demand,
        "overlaps": result.overlaps,
    }


def _rounded(value: Any) -> Any:  # noqa: ANN401  (a figure of any type)
    if isinstance(value, float):
        return None if value != value else round(value, 6)  # noqa: PLR0124  (NaN is null)
    return value


def _write_json(value: dict[str, Any], path: Path) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
