"""Pydantic's words: known ones wait for their language, others stay as they are."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError, field_validator
from pydantic_core import PydanticKnownError

from facility_coverage.errors import InputError
from facility_coverage.model_faults import model_fault

MORE = {"field_type": "List", "actual_length": 3}


def entry(kind: Any, context: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401  (a literal of 100)
    """Return a fault as ``ValidationError.errors()`` has it."""
    message = PydanticKnownError(kind, context).message()
    return {"type": kind, "loc": (), "msg": message, "input": 1, "ctx": context}


@pytest.mark.parametrize(
    ("kind", "context", "chinese"),
    [
        ("bool_parsing", {}, "布尔值"),
        ("bool_type", {}, "布尔值"),
        ("dict_type", {}, "键值表"),
        ("extra_forbidden", {}, "不允许"),
        ("finite_number", {}, "有限"),
        ("float_parsing", {}, "数字"),
        ("float_type", {}, "数字"),
        ("greater_than", {"gt": 0.0}, "应大于 0"),
        ("greater_than_equal", {"ge": 0.5}, "应大于或等于 0.5"),
        ("int_from_float", {}, "带有小数"),
        ("int_parsing", {}, "整数"),
        ("int_type", {}, "整数"),
        ("json_invalid", {"error": "EOF at line 1"}, "JSON 有误：EOF at line 1"),
        ("less_than", {"lt": 9}, "应小于 9"),
        ("less_than_equal", {"le": 50_000.0}, "应小于或等于 50000"),
        ("list_type", {}, "列表"),
        ("literal_error", {"expected": "'to' or 'from'"}, "应为 'to' 或 'from'"),
        ("literal_error", {"expected": "'to'"}, "应为 'to'"),
        ("missing", {}, "缺少"),
        ("model_attributes_type", {}, "键值表"),
        ("model_type", {"class_name": "Study"}, "Study"),
        ("multiple_of", {"multiple_of": 5}, "5 的倍数"),
        ("none_required", {}, "应为空"),
        ("string_pattern_mismatch", {"pattern": "^[a-z]{3}$"}, "“^[a-z]{3}$”"),
        ("string_too_long", {"max_length": 1}, "最多 1 个字符"),
        ("string_too_long", {"max_length": 200}, "最多 200 个字符"),
        ("string_too_short", {"min_length": 1}, "至少要有 1 个字符"),
        ("string_too_short", {"min_length": 2}, "至少要有 2 个字符"),
        ("string_type", {}, "文字"),
        ("too_long", {"max_length": 2, **MORE}, "列表最多 2 项，现有 3 项"),
        ("too_long", {"max_length": 1, **MORE}, "列表最多 1 项，现有 3 项"),
        ("too_short", {"min_length": 4, **MORE}, "列表至少要有 4 项，现有 3 项"),
        ("too_short", {"min_length": 1, **MORE}, "列表至少要有 1 项"),
        ("tuple_type", {}, "列表"),
    ],
)
def test_what_pydantic_says_is_known_in_chinese(
    kind: str, context: dict[str, Any], chinese: str
) -> None:
    found = entry(kind, context)
    assert model_fault(found).told("en") == found["msg"]
    assert chinese in model_fault(found).told("zh")


@pytest.mark.parametrize(
    "found",
    [
        entry("uuid_type", {}),
        entry("json_invalid", {"error": "x"}) | {"msg": "JSON decode error"},  # as FastAPI says it
    ],
)
def test_what_is_not_known_stays_as_it_is(found: dict[str, Any]) -> None:
    assert model_fault(found).told("zh") == model_fault(found).told("en") == found["msg"]


class Named(BaseModel):
    """A model whose validators speak."""

    ours: str = ""
    theirs: str = ""

    @field_validator("ours")
    @classmethod
    def _ours(cls, value: str) -> str:
        msg = "{path}: there is no such file"
        raise InputError(msg, path=value)

    @field_validator("theirs")
    @classmethod
    def _theirs(cls, value: str) -> str:
        raise ValueError(value)


def test_a_validator_is_told_as_it_speaks() -> None:
    with pytest.raises(ValidationError) as caught:
        Named(ours="a.csv", theirs="{x}")
    ours, theirs = map(model_fault, caught.value.errors())
    assert ours.told("en") == "a.csv: there is no such file"
    assert ours.told("zh") == "a.csv：没有这个文件"
    assert theirs.told("zh") == "{x}"
