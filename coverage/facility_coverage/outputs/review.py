"""A review as a folder of files, and the proof that it can be made again."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from pydantic import ValidationError

from facility_coverage import __version__
from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.files import MANIFEST_NAME, PROGRAM, sha256_of
from facility_coverage.outputs.layers import write_geopackage, write_layer
from facility_coverage.outputs.manifest import versions
from facility_coverage.outputs.tables import write_table
from facility_coverage.prepared import prepare
from facility_coverage.proposals.change import Flip, ThresholdChange, UnitChange
from facility_coverage.proposals.comparison import Comparison, Conflict, RefusedRow
from facility_coverage.proposals.desk import Desk
from facility_coverage.proposals.layers import ComparisonLayers, ReviewLayers, layers_of
from facility_coverage.proposals.overlap import Flow, Relieved
from facility_coverage.proposals.proposal import Frozen
from facility_coverage.proposals.rank import BetterSpot
from facility_coverage.proposals.robustness import Trial
from facility_coverage.proposals.rules import RuleVerdict
from facility_coverage.proposals.sheet import ReviewSheet, review
from facility_coverage.proposals.sources import input_files, settings_of
from facility_coverage.study_file import Study

SHEET_NAME, COMPARISON_NAME = "review.json", "compare.json"
SIGNATURE_NAME = "signature.json"
PLACES_NAME = "inputs.json"
"""Where the inputs lay on this machine; no part of what is frozen."""

REPLAYED = frozenset({".csv", ".json", ".geojson"})
"""Endings of the files that a replay has to make again, byte for byte."""
LISTED = REPLAYED | {".svg", ".html", ".pdf"}
"""Endings of the files whose hashes the manifest holds."""


def write_review(sheet: ReviewSheet, layers: ReviewLayers, folder: Path) -> None:
    """Write the sheet, its tables and its layers; pages and manifest come after them.

    Parameters
    ----------
    sheet
        The review.
    layers
        Where it plays.
    folder
        An existing folder; the caller makes it appear under its name when all is written.

    Raises
    ------
    SourceError
        The disk refused.
    """
    (folder / SHEET_NAME).write_text(sheet.to_json(), encoding="utf-8")
    for name, table in review_tables(sheet).items():
        write_table(table, folder / f"{name}.csv")
    write_layer(layers.circles, folder / "circles.geojson", "MultiPolygon")
    write_layer(layers.places, folder / "places.geojson", "Point")
    drawn = {
        "places": layers.places,
        "circles": layers.circles,
        "subdistricts": layers.units,
        **({"parcels": layers.parcels} if len(layers.parcels) else {}),
    }
    write_geopackage(drawn, folder / "review.gpkg")


def review_tables(sheet: ReviewSheet) -> dict[str, pd.DataFrame]:
    """Return a review as tables for a spreadsheet.

    Parameters
    ----------
    sheet
        The review.

    Returns
    -------
    dict of str to pandas.DataFrame
        By file name without its ending; a table without rows keeps its columns.
    """
    rank = sheet.rank
    standing = sheet.standing.model_dump()
    columns = ("ids", "alone", "last", "mean")
    rules = _with_reasons(sheet.rules, RuleVerdict)
    return {
        "change": _flat(sheet.change.total, ThresholdChange),
        "change_by_subdistrict": _flat(sheet.change.units, UnitChange),
        "flips": _table(sheet.change.flips, Flip),
        "relieved": _table(sheet.overlap.relieved, Relieved),
        "flows": _table(sheet.overlap.flows, Flow),
        "standing": pd.DataFrame({name: standing[name] for name in columns}),
        "nearby": _table(() if rank is None else rank.nearby, BetterSpot),
        "robustness": _table(sheet.trials, Trial),
        "rules": rules.assign(evidence=["; ".join(ids) for ids in rules["evidence"]]),
    }


def write_comparison(comparison: Comparison, layers: ComparisonLayers, folder: Path) -> None:
    """Write a comparison with its tables and layers; page and manifest come after them.

    Parameters
    ----------
    comparison
        The proposals of a study.
    layers
        Where they stand.
    folder
        An existing folder; the caller makes it appear under its name when all is written.

    Raises
    ------
    SourceError
        The disk refused.
    """
    (folder / COMPARISON_NAME).write_text(comparison.to_json(), encoding="utf-8")
    conflicts = _table(comparison.conflicts, Conflict)
    write_table(comparison.table(), folder / "proposals.csv")
    write_table(
        conflicts.assign(closes=["; ".join(ids) for ids in conflicts["closes"]]),
        folder / "conflicts.csv",
    )
    write_table(_with_reasons(comparison.refused, RefusedRow), folder / "refused.csv")
    there = layers.proposals[~layers.proposals.geometry.is_empty]
    write_layer(there, folder / "proposals.geojson", "Point")
    write_layer(layers.circles, folder / "circles.geojson", "MultiPolygon")
    drawn = {"proposals": there, "circles": layers.circles, "subdistricts": layers.units}
    write_geopackage(
        {name: own for name, own in drawn.items() if len(own)}, folder / "compare.gpkg"
    )


def review_manifest(sheet: ReviewSheet | Comparison, study: Study) -> dict[str, Any]:
    """Return what a review rests on. It holds no clock and no place on this machine.

    Parameters
    ----------
    sheet
        The review, or a comparison.
    study
        What it was held against, with absolute paths.

    Returns
    -------
    dict
        Plain values for JSON, still without the files of the review.
    """
    return {
        "program": {"name": PROGRAM, "version": sheet.version},
        "synthetic": sheet.study.synthetic,
        "inputs": {role: one.model_dump() for role, one in sheet.study.sources.items()},
        "parameters": settings_of(study),
        "versions": versions(),
    }


def write_manifest(manifest: dict[str, Any], folder: Path) -> None:
    """Write the manifest of a review that is complete, with the hashes of its files.

    Parameters
    ----------
    manifest
        From ``review_manifest``, or of the same review before it was signed.
    folder
        Holds all files of the review.
    """
    value = {**manifest, "outputs": hashes_of(folder, LISTED)}
    _write_json(value, folder / MANIFEST_NAME)


def write_places(study: Study, folder: Path) -> None:
    """Note where the inputs lie on this machine, so that a replay finds them.

    Parameters
    ----------
    study
        With absolute paths.
    folder
        Of the review.
    """
    places = {role: str(path) for role, path in input_files(study).items()}
    _write_json(places, folder / PLACES_NAME)


def hashes_of(folder: Path, endings: Iterable[str]) -> dict[str, str]:
    """Return the hashes of the files of a review.

    Parameters
    ----------
    folder
        Its folder.
    endings
        Which files count.

    Returns
    -------
    dict of str to str
        By name; without the manifest, and without where inputs lay.
    """
    own = {MANIFEST_NAME, PLACES_NAME}
    wanted = [path for path in sorted(folder.iterdir()) if path.suffix in set(endings)]
    return {path.name: sha256_of(path) for path in wanted if path.name not in own}


@dataclass(frozen=True)
class Replay:
    """Whether a review could be made again.

    Attributes
    ----------
    same
        Names of the files that came out as they were, byte for byte.
    differing
        Names of those that did not, or are missing on one side.
    version_then, version_now
        Of the program.
    """

    same: tuple[str, ...]
    differing: tuple[str, ...]
    version_then: str
    version_now: str


def replay(folder: Path, *, inputs: Path | None = None, cache_folder: Path | None = None) -> Replay:
    """Make a review again from its manifest, and hold its tables against their hashes.

    Parameters
    ----------
    folder
        Of the review.
    inputs
        A folder that holds the inputs somewhere, under their names; None takes the places that
        the review noted.
    cache_folder
        Where built networks are kept; None keeps none.

    Returns
    -------
    Replay
        What came out.

    Raises
    ------
    NotFoundError
        The folder is no review, or an input is gone.
    InputError
        An input, or a file of the review, is not what it was.
    FacilityCoverageError
        See ``prepare`` and ``review``.
    """
    manifest = _read_json(folder / MANIFEST_NAME, folder)
    frozen = {
        name: digest
        for name, digest in manifest["outputs"].items()
        if Path(name).suffix in REPLAYED and name != SIGNATURE_NAME
    }
    _require_whole(folder, frozen)
    kept = ReviewSheet.model_validate_json((folder / SHEET_NAME).read_bytes())
    study = _study_of(manifest, _found(folder, inputs, kept))
    prepared = prepare(study, cache_folder=cache_folder)
    desk = Desk.of(prepared)
    sheet = review(prepared, kept.proposal, kept.others, desk=desk)
    with TemporaryDirectory() as name:
        again = Path(name)
        write_review(sheet, layers_of(desk, sheet), again)
        made = hashes_of(again, REPLAYED)
    names = sorted({*frozen, *made})
    same = tuple(name for name in names if frozen.get(name) == made.get(name))
    differing = tuple(name for name in names if name not in same)
    return Replay(same, differing, str(manifest["program"]["version"]), __version__)


def _require_whole(folder: Path, hashes: dict[str, str]) -> None:
    """Refuse a review whose files are not those of its manifest."""
    for name, digest in hashes.items():
        path = folder / name
        if not path.is_file() or sha256_of(path) != digest:
            msg = "{path}: is not what the manifest says; take the folder as it was written"
            raise InputError(msg, path=path)


def _found(folder: Path, inputs: Path | None, sheet: ReviewSheet) -> dict[str, Path]:
    """Return where the inputs of a review lie now, each with the content that it had."""
    sources = sheet.study.sources
    if inputs is None:
        noted = _read_json(folder / PLACES_NAME, folder)
        places = {role: [Path(noted.get(role, source.file))] for role, source in sources.items()}
    else:
        places = {
            role: sorted(path for path in inputs.rglob(source.file) if path.is_file())
            for role, source in sources.items()
        }
    found: dict[str, Path] = {}
    for role, source in sources.items():
        there = [path for path in places[role] if path.is_file()]
        same = [path for path in there if sha256_of(path) == source.sha256]
        if not there:
            msg = "{path}: the input {role!r} is gone; name its folder with --inputs"
            raise NotFoundError(msg, path=source.file, role=role)
        if not same:
            msg = (
                "{path}: is not the input {role!r} that was reviewed (SHA-256 {sha256}…); name the "
                "folder of the old one with --inputs"
            )
            raise InputError(msg, path=there[0], role=role, sha256=source.sha256[:12])
        found[role] = same[0]
    return found


def _study_of(manifest: dict[str, Any], files: dict[str, Path]) -> Study:
    """Return the study of a manifest with its files where they lie now."""
    settings = manifest["parameters"]
    rules: dict[str, str] = {}
    for role, path in files.items():
        section, _, key = role.partition("_")
        if section == "standards":
            rules[path.name] = str(path)
        else:
            settings[section][key or "source"] = str(path)
    settings["standards"]["use"] = [rules.get(name, name) for name in settings["standards"]["use"]]
    try:
        return Study.model_validate_json(json.dumps(settings))
    except ValidationError as error:
        msg = "{path}: this version of the program does not read its settings any more"
        raise InputError(msg, path=MANIFEST_NAME) from error


def _read_json(path: Path, folder: Path) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = "{path}: cannot be read; {folder} is no review as this program writes it"
        raise NotFoundError(msg, path=path, folder=folder) from error
    return value


def _flat(rows: Sequence[ThresholdChange], kind: type[ThresholdChange]) -> pd.DataFrame:
    """Return changes with a column for each figure, of everybody and of older people."""
    table = _table(rows, kind)
    plain = table.drop(columns=["people", "older"])
    for who in ("people", "older"):
        if len(table) and table[who].notna().all():
            figures = pd.DataFrame(table[who].tolist()).add_prefix("older_" * (who == "older"))
            plain = pd.concat([plain, figures], axis=1)
    return plain


def _with_reasons(rows: Sequence[Frozen], kind: type[Frozen]) -> pd.DataFrame:
    """Return rows whose reasons stand in a column of each language."""
    table = _table(rows, kind)
    told = table["reason"].tolist()
    return table.assign(
        reason=[reason["en"] for reason in told], reason_zh=[reason["zh"] for reason in told]
    )


def _table(rows: Sequence[Frozen], kind: type[Frozen]) -> pd.DataFrame:
    columns = list(kind.model_fields)
    return pd.DataFrame([row.model_dump() for row in rows], columns=columns)


def _write_json(value: dict[str, Any], path: Path) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
