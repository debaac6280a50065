"""Tables as people keep them: titles, headings of two rows, sums and notes, any encoding."""

import zipfile
from pathlib import Path

import pytest
from kept_registers import LOWER, NOTE, ROWS, SUM, TITLE, UNIT, UPPER, book

from facility_coverage.errors import InputError, NotFoundError, SchemaError
from facility_coverage.inputs.sheets import read_sheet
from facility_coverage.inputs.tables import read_table, whole_sheet


def text(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_titles_merged_headings_sums_and_notes(tmp_path: Path) -> None:
    rows = [TITLE, UNIT, UPPER, LOWER, *ROWS, SUM, NOTE]
    path = book(tmp_path / "r.xlsx", rows, "A1:F1", "A3:A4", "C3:D3")
    sheet = whole_sheet(path)
    assert list(sheet.table.columns) == ["序号", "机构名称", "经度", "纬度", "床位", "备注"]
    assert sheet.table.index.tolist() == [5, 7]
    assert sheet.table["经度"].tolist() == [113.36, 113.37]
    assert sheet.heading_row == 3
    assert [row for row, _ in sheet.left_out] == [1, 2, 8, 9]
    assert sheet.left_out[-1][1] == "注：床位以批复为准"


def test_an_ordinary_table_is_read_as_it_stands(tmp_path: Path) -> None:
    sheet = read_sheet(text(tmp_path / "r.csv", "id,name\n1,a\n,\n2,注\n合计,2\n"))
    assert sheet.heading_row == 1
    assert sheet.table.index.tolist() == [2, 4]
    assert sheet.left_out == ((5, "合计 2"),)


def test_a_row_of_data_is_no_lower_heading(tmp_path: Path) -> None:
    sheet = read_sheet(text(tmp_path / "r.csv", "id,name,\n1,a,x\n2,b,\n"))
    assert list(sheet.table.columns) == ["id", "name", "column 3"]
    assert len(sheet.table) == 2
    numbers = read_sheet(text(tmp_path / "n.csv", "id,place,,\n,1.5,2.5,\n"))
    assert list(numbers.table.columns) == ["id", "place", "column 3"]
    assert len(numbers.table) == 1


def test_columns_without_heading_or_content_are_left_out(tmp_path: Path) -> None:
    sheet = read_sheet(text(tmp_path / "r.csv", "id,name,,\n1,a,,\n"))
    assert list(sheet.table.columns) == ["id", "name"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_separators_and_encodings(tmp_path: Path, separator: str, encoding: str) -> None:
    rows = [["编号", "名称"], ["007", "沙河街社区卫生服务中心"]]
    content = "\r\n".join(separator.join(row) for row in rows).encode(encoding)
    table = read_table(text(tmp_path / "r.csv", content))
    assert table.to_dict("records") == [{"编号": "007", "名称": "沙河街社区卫生服务中心"}]


def test_two_encodings_in_one_file_are_told_with_the_row(tmp_path: Path) -> None:
    content = "id,name\n1,甲中心\n".encode("gb18030") + "2,plain\n3,乙中心\n".encode()
    with pytest.raises(InputError, match="row 4 is in UTF-8 and row 2 is not; save the whole"):
        read_table(text(tmp_path / "r.csv", content))
    content = "id,name\n1,甲中心\n".encode() + "2,乙中心\n".encode("gb18030")
    with pytest.raises(InputError, match="row 2 is in UTF-8 and row 3 is not"):
        read_table(text(tmp_path / "r.csv", content))
    with pytest.raises(InputError, match="row 2 is neither UTF-8 nor GB18030"):
        read_table(text(tmp_path / "r.csv", b"id\n\xff\xff\n"))


def test_a_heading_below_a_title_is_told_by_its_own_row(tmp_path: Path) -> None:
    path = book(tmp_path / "r.xlsx", [["表", None, None], ["a", "b", "a"], [1, 2, 3]])
    with pytest.raises(SchemaError, match="row 2: repeats a;"):
        read_table(path)


def test_a_book_with_a_macro_or_a_bomb_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "r.xlsx", [["a"], [1]])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    with pytest.raises(InputError, match="holds a macro; save it as"):
        read_table(path)
    with pytest.raises(NotFoundError, match="has no sheet 'x'; name one of Sheet"):
        read_table(book(tmp_path / "r.xlsx", [["a"], [1]]), "x")


@pytest.mark.parametrize("name", ["r.csv", "r.xlsx"])
def test_nothing_is_no_table(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith("csv"):
        text(path, "")
    else:
        book(path, [])
    with pytest.raises(InputError, match="holds no row below its heading"):
        read_table(path)


def test_a_sum_may_stand_in_any_column(tmp_path: Path) -> None:
    sheet = read_sheet(text(tmp_path / "r.csv", "id,name,beds\n1,a,2\n,合计：,2\n"))
    assert sheet.left_out == ((3, "合计： 2"),)
    assert sheet.table.index.tolist() == [2]


def test_a_foreign_line_without_chinese_is_no_proof_of_a_second_encoding(tmp_path: Path) -> None:
    content = "id,name\n1,é\n".encode() + "2,甲中心\n".encode("gb18030")
    table = read_table(text(tmp_path / "r.csv", content))
    assert table["name"].tolist()[1] == "甲中心"
