"""A file in TOML held against its contract: every fault is told at once, one line each."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from facility_coverage.errors import InputError, NotFoundError

Model = TypeVar("Model", bound=BaseModel)
Place = Callable[[tuple[int | str, ...], dict[str, Any]], str]
"""Names the place of a fault, from pydantic's location and the whole file."""

_SHOWN_CHARACTERS = 80


def dotted(location: tuple[int | str, ...], _table: dict[str, Any]) -> str:
    """Name a place by its keys: ``coverage.minutes.0``.

    Parameters
    ----------
    location
        Keys and indices from the outside in.

    Returns
    -------
    str
        The name; ``the file`` for the whole.
    """
    return ".".join(str(part) for part in location) or "the file"


def read_toml(path: Path, model: type[Model], *, absent: str, place: Place = dotted) -> Model:
    """Read a TOML file into its model.

    Parameters
    ----------
    path
        The file, in UTF-8 with or without BOM.
    model
        What it has to be.
    absent
        What to say when there is no such file, such as ``there is no such rule file``.
    place
        Names the place of a fault.

    Returns
    -------
    Model
        The validated content.

    Raises
    ------
    NotFoundError
        There is no such file.
    InputError
        It is not TOML in UTF-8, or breaks the contract; the message has a line for each fault.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        msg = f"{path}: {absent}"
        raise NotFoundError(msg) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{path}: not a TOML file in UTF-8: {error}; correct it or save it as UTF-8"
        raise InputError(msg) from error
    try:
        return model.model_validate(table)
    except ValidationError as error:
        faults = dict.fromkeys(
            f"{path}: {place(entry['loc'], table)}: {_fault(entry)}" for entry in error.errors()
        )
        raise InputError("\n".join(faults)) from error


def _fault(entry: Any) -> str:  # noqa: ANN401  (pydantic's ErrorDetails is a TypedDict of Any)
    """Say one fault of pydantic's list in one line: what, and the value found."""
    if entry["type"] == "extra_forbidden":
        return "there is no such key; remove it or correct its spelling"
    if entry["type"] == "missing":
        return "this key is missing; add it"
    if entry["type"] == "union_tag_not_found":
        return f"{entry['ctx']['discriminator'].strip(chr(39))}: this key is missing; add it"
    if entry["type"] == "union_tag_invalid":
        context = entry["ctx"]
        name = context["discriminator"].strip("'")
        return f"{name} {shortened(context['tag'])} is none of {context['expected_tags']}"
    message = str(entry["msg"]).removeprefix("Value error, ")
    if isinstance(entry["input"], dict):
        return message
    return f"{message} (found {shortened(entry['input'])})"


def shortened(value: object) -> str:
    """Return a value as it is repeated in a message.

    Parameters
    ----------
    value
        Anything that stood in a file.

    Returns
    -------
    str
        Its representation, cut after a line's length.
    """
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
