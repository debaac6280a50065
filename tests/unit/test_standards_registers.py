"""Registers: what is read, and that every fault is told with file, row and column."""

from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook

from facility_coverage.errors import InputError, NotFoundError, SchemaError
from facility_coverage.standards.registers import UnitRegister, read_facilities, read_units
from facility_coverage.standards.stated import (
    FACILITIES,
    read_stated,
    stated_figure,
    stated_part,
)

UNITS = "unit_id,unit_name,population\nb,乙街道,20000\na,甲街道,10000\n"


def written(folder: Path, text: str | bytes, name: str = "register.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def units_of(folder: Path) -> UnitRegister:
    return read_units(written(folder, UNITS, "units.csv"))


@pytest.mark.parametrize(
    "content",
    [
        UNITS.encode(),
        UNITS.encode("utf-8-sig"),
        UNITS.encode("gb18030"),
        UNITS.replace("\n", "\r\n").encode(),
        UNITS.replace("甲街道", '"甲街道"').encode(),
        UNITS.replace("10000", " 10000 ").encode() + b",,\n\n",
        UNITS.replace("unit_id,unit_name,population", "街道代码,街道,常住人口").encode(),
    ],
    ids=["plain", "BOM", "GB18030", "CRLF", "quoted", "blanks", "Chinese headings"],
)
def test_the_same_register_in_other_clothes(tmp_path: Path, content: bytes) -> None:
    register = read_units(written(tmp_path, content))
    assert register.table["unit_id"].tolist() == ["a", "b"]
    assert register.table["unit_name"].tolist() == ["甲街道", "乙街道"]
    assert register.table["population"].tolist() == [10000, 20000]
    assert register.columns == {"unit_id", "unit_name", "population"}


def test_a_workbook_is_a_register(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["机构编号", "机构名称", "unit_id", "床位"], ["007", "甲中心", "a", 50]):
        sheet.append(row)
    book.save(tmp_path / "facilities.xlsx")
    register = read_facilities(tmp_path / "facilities.xlsx", units_of(tmp_path))
    assert register.table["facility_id"].tolist() == ["007"]
    assert register.table["facility_name"].tolist() == ["甲中心"]
    assert register.amounts("beds").tolist() == [50]


def test_a_heading_of_ours_is_never_replaced(tmp_path: Path) -> None:
    path = written(tmp_path, "facility_id,facility_name,name,名称\nf,one,two,three\n")
    register = read_facilities(path, units_of(tmp_path))
    assert register.table["facility_name"].tolist() == ["one"]
    assert register.texts("name").tolist() == ["two"]


def test_what_a_register_leaves_out_is_unknown(tmp_path: Path) -> None:
    units = read_units(written(tmp_path, "unit_id\na\n"))
    assert units.table["unit_name"].tolist() == ["a"]
    assert units.table["population"].isna().all()
    register = read_facilities(written(tmp_path, "facility_id\nf\n"), units)
    (row,) = register.table.to_dict("records")
    assert row == {
        "facility_id": "f", "facility_name": "f", "unit_id": "", "kind": "unknown",
        "ownership": "unknown", "status": "existing",
    }  # fmt: skip
    assert np.isnan(register.amounts("beds")).all()
    assert register.answers("new_built").tolist() == [-1]
    assert register.columns == {"facility_id"}


@pytest.mark.parametrize("heading", ["facility_name", "name"])
def test_a_facility_is_read_whole(tmp_path: Path, heading: str) -> None:
    text = f"facility_id,{heading},unit_id,kind,ownership,status,floor_area_m2,beds,new_built\n"
    path = written(tmp_path, text + "f,甲中心,a,社区卫生服务中心,政府办,在建,5000.5,0,Yes\n")
    register = read_facilities(path, units_of(tmp_path))
    (row,) = register.table.to_dict("records")
    assert (row["facility_name"], row["unit_id"]) == ("甲中心", "a")
    words = (row["kind"], row["ownership"], row["status"])
    assert words == ("centre", "government", "under_construction")
    assert (register.amounts("floor_area_m2")[0], register.amounts("beds")[0]) == (5000.5, 0)
    assert register.answers("new_built").tolist() == [1]


def test_a_word_that_nobody_defined_is_an_unknown_owner_and_a_kind_of_its_own(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, "facility_id,kind,ownership\nf,Own Kind,somebody\n")
    (row,) = read_facilities(path, units_of(tmp_path)).table.to_dict("records")
    assert (row["kind"], row["ownership"]) == ("own kind", "unknown")


def test_amounts_of_a_column_that_nobody_checked(tmp_path: Path) -> None:
    path = written(tmp_path, "facility_id,doctors\na,3\nb,-1\nc,many\nd,\n")
    register = read_facilities(path, units_of(tmp_path))
    assert register.amounts("doctors").tolist() == pytest.approx([3, *[np.nan] * 3], nan_ok=True)


def test_a_district_without_any_facility_is_no_fault(tmp_path: Path) -> None:
    path = written(tmp_path, "facility_id,kind\n")
    assert read_facilities(path, units_of(tmp_path)).table.empty


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,population\na,1\n", ["has no column 'unit_id'", "name one of id, population"]),
        ("unit_id\na\na\n", ["unit_id 'a' stands in rows 2, 3"]),
        ("unit_id,unit_name\n,x\n", ["column 'unit_id' is empty in row 2"]),
        ("unit_id,population\na,nan\n", ["column 'population' (residents) is empty or no finite"]),
        ("unit_id,population\na,-5\n", ["column 'population' (residents) is negative in row 2"]),
        ("unit_id,population\na,1.2万\n", ["column 'population' (residents) is empty or no"]),
        ("unit_id,population\na,\n", ["column 'population' (residents) is empty or no finite"]),
        ("unit_id,unit_id\na,b\n", ["row 1: repeats unit_id"]),
        ("unit_id,population\na,12,345\n", ["row 2: has 3 cells, the heading 2"]),
    ],
)
def test_faults_of_a_register_of_subdistricts(tmp_path: Path, text: str, told: list[str]) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SchemaError) as caught:
        read_units(path)
    message = str(caught.value)
    assert all(part in message for part in told), message
    assert all(line.startswith(f"{path}: ") for line in message.splitlines())


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    rows = "f,z,gone,1\nf,a,existing,x\ng,y,gone,-1\nh,a,,\n"
    path = written(tmp_path, f"facility_id,unit_id,status,beds\n{rows}")
    mend = "correct it or leave it empty"
    states = "existing, planned, proposed, under_construction"
    with pytest.raises(SchemaError) as caught:
        read_facilities(path, units_of(tmp_path))
    assert str(caught.value).splitlines() == [
        f"{path}: facility_id 'f' stands in rows 2, 3; ids must differ, or merge the rows",
        f"{path}: column 'unit_id': 'z' in row 2 is no unit_id of units.csv; {mend}",
        f"{path}: column 'unit_id': 'y' in row 4 is no unit_id of units.csv; {mend}",
        f"{path}: column 'status': 'gone' in row 2, 4 is none of {states}",
        f"{path}: column 'beds': 'x' in row 3 is no number of 0 or more; write plain digits",
        f"{path}: column 'beds': '-1' in row 4 is no number of 0 or more; write plain digits",
    ]


