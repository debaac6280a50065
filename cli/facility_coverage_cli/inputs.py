"""``inputs``: what a register would be read as, before a study is run with it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from facility_coverage.facility_words import in_words
from facility_coverage.words import Joined, Remark, Told, tell
from facility_coverage_cli.folders import cache_folder, refuse_target
from facility_coverage_cli.options import Cache, Json, Overwrite, Quiet, checked_section
from facility_coverage_cli.spoken import spoken
from facility_coverage_cli.terminal import say, say_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from facility_coverage.inputs.preview import Preview
    from facility_coverage.study_file import FacilitiesSection
    from facility_coverage.words import Language

_SHOWN = 20
_HEALTH_PLACES = frozenset({"hospital", "clinic", "doctors"})

_TITLES = {
    "guesses": "guessed: {count}",
    "duplicates": "the same facility twice?: {count}",
    "without_point": "without a point: {count}",
    "unread": "numbers that cannot be read: {count}",
}
_ROWS = {
    "guesses": "row {row}: {what} {value}, because {reason}",
    "duplicates": "rows {row} and {other_row}: {name}; {other_name}; {apart_m} m apart",
    "without_point": "row {row}: {name} ({address}): {reason}",
    "without_point and address": "row {row}: {name}: {reason}",
    "unread": "row {row}: {column} {text!r} {reason}",
}
_CERTAINTIES = {
    "stated": Remark("stated"),
    "certain": Remark("certain"),
    "likely": Remark("likely"),
}

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
        blank = _told(seen.without_point, spoken()).assign(lon="", lat="")
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
            msg = "--set {pair}: write KEY=VALUE with a key of [facilities], such as lon=经度"
            raise InputError(msg, pair=pair)
        keys[key] = value
    layer = {} if sheet is None else {"layer": sheet}
    return checked_section("--set", FacilitiesSection, {"source": str(file)} | layer | keys)


def _doubt(
    seen: "Preview", section: "FacilitiesSection", streets: Path, cache: Path | None
) -> Remark | str:
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
            return shift.remark(Path(section.source).name, "facilities.coordinates")
    return ""


def _document(file: Path, seen: "Preview", doubt: Remark | str | None) -> dict[str, Any]:
    """Put everything into one JSON value; programs read it, so it is told in English."""
    return {
        "file": str(file),
        "heading_row": seen.heading_row,
        "rows": seen.rows,
        "left_out": [{"row": row, "text": text} for row, text in seen.left_out],
        "columns": _records(seen.columns),
        "coordinates": tell(seen.coordinates, "en"),
        "doubt": tell(doubt, "en"),
        "guesses": _records(_told(seen.guesses, "en")),
        "duplicates": _records(seen.duplicates),
        "without_point": _records(_told(seen.without_point, "en")),
        "unread": _records(_told(seen.unread, "en")),
    }


def _told(table: "pd.DataFrame", language: "Language") -> "pd.DataFrame":
    """Return a table with its reasons in a language."""
    return table.assign(reason=table["reason"].map(lambda reason: tell(reason, language)))


def _records(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return rows as plain values."""
    return [
        {
            str(name): value.item() if hasattr(value, "item") else value
            for name, value in row.items()
        }
        for row in table.to_dict("records")
    ]


def _lines(file: Path, seen: "Preview", doubt: Remark | str | None) -> "Iterator[Told]":
    """Return the preview as lines."""
    heading = "{file}: {rows} rows, heading in row {row}"
    yield Remark(heading, file=file.name, rows=seen.rows, row=seen.heading_row)
    for number, text in seen.left_out:
        yield _below(Remark("row {row} is no row of the table: {text}", row=number, text=text))
    yield Remark("columns:")
    for column in _records(seen.columns):
        yield _below(_column(column))
    yield Remark("coordinates: {coordinates}", coordinates=seen.coordinates)
    if doubt is not None:
        nothing = Remark("streets say nothing against them")
        yield _below(Remark("warning: {doubt}", doubt=doubt) if doubt else nothing)
    guesses = seen.guesses.assign(value=seen.guesses["value"].map(in_words))
    for name, table in (
        ("guesses", guesses), ("duplicates", seen.duplicates),
        ("without_point", seen.without_point), ("unread", seen.unread),
    ):  # fmt: skip
        yield Remark(_TITLES[name], count=len(table))
        for row in _records(table[:_SHOWN]):
            bare = name == "without_point" and not row["address"]
            yield _below(Remark(_ROWS[f"{name} and address" if bare else name], **row))
        if len(table) > _SHOWN:
            yield _below(Remark("… and {count} more: --json", count=len(table) - _SHOWN))


def _column(column: dict[str, Any]) -> Remark:
    """Tell what a column would be read as."""
    message = (
        "{column} -> {meaning} ({certainty}), such as {example}"
        if column["meaning"]
        else "{column} -> (kept for the clauses of rules), such as {example}"
    )
    certainty = _CERTAINTIES.get(column["certainty"])
    example = column["example"] or Remark("nothing")
    return Remark(message, **column | {"certainty": certainty, "example": example})


def _below(line: Remark) -> Joined:
    return Joined(("  ", line), "")
