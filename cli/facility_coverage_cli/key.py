"""``key``: make an API key for the service."""

from pathlib import Path
from typing import Annotated

import typer

from facility_coverage.errors import InputError, SourceError
from facility_coverage_cli.terminal import say


def key(
    name: Annotated[str, typer.Argument(help="Whose key it is: letters, digits and ._@-")],
    file: Annotated[Path, typer.Option("--file", help="File of keys; a line is added to it.")],
    role: Annotated[
        str, typer.Option("--role", help="reader, analyst (uploads, jobs) or reviewer.")
    ] = "reader",
) -> None:
    """Make an API key for the service, and show it this once; the file keeps its SHA-256."""
    from facility_coverage_api.doors.keys import KeyRing, key_line, new_key

    made = new_key()
    line = key_line(made, role, name)
    held = KeyRing.read(file, None) if file.exists() else KeyRing()
    if any(caller.owner == name for _, caller in held.callers):
        msg = "{path}: {name!r} has a key already; remove that line first, or take another name"
        raise InputError(msg, path=file, name=name)
    try:
        file.touch(mode=0o600)
        with file.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(f"{line}\n")
    except OSError as error:
        msg = "{path}: cannot be written: {reason}; name another file"
        raise SourceError(msg, path=file, reason=error.strerror) from error
    say(made)