def test_cells_are_faults_even_where_the_ids_are_right(tmp_path: Path) -> None:
    path = written(tmp_path, "facility_id,beds_planned\nf,inf\n")
    with pytest.raises(SchemaError, match="column 'beds_planned': 'inf' in row 2 is no number"):
        read_facilities(path, units_of(tmp_path))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "holds no row below its heading"),
        (b"unit_id\n", "holds no row below its heading"),
        (b'unit_id\n"a', "not a table that can be read"),
        (b"unit_id\n" + b"x" * 200_000, "not a table that can be read"),
    ],
    ids=["empty", "heading alone", "open quote", "endless cell"],
)
def test_what_is_no_register(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_units(written(tmp_path, content))


def test_a_register_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no such file"):
        read_units(tmp_path / "nowhere.csv")
    with pytest.raises(NotFoundError, match="there is no such file"):
        read_units(tmp_path)


STATED = """
[[stated]]
of = "facilities"
facility_kind = ["社区卫生服务中心"]
value = 26
quote = "26个中心"
source = "plan"
[[stated]]
of = "facilities"
facility_kind = ["centre", "subcentre"]
value = 30
quote = "30个"
source = "plan"
[[stated]]
of = "population"
value = 1000
year = 2020
quote = "1000人"
source = "plan"
"""


def test_what_is_stated_beside_a_register(tmp_path: Path) -> None:
    (tmp_path / "f.stated.toml").write_text(STATED, encoding="utf-8")
    path = written(tmp_path, "facility_id\nf\n", "f.csv")
    stated = read_facilities(path, units_of(tmp_path)).stated
    assert [figure.value for figure in stated] == [26, 30, 1000]
    exact = stated_figure(stated, FACILITIES, ("subcentre", "centre"))
    assert exact is not None
    assert exact.value == 30
    assert stated_figure(stated, FACILITIES, ("centre", "station")) is None
    part = stated_part(stated, FACILITIES, ("centre", "station"))
    assert part is not None
    assert part.value == 26
    assert stated_part(stated, FACILITIES, ("station",)) is None


def test_a_fault_of_what_is_stated(tmp_path: Path) -> None:
    path = tmp_path / "f.stated.toml"
    path.write_text(STATED.replace("value = 26", 'value = "26"'), encoding="utf-8")
    with pytest.raises(InputError, match=r"f.stated.toml: stated.0.value: .*found '26'"):
        read_stated(tmp_path / "f.csv")


def test_faults_are_told_in_chinese(tmp_path: Path) -> None:
    path = written(tmp_path, "facility_id,unit_id,beds\nf,z,many\n")
    with pytest.raises(SchemaError) as caught:
        read_facilities(path, units_of(tmp_path))
    place, beds = caught.value.told("zh").splitlines()
    assert place.startswith(f"{path}：")
    assert "不是 units.csv 中的 unit_id；请改正或留空" in place
    assert all(part in beds for part in ("'beds'", "'many'", "请只写数字"))
