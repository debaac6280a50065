"""``inputs``: what a register would be read as, before a study is run with it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facility_coverage_cli.folders import cache_folder, refuse_target
from facility_coverage_cli.options import Cache, Json, Overwrite, Quiet, checked_section
from facility_coverage_cli.terminal import say, say_json

if TYPE_CHECKING:
    import pandas as pd

    from facility_coverage.inputs.preview import Preview
    from facility_coverage.study_file import FacilitiesSection

_SHOWN = 20
_HEALTH_PLACES = frozenset({"hospital", "clinic", "doctors"})

inputs = typer.Typer(help="Look at inputs before a study is run.", rich_markup_mode=None)


@inputs.callback()
def _root() -> None:
    """Look at inputs before a study is run."""


@inputs.command("preview")
def preview(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Register: csv, xlsx, gpkg, shp, geojson.")
    ],
    *,
    sheet: Annotated[
        str | None, typer.Option("--sheet", help="Sheet or layer; by default the first.")
    ] = None,
    stated: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="A key of [facilities], such as name=医院 or coordinates=gcj02; may be repeated.",
        ),
    ] = None,
    streets: Annotated[
        Path | None,
        typer.Option(
            "--streets",
            help="OSM file or saved network: tells whether the points lie beside its streets.",
        ),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option("--template", help="Write the rows without a point to this .xlsx, to fill."),
    ] = None,
    cache: Cache = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Tell how a register of facilities would be read, and what cannot be.

    Columns and their meaning, kinds and owners that were guessed, rows that look like one
    facility, numbers that cannot be read, rows without a point. Nothing is geocoded.
    """
    from facility_coverage.files import atomic_path
    from facility_coverage.inputs.preview import preview_register
    from facility_coverage.outputs.tables import write_workbook

    if template is not None:
        refuse_target(template, (".xlsx",), overwrite=overwrite)
    section = _section(file, sheet, stated or [])
    seen = preview_register(section)
    doubt = None if streets is None else _doubt(seen, section, streets, cache)
    if template is not None:
        blank = seen.without_point.assign(lon="", lat="")
        order = ["row", "facility_id", "name", "address", "lon", "lat", "reason"]
        with atomic_path(template) as temporary:
            write_workbook(blank[order], temporary)
    if json:
        say_json(_document(file, seen, doubt))
    elif not quiet:
        for line in _lines(file, seen, doubt):
            say(line)


def _section(file: Path, sheet: str | None, stated: list[str]) -> "FacilitiesSection":
    """Return the section of a study file that would name this register."""
    from facility_coverage.errors import InputError
    from facility_coverage.study_file import FacilitiesSection

    keys: dict[str, Any] = {}
    for pair in stated:
        key, equals, value = pair.partition("=")
        if not equals or key not in FacilitiesSection.model_fields or key == "source":
            msg = f"--set {pair}: write KEY=VALUE with a key of [facilities], such as lon=经度"
            raise InputError(msg)
        keys[key] = value
    layer = {} if sheet is None else {"layer": sheet}
    return checked_section("--set", FacilitiesSection, {"source": str(file)} | layer | keys)


def _doubt(seen: "Preview", section: "FacilitiesSection", streets: Path, cache: Path | None) -> str:
    """Return what streets and health places say against the coordinates; empty for nothing."""
    import numpy as np

    from facility_coverage.coordinates.systems import WGS84
    from facility_coverage.crs import WGS84 as DEGREES
    from facility_coverage.crs import project
    from facility_coverage.inputs.osm import read_places
    from facility_coverage.network.cache import street_network
    from facility_coverage.network.nearest import StreetIndex
    from facility_coverage.network.profiles import walk
    from facility_coverage.network.shift import MIN_POINTS, Landmarks, find_shift, readings

    network = street_network(streets, walk(), cache_folder=cache_folder(cache))
    xy = project(seen.lonlat, DEGREES, network.crs)
    declared = section.coordinates or WGS84
    others = readings(xy, network.crs, declared)
    landmarks = [Landmarks.of_streets(StreetIndex.of(network))]
    if ".osm" in streets.suffixes:
        places = read_places(streets, "amenity", _HEALTH_PLACES)
        lonlat = [place.lonlat for place in places if place.lonlat]
        if len(lonlat) >= MIN_POINTS:
            landmarks.append(Landmarks.of_places(project(np.array(lonlat), DEGREES, network.crs)))
    for each in landmarks:
        if shift := find_shift(xy, declared, others, each):
            return shift.remark(Path(section.source).name, "facilities.coordinates").told("en")
    return ""


def _document(file: Path, seen: "Preview", doubt: str | None) -> dict[str, Any]:
    """Put everything into one JSON value."""
    return {
        "file": str(file),
        "heading_row": seen.heading_row,
        "rows": seen.rows,
        "left_out": [{"row": row, "text": text} for row, text in seen.left_out],
        "columns": _records(seen.columns),
        "coordinates": seen.coordinates,
        "doubt": doubt,
        "guesses": _records(seen.guesses),
        "duplicates": _records(seen.duplicates),
        "without_point": _records(seen.without_point),
        "unread": _records(seen.unread),
    }


def _records(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return rows as plain values."""
    return [
        {
            str(name): value.item() if hasattr(value, "item") else value
            for name, value in row.items()
        }
        for row in table.to_dict("records")
    ]


def _lines(file: Path, seen: "Preview", doubt: str | None) -> list[str]:
    """Return the preview as lines."""
    lines = [f"{file.name}: {seen.rows} rows, heading in row {seen.heading_row}"]
    lines += [f"  row {row} is no row of the table: {text}" for row, text in seen.left_out]
    lines.append("columns:")
    lines += [
        f"  {row['column']} -> {row['meaning'] or '(kept for the clauses of rules)'}"
        f"{row['certainty'] and ' ({})'.format(row['certainty'])}, such as "
        f"{row['example'] or 'nothing'}"
        for row in _records(seen.columns)
    ]
    lines.append(f"coordinates: {seen.coordinates}")
    if doubt is not None:
        lines.append(f"  warning: {doubt}" if doubt else "  streets say nothing against them")
    blocks = (
        ("guessed", seen.guesses, "row {row}: {what} {value}, because {reason}"),
        ("the same facility twice?", seen.duplicates,
         "rows {row} and {other_row}: {name}; {other_name}; {apart_m} m apart"),
        ("without a point", seen.without_point, "row {row}: {name} ({address}): {reason}"),
        ("numbers that cannot be read", seen.unread, "row {row}: {column} {text!r} {reason}"),
    )  # fmt: skip
    for title, table, pattern in blocks:
        rows = _records(table)
        lines += [f"{title}: {len(rows)}"]
        lines += [f"  {pattern.format(**row)}" for row in rows[:_SHOWN]]
        lines += [f"  … and {len(rows) - _SHOWN} more: --json"] if len(rows) > _SHOWN else []
    return lines
