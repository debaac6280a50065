"""Tables for Excel: what stands in a cell stays text, and no text becomes a formula or a row."""

import csv
import io
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from facility_coverage.outputs.tables import defused, write_table


def written(frame: pd.DataFrame, tmp_path: Path) -> list[list[str]]:
    write_table(frame, tmp_path / "t.csv")
    text = (tmp_path / "t.csv").read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("start", list("=+-@\t\r\n＝＋－＠"))
def test_text_that_starts_like_a_formula_is_defused(start: str, tmp_path: Path) -> None:
    assert str(defused(f"{start}1+1"))[0] == "'"
    (_, (cell,)) = written(pd.DataFrame({"name": [f"{start}cmd|' /C calc'!A0"]}), tmp_path)
    assert cell.startswith("'")


@pytest.mark.parametrize("value", ["a=1", "天河-龙洞", "", "'x", 3, -3.5, None, True])
def test_all_else_stays_what_it_is(value: object) -> None:
    assert defused(value) == value


def test_negative_numbers_stay_numbers(tmp_path: Path) -> None:
    frame = pd.DataFrame({"lon": [-15.41], "n": [-3], "text": ["-15.41"]})
    assert written(frame, tmp_path)[1] == ["-15.41", "-3", "'-15.41"]


def test_no_break_of_a_line_starts_a_row(tmp_path: Path) -> None:
    # Excel ends a row at a bare carriage return, and would find a formula behind this one
    frame = pd.DataFrame({"id": ["1", "2"], "name": ["a\r=1+1", "b\r\n=1+1"]})
    write_table(frame, tmp_path / "t.csv")
    assert b"\r" not in (tmp_path / "t.csv").read_bytes()
    assert written(frame, tmp_path)[1:] == [["1", "a\n=1+1"], ["2", "b\n=1+1"]]


def test_what_excel_needs_to_read_chinese(tmp_path: Path) -> None:
    write_table(pd.DataFrame({"name": ["龙洞"]}), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == "\ufeffname\n龙洞\n".encode()


def test_numbers_are_rounded_and_what_is_missing_is_empty(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "share": [1 / 3, np.nan, 1e-9],
            "rows": pd.array([1, None, 3], dtype="Int64"),
            "name": [None, "b", "c"],
        }
    )
    assert written(frame, tmp_path)[1:] == [
        ["0.3333333", "1", ""],
        ["", "", "b"],
        ["0.0", "3", "c"],
    ]


def test_geometry_is_left_out_and_the_table_is_not_changed(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"name": ["=x"], "m": [0.123456789]}, geometry=[shapely.Point()], crs="EPSG:4547"
    )
    assert written(frame, tmp_path) == [["name", "m"], ["'=x", "0.1234568"]]
    assert frame["name"].tolist() == ["=x"]
    assert frame["m"].tolist() == [0.123456789]
    assert list(frame.columns) == ["name", "m", "geometry"]
