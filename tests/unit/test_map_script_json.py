"""Data blocks: no text ends its element, and every text comes back as it was."""

import json

import pytest
from toy_result import HOSTILE

from facility_coverage_maps.script_json import script_json

OPENING, CLOSING = '<script type="application/json" id="data">', "</script>\n"


@pytest.mark.parametrize("text", [*HOSTILE, "&lt;", "\u2029", "\ud800", "街道\x00"])
def test_a_text_comes_back_as_it_was_and_holds_no_markup(text: str) -> None:
    block = script_json("data", {text: [text]})
    inside = block.removeprefix(OPENING).removesuffix(CLOSING)
    assert json.loads(inside) == {text: [text]}
    assert not set(inside) & set("<>&\u2028\u2029")


def test_a_number_that_json_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_json("data", float("nan"))
