"""Codes of divisions: two spellings of one subdistrict, and nothing else, are one."""

import pytest

from facility_coverage.inputs.division_codes import plain_code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("440106001000", "440106001"),
        ("440106001", "440106001"),
        ("440106001002", "440106001002"),  # a village
        ("010106001000", "010106001"),  # the zero in front stays
        ("440106", "440106"),
        ("a440106001000", "a440106001000"),
        ("天河南", "天河南"),
    ],
)
def test_a_subdistrict_has_one_plain_code(text: str, code: str) -> None:
    assert plain_code(text) == code
