"""No name of a place becomes a formula, a column or a row of somebody's spreadsheet."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from facility_coverage.outputs.tables import defused, write_table

hostile = st.text(st.sampled_from("=+-@\t\r\n,;\"' a1龙＝＠")) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
)


@given(hostile)
def test_no_cell_starts_like_a_formula(text: str) -> None:
    cell = defused(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cell.removeprefix("'").replace("\n", "") in {
        text.replace("\r", "").replace("\n", ""),
        text.removeprefix("'").replace("\r", "").replace("\n", ""),
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(hostile, hostile), min_size=1, max_size=4))
def test_a_table_has_the_rows_and_cells_that_it_was_given(rows: list[tuple[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        write_table(pd.DataFrame(rows, columns=["id", "name"]), path)
        text = path.read_bytes().decode("utf-8-sig")
    assert "\r" not in text
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[0] == ["id", "name"]
    assert [tuple(row) for row in read[1:]] == [(defused(a), defused(b)) for a, b in rows]
