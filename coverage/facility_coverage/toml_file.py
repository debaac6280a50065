"""A file in TOML held against its contract: every fault is told at once, one line each."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.model_faults import model_fault
from facility_coverage.words import Remark, Told

Model = TypeVar("Model", bound=BaseModel)
Place = Callable[[tuple[int | str, ...], dict[str, Any]], Told]
"""Names the place of a fault, from pydantic's location and the whole file."""

_SHOWN_CHARACTERS = 80


def dotted(location: tuple[int | str, ...], _table: dict[str, Any]) -> Remark:
    """Name a place by its keys: ``coverage.minutes.0``.

    Parameters
    ----------
    location
        Keys and indices from the outside in.

    Returns
    -------
    Remark
        The name; ``the file`` for the whole.
    """
    if not location:
        return Remark("the file")
    return Remark("{text}", text=".".join(str(part) for part in location))


def read_toml(path: Path, model: type[Model], *, absent: Remark, place: Place = dotted) -> Model:
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
        msg = "{path}: {reason}"
        raise NotFoundError(msg, path=path, reason=absent) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = "{path}: not a TOML file in UTF-8: {error}; correct it or save it as UTF-8"
        raise InputError(msg, path=path, error=error) from error
    try:
        return model.model_validate(table)
    except ValidationError as error:
        message = "{path}: {place}: {fault}"
        faults = dict.fromkeys(
            Remark(message, path=path, place=place(entry["loc"], table), fault=_fault(entry))
            for entry in error.errors()
        )
        raise InputError(*faults) from error


def _fault(entry: Any) -> Told:  # noqa: ANN401  (pydantic's ErrorDetails is a TypedDict of Any)
    """Say one fault of pydantic's list in one line: what, and the value found."""
    if entry["type"] == "extra_forbidden":
        return Remark("there is no such key; remove it or correct its spelling")
    if entry["type"] == "missing":
        return Remark("this key is missing; add it")
    if entry["type"] in {"union_tag_not_found", "union_tag_invalid"}:
        return _union_fault(entry["ctx"])
    fault = model_fault(entry)
    if isinstance(entry["input"], dict):
        return fault
    return Remark("{fault} (found {value})", fault=fault, value=shortened(entry["input"]))


def _union_fault(context: dict[str, str]) -> Remark:
    """Say that the key which tells the members of a union apart is missing or wrong."""
    key = context["discriminator"].strip("'")
    if "tag" not in context:
        return Remark("{key}: this key is missing; add it", key=key)
    return Remark(
        "{key} {value} is none of {known}",
        key=key, value=shortened(context["tag"]), known=context["expected_tags"],
    )  # fmt: skip


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
