"""Tables: cells stay what they are in the file, rows are counted as a spreadsheet counts them."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from facility_coverage.errors import InputError, NotFoundError, SchemaError
from facility_coverage.inputs.tables import (
    numbers,
    placed_shapes,
    plain_text,
    read_layer,
    read_table,
    require_columns,
    rows_where,
    text_ids,
)
from facility_coverage.words import Remark

HERE = Path("register.csv")


def table(tmp_path: Path, text: str, encoding: str = "utf-8") -> pd.DataFrame:
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    return read_table(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_of_every_office_is_read(encoding: str, tmp_path: Path) -> None:
    frame = table(tmp_path, "编号,名称\n1,龙洞街社区卫生服务中心\n", encoding)
    assert frame["名称"].tolist() == ["龙洞街社区卫生服务中心"]


def test_cells_are_not_interpreted(tmp_path: Path) -> None:
    frame = table(tmp_path, "id,name\n007,NA\n1.10,null\n440106199001011234,\n")
    assert frame["id"].tolist() == ["007", "1.10", "440106199001011234"]
    assert frame["name"].tolist() == ["NA", "null", ""]


def test_rows_are_counted_as_in_the_file(tmp_path: Path) -> None:
    frame = table(tmp_path, ' id , name \n1,"two\nlines"\n\n,\n2,b\n\n')
    assert list(frame.columns) == ["id", "name"]
    assert frame.index.tolist() == [2, 5]  # rows 3 and 4 are blank


def test_a_row_never_shifts_under_the_headings(tmp_path: Path) -> None:
    # pandas would take the first column for an index here, and move all others
    with pytest.raises(SchemaError) as caught:
        table(tmp_path, "lon,lat\n113,23,\n114,24,\n115\n")
    assert [line.partition("table.csv: ")[2] for line in str(caught.value).splitlines()] == [
        "row 2: has 3 cells, the heading 2; add or remove commas",
        "row 3: has 3 cells, the heading 2; add or remove commas",
        "row 4: has 1 cells, the heading 2; add or remove commas",
    ]


def test_a_table_of_excel_is_the_table_of_csv(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["007", "NA"], "beds": [20, 5.5], "name": ["龙洞", None]})
    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        pd.DataFrame({"x": [1]}).to_excel(book, sheet_name="first", index=False)
        frame.to_excel(book, sheet_name="登记", index=False)
    read = read_table(tmp_path / "book.xlsx", "登记")
    assert read.index.tolist() == [2, 3]
    assert [plain_text(value) for value in read["id"]] == ["007", "NA"]
    assert [plain_text(value) for value in read["beds"]] == ["20", "5.5"]
    assert [plain_text(value) for value in read["name"]] == ["龙洞", ""]
    assert list(read_table(tmp_path / "book.xlsx").columns) == ["x"]
    with pytest.raises(NotFoundError, match="no sheet 'lost'; name one of first, 登记"):
        read_table(tmp_path / "book.xlsx", "lost")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for read in (read_table, read_layer):
        with pytest.raises(NotFoundError, match=r"lost\.csv: there is no such file; correct"):
            read(tmp_path / "lost.csv")


def test_a_heading_alone_is_no_table(tmp_path: Path) -> None:
    for text in ("", "a,b\n", "a,b\n,\n\n"):
        with pytest.raises(InputError, match="holds no row below its heading"):
            table(tmp_path, text)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (pd.NaT, ""),
        (3.0, "3"),
        (3.5, "3.5"),
        (440106001, "440106001"),
        ("  天河 ", "天河"),
        (float("inf"), "inf"),
    ],
)
def test_plain_text(cell: object, text: str) -> None:
    assert plain_text(cell) == text


def test_numbers_are_those_that_stand_there() -> None:
    frame = pd.DataFrame({"n": ["1.5", " 2 ", "3e2", "0"]}, index=[2, 3, 4, 5])
    assert numbers(frame, "n", HERE, meaning=Remark("people")).tolist() == [1.5, 2.0, 300.0, 0.0]


@pytest.mark.parametrize("cell", ["", "?", "nan", "inf", "1,000", "1_000", "0x10", "１２", "True"])
def test_what_is_no_number_is_never_guessed(cell: str) -> None:
    frame = pd.DataFrame({"n": ["1", cell]}, index=[2, 3])
    with pytest.raises(SchemaError, match=r"'n' \(people\) is empty or no finite number in row 3;"):
        numbers(frame, "n", HERE, meaning=Remark("people"))


def test_rows_in_words() -> None:
    wrong = pd.Series([True, False] * 8, index=range(2, 18))
    many, few = rows_where(wrong), rows_where(wrong.iloc[:3])
    assert many is not None
    assert few is not None
    assert many.told("en") == "row 2, 4, 6, 8, 10 and 3 more"
    assert many.told("zh") == "第2, 4, 6, 8, 10行及另外3行"
    assert few.told("en") == "row 2, 4"
    assert rows_where(~wrong & wrong) is None


def test_ids_are_told_with_all_their_rows() -> None:
    frame = pd.DataFrame({"id": ["a", " a", "", "b", "c", "b "]}, index=range(2, 8))
    with pytest.raises(SchemaError) as caught:
        text_ids(frame, "id", HERE)
    assert str(caught.value).splitlines() == [
        "register.csv: column 'id' is empty in row 4; give each row an id",
        "register.csv: id 'a' stands in rows 2, 3; ids must differ, or merge the rows",
        "register.csv: id 'b' stands in rows 5, 7; ids must differ, or merge the rows",
    ]
    assert caught.value.told("zh").splitlines() == [
        "register.csv：列'id'的第4行为空；请为每行填写编号",
        "register.csv：id 'a'出现在第2, 3行；编号必须各不相同，请改正或合并这些行",
        "register.csv：id 'b'出现在第5, 7行；编号必须各不相同，请改正或合并这些行",
    ]


def test_every_missing_column_is_told() -> None:
    frame = pd.DataFrame({"x": [1], "y": [3], "geometry": [2]})
    require_columns(frame, {"demand.lon": "x"}, HERE)
    with pytest.raises(SchemaError) as caught:
        require_columns(frame, {"demand.lon": "lon", "demand.lat": "lat"}, HERE)
    assert str(caught.value).splitlines() == [
        "register.csv: has no column 'lon' (demand.lon); name one of x, y",
        "register.csv: has no column 'lat' (demand.lat); name one of x, y",
    ]
    with pytest.raises(SchemaError, match="name one of lon,lat, or part its cells with commas"):
        require_columns(frame[["x"]].set_axis(["lon,lat"], axis=1), {"demand.lon": "lon"}, HERE)


def test_the_only_layer_needs_no_name(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"a": [1, 2]}, geometry=shapely.points([0, 1], 0), crs="EPSG:4326")
    path = tmp_path / "layers.gpkg"
    frame.to_file(path, layer="one")
    assert read_layer(path).index.tolist() == [1, 2]
    frame[:1].to_file(path, layer="two")
    assert len(read_layer(path, "two")) == 1
    with pytest.raises(InputError, match="holds the layers one, two; name one with layer ="):
        read_layer(path)


def test_shapes_are_placed_flat_in_the_crs_of_the_study() -> None:
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(114, 0, 9)], crs="EPSG:4326")
    placed = placed_shapes(frame, "EPSG:4547", HERE)
    # on the central meridian and the equator of the zone: false easting 500 km, northing 0
    np.testing.assert_allclose(placed[0].coords, [(500_000.0, 0.0)], atol=1e-6)
