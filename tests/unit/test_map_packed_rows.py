"""Packed rows: unpacked as the page does it they are what they were, and repeats are short."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from facility_coverage_maps.packed_rows import packed

values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.lists(st.text(max_size=3))
)


def unpacked(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Read a table of columns row by row, from its description."""
    return [
        {
            key: column[row] if isinstance(column, list) else column["values"][column["at"][row]]
            for key, column in table["columns"].items()
        }
        for row in range(table["count"])
    ]


@given(st.lists(st.fixed_dictionaries({"a": values, "b": st.sampled_from([1, True, "1", None])})))
def test_rows_come_back(rows: list[dict[str, Any]]) -> None:
    table = json.loads(json.dumps(packed(rows)))
    assert json.dumps(unpacked(table), sort_keys=True) == json.dumps(rows, sort_keys=True)


def test_what_repeats_itself_is_written_once() -> None:
    rows = [{"quote": "a long sentence " * 9, "at": at} for at in range(100)]
    assert len(json.dumps(packed(rows))) < 1000
