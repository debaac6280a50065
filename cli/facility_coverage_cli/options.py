"""Options that several commands share, and the one way their values are checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from facility_coverage.errors import InputError
from facility_coverage.words import Joined

if TYPE_CHECKING:
    from pydantic import BaseModel

Section = TypeVar("Section", bound="BaseModel")

Quiet = Annotated[
    bool, typer.Option("--quiet", help="Show neither progress nor a summary; errors still show.")
]
Json = Annotated[bool, typer.Option("--json", help="Write the summary as JSON on stdout.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace what stands at --out.")]
Cache = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        help="Folder where street networks are kept for the next run; by default "
        "facility-coverage in $XDG_CACHE_HOME or ~/.cache.",
    ),
]
SpeedKph = Annotated[
    float | None,
    typer.Option(
        "--speed-kph",
        help="In place of the profile's speed; only for a profile with a single one.",
    ),
]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        help="Who moves: a name of 'network profiles', or a profile file in .toml; by default "
        "that of a saved network, else walk.",
    ),
]
Elevation = Annotated[
    Path | None,
    typer.Option("--elevation", help="Elevation model (.hgt, .tif) whose slopes change the speed."),
]
Corrections = Annotated[
    Path | None,
    typer.Option("--corrections", help="Gates, walls, new streets: .csv, .xlsx, .gpkg, .geojson."),
]
Year = Annotated[
    int | None, typer.Option("--year", help="Corrections of a later year do not count.")
]


def checked_section(option: str, section: type[Section], values: Mapping[str, Any]) -> Section:
    """Hold the value of an option to the rules of a section of the study file.

    Parameters
    ----------
    option
        The option as it was typed, for the message.
    section
        The section's class.
    values
        Its keys.

    Returns
    -------
    Section
        The section.

    Raises
    ------
    InputError
        A value breaks the rules.
    """
    from pydantic import ValidationError

    from facility_coverage.model_faults import model_fault

    try:
        return section(**values)
    except ValidationError as error:
        faults = dict.fromkeys(map(model_fault, error.errors()))
        msg = "{option}: {faults}"
        raise InputError(msg, option=option, faults=Joined.of(faults, "; ")) from error
