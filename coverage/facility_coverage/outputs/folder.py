"""A result as a folder of files."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd

from facility_coverage.files import MANIFEST_NAME
from facility_coverage.outputs.layers import write_geopackage, write_layer
from facility_coverage.outputs.manifest import manifest
from facility_coverage.outputs.surface import write_surface
from facility_coverage.outputs.tables import write_table
from facility_coverage.outputs.workbook import NAME as WORKBOOK_NAME
from facility_coverage.outputs.workbook import write_results_workbook
from facility_coverage.result import StudyResult
from facility_coverage.standards.findings import VERDICTS, plain_findings


def write_results(result: StudyResult, folder: Path) -> None:
    """Write tables, layers, the workbook, summary and manifest of a result.

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
    for name in ("isochrones", "gaps"):
        write_layer(getattr(result, name), folder / f"{name}.geojson")
    if result.study.standards.use:
        findings = plain_findings(result.findings)
        write_table(findings, folder / "findings.csv")
        write_layer(findings, folder / "findings.geojson")
        write_table(result.conflicts, folder / "conflicts.csv")
    write_geopackage(_layers(result), folder / "results.gpkg")
    profile = result.network["profile"]
    write_surface(result.surface, result.crs, folder / "travel_time.tif", {"profile": profile})
    write_results_workbook(result, folder / WORKBOOK_NAME, result.study.study.language)
    write_siting(result, folder)


def write_siting(result: StudyResult, folder: Path) -> None:
    """Write the suggested sites, how they were chosen, summary and manifest of a result.

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
    siting = result.siting
    write_layer(result.candidates, folder / "candidates.geojson")
    write_layer(siting.unreachable, folder / "unreachable.geojson")
    write_table(result.candidates, folder / "sites.csv")
    write_table(siting.gains_by_unit, folder / "site_gains_by_unit.csv")
    write_table(siting.places, folder / "candidate_places.csv")
    write_table(siting.curve, folder / "siting_curve.csv")
    write_table(siting.unreachable, folder / "unreachable.csv")
    if len(siting.robustness):
        write_table(siting.robustness, folder / "robustness.csv")
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
        ``total``, ``flagged_units``, ``clauses`` (findings of each verdict), ``siting``,
        ``self_check``, ``network`` and ``notes``.
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
        "clauses": [
            {"standard_id": standard_id, "clause_id": clause_id}
            | {verdict: int((own["verdict"] == verdict).sum()) for verdict in VERDICTS}
            for (standard_id, clause_id), own in result.findings.groupby(
                ["standard_id", "clause_id"], sort=False
            )
        ],
        "siting": {name: _rounded(value) for name, value in result.siting.answer.items()},
        "self_check": result.self_check,
        "network": result.network,
        "notes": list(result.notes),
    }


def _layers(result: StudyResult) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of the GeoPackage by name."""
    units = result.units.copy()
    units.geometry = [shape if not shape.is_empty else None for shape in units.geometry]
    places = result.siting.places
    findings = plain_findings(result.findings)
    return {
        "facilities": result.facilities[~result.facilities.geometry.is_empty],
        "candidates": result.candidates,
        "candidate_places": places[~places.geometry.is_empty],
        "unreachable": result.siting.unreachable,
        "gaps": result.gaps,
        "subdistricts": units,
        "isochrones": result.isochrones,
        "streets": result.streets,
        "demand": result.demand,
        "overlaps": result.overlaps,
        **({"findings": findings[~findings.geometry.is_empty]} if len(findings) else {}),
    }


def _rounded(value: Any) -> Any:  # noqa: ANN401  (a figure of any type)
    if isinstance(value, float):
        return None if value != value else round(value, 6)  # noqa: PLR0124  (NaN is null)
    return value


def _write_json(value: dict[str, Any], path: Path) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
