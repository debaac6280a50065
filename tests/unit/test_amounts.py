"""Amounts as people write them: read where they are unambiguous, else refused with a reason."""

from math import isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_coverage.inputs.amounts import amount


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5,000㎡", 5000), ("5000平", 5000), ("５０００", 5000), ("约5000", 5000),
        ("5000 m²", 5000),
        ("1.2万", 12000), ("0.5万㎡", 5000), ("3亿", 3e8), ("about 900", 900), ("0", 0),
        ("+7.5", 7.5), ("1e3", 1000),
    ],
)  # fmt: skip
def test_what_is_unambiguous_is_read(text: str, value: float) -> None:
    assert amount(text, "floor_area_m2").value == pytest.approx(value)
    assert amount(text, "floor_area_m2").reason is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0.5-1.5万", "is a range"), ("500至600", "is a range"), ("3~4", "is a range"),
        ("≥500", "is a bound"), ("500以上", "is a bound"), ("不少于300平方米", "is a bound"),
        ("5,00", "is no amount"), ("east", "is no amount"), ("1 000", "is no amount"),
        ("50张", "is counted in '张'"), ("3亩", "is counted in '亩'"), ("-2", "of 0 or more"),
        ("9e999", "of 0 or more"),
    ],
)  # fmt: skip
def test_what_is_not_is_refused_with_a_reason(text: str, reason: str) -> None:
    read = amount(text, "floor_area_m2")
    assert isnan(read.value)
    assert read.reason is not None
    assert reason in (told := read.reason.told("en"))
    assert ";" in told
    assert "；请" in read.reason.told("zh")


@pytest.mark.parametrize("text", ["", "  ", "/", "—", "无", "暂无", "N/A"])
def test_what_says_nothing_is_no_fault(text: str) -> None:
    assert isnan(amount(text).value)
    assert amount(text).reason is None


def test_units_belong_to_their_columns() -> None:
    assert amount("50张", "beds").value == 50
    assert amount("50张", "beds_planned").value == 50
    assert amount("50张", "note").reason
    assert amount("3万人", "residents_served").value == 30_000


@settings(max_examples=40)
@given(st.floats(0, 1e9), st.sampled_from(["", "约", " "]), st.sampled_from(["", "㎡", "平方米"]))
def test_a_plain_number_is_itself(value: float, before: str, behind: str) -> None:
    assert amount(f"{before}{value!r}{behind}", "floor_area_m2").value == value


@settings(max_examples=40)
@given(st.integers(0, 10**9))
def test_thousands_may_be_parted(value: int) -> None:
    assert amount(f"{value:,}").value == value


@settings(max_examples=40)
@given(st.text(max_size=12))
def test_any_text_is_an_amount_or_has_a_reason(text: str) -> None:
    read = amount(text, "beds")
    assert read.value >= 0 or isnan(read.value)
    assert not (read.value >= 0 and read.reason)
