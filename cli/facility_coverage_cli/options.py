"""Options that several commands share, and the one way their values are checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from facility_coverage.errors import InputError
from facility_coverage.units import DEFAULT_WALK_SPEED_KPH

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
        help=f"Walking speed; by default that of a saved network, else {DEFAULT_WALK_SPEED_KPH:g}.",
    ),
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

    try:
        return section(**values)
    except ValidationError as error:
        faults = [str(entry["msg"]).removeprefix("Value error, ") for entry in error.errors()]
        msg = f"{option}: {'; '.join(dict.fromkeys(faults))}"
        raise InputError(msg) from error
