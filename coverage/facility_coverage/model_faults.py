"""The faults that pydantic finds, waiting for their language; what we never saw stays English."""

from collections.abc import Mapping
from typing import Any

from facility_coverage.errors import InputError
from facility_coverage.words import Joined, Remark, Told

_MESSAGES = {
    "bool_parsing": "Input should be a valid boolean, unable to interpret input",
    "bool_type": "Input should be a valid boolean",
    "dict_type": "Input should be a valid dictionary",
    "extra_forbidden": "Extra inputs are not permitted",
    "finite_number": "Input should be a finite number",
    "float_parsing": "Input should be a valid number, unable to parse string as a number",
    "float_type": "Input should be a valid number",
    "greater_than": "Input should be greater than {gt}",
    "greater_than_equal": "Input should be greater than or equal to {ge}",
    "int_from_float": "Input should be a valid integer, got a number with a fractional part",
    "int_parsing": "Input should be a valid integer, unable to parse string as an integer",
    "int_type": "Input should be a valid integer",
    "json_invalid": "Invalid JSON: {error}",
    "less_than": "Input should be less than {lt}",
    "less_than_equal": "Input should be less than or equal to {le}",
    "list_type": "Input should be a valid list",
    "literal_error": "Input should be {expected}",
    "missing": "Field required",
    "model_attributes_type": (
        "Input should be a valid dictionary or object to extract fields from"
    ),
    "model_type": "Input should be a valid dictionary or instance of {class_name}",
    "multiple_of": "Input should be a multiple of {multiple_of}",
    "none_required": "Input should be None",
    "string_pattern_mismatch": "String should match pattern '{pattern}'",
    "string_too_long": "String should have at most {max_length} characters",
    "string_too_long of one": "String should have at most {max_length} character",
    "string_too_short": "String should have at least {min_length} characters",
    "string_too_short of one": "String should have at least {min_length} character",
    "string_type": "Input should be a valid string",
    "too_long": (
        "{field_type} should have at most {max_length} items after validation, not {actual_length}"
    ),
    "too_long of one": (
        "{field_type} should have at most {max_length} item after validation, not {actual_length}"
    ),
    "too_short": (
        "{field_type} should have at least {min_length} items after validation, not {actual_length}"
    ),
    "too_short of one": (
        "{field_type} should have at least {min_length} item after validation, not {actual_length}"
    ),
    "tuple_type": "Input should be a valid tuple",
}
"""Pydantic's own words by the type of the fault."""
_FIELDS = {"Dictionary": "Dictionary", "List": "List", "Set": "Set", "Tuple": "Tuple"}


def model_fault(entry: Mapping[str, Any]) -> Told:
    """Return what pydantic found wrong with one value.

    Parameters
    ----------
    entry
        One of ``ValidationError.errors()``.

    Returns
    -------
    Told
        What one of our validators said, as it said it; else pydantic's own words, in Chinese
        where they are known here.
    """
    given = entry.get("ctx", {})
    error = given.get("error")
    if isinstance(error, InputError):
        return Joined.of(error.remarks, "\n")
    text = str(entry["msg"]).removeprefix("Value error, ")
    kind = entry["type"] + (" of one" if 1 in map(given.get, ("min_length", "max_length")) else "")
    if kind in _MESSAGES:
        remark = Remark(
            _MESSAGES[kind], **{name: _filled_in(name, value) for name, value in given.items()}
        )
        if remark.told("en") == text:
            return remark
    return Remark("{text}", text=text)


def _filled_in(name: str, value: object) -> object:
    """Return a value of pydantic's as it shows it."""
    match name, value:
        case "expected", str(choices) if " or " in choices:
            first, _, last = choices.rpartition(" or ")
            return Remark("{first} or {last}", first=first, last=last)
        case "field_type", str(field) if field in _FIELDS:
            return Remark(_FIELDS[field])
        case _, float(number) if number.is_integer():
            return int(number)
        case _:
            return value
