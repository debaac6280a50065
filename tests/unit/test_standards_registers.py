"""Registers in CSV: what is read, and that every fault is told with file, row and column."""

from pathlib import Path

import pytest

from facility_coverage.errors import InputError, NotFoundError, SchemaError
from facility_coverage.standards.registers import UnitRegister, read_facilities, read_units

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
        UNITS.replace("\n", "\r\n").encode(),
        UNITS.replace("甲街道", ' "甲街道" ').replace(' "', '"').replace('" ', '"').encode(),
        UNITS.replace("10000", " 10000 ").encode() + b",,\n\n",
    ],
    ids=["plain", "BOM", "CRLF", "quoted", "blanks"],
)
def test_the_same_register_in_other_clothes(tmp_path: Path, content: bytes) -> None:
    register = read_units(written(tmp_path, content))
    assert [(u.unit_id, u.unit_name, u.population) for u in register.units] == [
        ("a", "甲街道", 10000),
        ("b", "乙街道", 20000),
    ]


def test_what_a_register_leaves_out_is_unknown(tmp_path: Path) -> None:
    units = read_units(written(tmp_path, "unit_id\na\n"))
    assert [(u.unit_name, u.population) for u in units.units] == [("a", None)]
    (facility,) = read_facilities(written(tmp_path, "facility_id\nf\n"), units).facilities
    assert (facility.facility_name, facility.unit_id, facility.kind) == ("f", "", "")
    assert (facility.floor_area_m2, facility.beds) == (None, None)


@pytest.mark.parametrize("heading", ["facility_name", "name"])
def test_a_facility_is_read_whole(tmp_path: Path, heading: str) -> None:
    text = f"facility_id,{heading},unit_id,kind,ownership,floor_area_m2,beds,new_built\n"
    path = written(tmp_path, text + "f,甲中心,a,centre,government,5000.5,0,yes\n")
    (facility,) = read_facilities(path, units_of(tmp_path)).facilities
    assert (facility.facility_name, facility.unit_id) == ("甲中心", "a")
    assert (facility.kind, facility.ownership) == ("centre", "government")
    assert (facility.floor_area_m2, facility.beds) == (5000.5, 0)
    assert facility.cells["new_built"] == "yes"


def test_a_district_without_any_facility_is_no_fault(tmp_path: Path) -> None:
    path = written(tmp_path, "facility_id,kind\n")
    assert read_facilities(path, units_of(tmp_path)).facilities == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,population\na,1\n", ["row 1: there is no column unit_id", "(found: id, population)"]),
        ("unit_id\na\na\n", ["row 3, column unit_id: 'a' stands in row 2 already"]),
        ("unit_id,unit_name\n,x\n", ["row 2, column unit_id: is empty"]),
        ("unit_id,population\na,nan\n", ["row 2, column population: 'nan' is no number"]),
        ("unit_id,population\na,-5\n", ["row 2, column population: '-5' is no number"]),
        ("unit_id,population\na,inf\n", ["row 2, column population: 'inf' is no number"]),
        ("unit_id,population\na,1.2万\n", ["row 2, column population: '1.2万' is no number"]),
        ("unit_id,population\na,\n", ["row 2, column population: is empty; write the number"]),
        ("unit_id,unit_id\na,b\n", ["row 1: repeats unit_id"]),
        ("unit_id,population\na,12,345\n", ["row 2: has 3 cells, the heading 2"]),
        ("unit_id,population\na\n", ["row 2: has 1 cells, the heading 2"]),
        ("unit_id\n", ["has no rows under its heading"]),
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
    path = written(tmp_path, "unit_id,population\na,-1\n\na,nan\n")
    with pytest.raises(SchemaError) as caught:
        read_units(path)
    assert [line.split(": ")[1] for line in str(caught.value).splitlines()] == [
        "row 4, column unit_id",
        "row 2, column population",
        "row 4, column population",
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("f,a,centre,1,1\nf,a,centre,1,1", "row 3, column facility_id: 'f' stands in row 2"),
        ("f,z,centre,1,1", "row 2, column unit_id: 'z' is no unit_id of units.csv"),
        ("f,a,centre,-1,1", "row 2, column floor_area_m2: '-1' is no number"),
        ("f,a,centre,1,x", "row 2, column beds: 'x' is no number"),
    ],
)
def test_faults_of_a_register_of_facilities(tmp_path: Path, row: str, told: str) -> None:
    path = written(tmp_path, f"facility_id,unit_id,kind,floor_area_m2,beds\n{row}\n")
    with pytest.raises(SchemaError, match=told):
        read_facilities(path, units_of(tmp_path))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        ("unit_id\n天河".encode("gb18030"), "not text in UTF-8"),
        (b'unit_id\n"a', "not a CSV file"),
        (b"unit_id\n" + b"x" * 200_000, "not a CSV file"),
    ],
    ids=["empty", "GB18030", "open quote", "endless cell"],
)
def test_what_is_no_register(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_units(written(tmp_path, content))


def test_a_register_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no such file"):
        read_units(tmp_path / "nowhere.csv")
    with pytest.raises(NotFoundError, match="there is no such file"):
        read_units(tmp_path)
