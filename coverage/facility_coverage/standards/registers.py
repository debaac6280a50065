"""Registers in CSV: subdistricts with their residents, and facilities, without geometry."""

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from facility_coverage.errors import InputError, NotFoundError, SchemaError


@dataclass(frozen=True)
class Unit:
    """A subdistrict (街道, 镇) of the register.

    Attributes
    ----------
    unit_id
        Its id, such as the division code.
    unit_name
        Its name; the id where the register has none.
    population
        Residents; None where the register has no such column.
    """

    unit_id: str
    unit_name: str
    population: float | None


@dataclass(frozen=True)
class Facility:
    """A facility of the register; what is left empty there is unknown.

    Attributes
    ----------
    facility_id
        Its id.
    facility_name
        Its name; the id where the register has none.
    unit_id
        The subdistrict where it stands; empty when unknown.
    kind, ownership
        Words of the register; empty when unknown.
    floor_area_m2, beds
        Sizes; None when unknown.
    cells
        Every cell of its row by column, for the conditions of clauses.
    """

    facility_id: str
    facility_name: str
    unit_id: str
    kind: str
    ownership: str
    floor_area_m2: float | None
    beds: float | None
    cells: Mapping[str, str]


@dataclass(frozen=True)
class UnitRegister:
    """The subdistricts of a district, sorted by id.

    Attributes
    ----------
    name
        File name, for messages and findings.
    columns
        Columns that the file has.
    units
        Its rows.
    """

    name: str
    columns: frozenset[str]
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class FacilityRegister:
    """The facilities of a district, sorted by id.

    Attributes
    ----------
    name
        File name, for messages and findings.
    columns
        Columns that the file has.
    facilities
        Its rows.
    """

    name: str
    columns: frozenset[str]
    facilities: tuple[Facility, ...]


@dataclass(frozen=True)
class _Row:
    """One row of a CSV file: its number as a spreadsheet counts, and its cells by column."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class _Table:
    """A CSV file and the faults found in it so far."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[_Row, ...]
    faults: list[str]

    def blame(self, row: _Row, column: str, what: str) -> None:
        """Note a fault of one cell."""
        self.faults.append(f"{self.path}: row {row.number}, column {column}: {what}")

    def amount(self, row: _Row, column: str) -> float | None:
        """Return a number of 0 or more, None for an empty cell; anything else is blamed."""
        text = row.cells.get(column, "")
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if math.isfinite(value) and value >= 0:
            return int(value) if value.is_integer() else value
        self.blame(row, column, f"{text!r} is no number of 0 or more; write plain digits")
        return None

    def check_ids(self, column: str) -> None:
        """Blame a missing column of ids, empty ids and repeated ids."""
        if column not in self.columns:
            self.faults.append(
                f"{self.path}: row 1: there is no column {column}; add or rename one "
                f"(found: {', '.join(self.columns)})"
            )
            return
        first: dict[str, int] = {}
        for row in self.rows:
            value = row.cells[column]
            if not value:
                self.blame(row, column, "is empty; give the row an id")
            elif value in first:
                what = f"{value!r} stands in row {first[value]} already; give each row its own id"
                self.blame(row, column, what)
            else:
                first[value] = row.number

    def refuse_faults(self) -> None:
        """Raise every fault that was noted."""
        if self.faults:
            raise SchemaError("\n".join(self.faults))


def read_units(path: Path) -> UnitRegister:
    """Read a register of subdistricts.

    Parameters
    ----------
    path
        A CSV file in UTF-8 with the column ``unit_id`` and, where known, ``unit_name`` and
        ``population``.

    Returns
    -------
    UnitRegister
        The register.

    Raises
    ------
    NotFoundError
        There is no such file.
    InputError
        It is not a CSV file in UTF-8.
    SchemaError
        Rows or columns break the contract; the message has a line for each fault.
    """
    table = _read(path)
    table.check_ids("unit_id")
    if not table.rows:
        table.faults.append(f"{path}: has no rows under its heading; add the subdistricts")
    units = [
        Unit(
            unit_id=row.cells.get("unit_id", ""),
            unit_name=row.cells.get("unit_name") or row.cells.get("unit_id", ""),
            population=table.amount(row, "population"),
        )
        for row in table.rows
    ]
    if "population" in table.columns:
        for row in table.rows:
            if not row.cells["population"]:
                table.blame(row, "population", "is empty; write the number of residents")
    table.refuse_faults()
    ordered = tuple(sorted(units, key=lambda unit: unit.unit_id))
    return UnitRegister(path.name, frozenset(table.columns), ordered)


def read_facilities(path: Path, units: UnitRegister) -> FacilityRegister:
    """Read a register of facilities.

    Parameters
    ----------
    path
        A CSV file in UTF-8 with the column ``facility_id`` and, where known, ``facility_name``
        (or ``name``), ``unit_id``, ``kind``, ``ownership``, ``floor_area_m2``, ``beds`` and
        yes/no columns for the conditions of clauses.
    units
        The subdistricts that its ``unit_id`` refers to.

    Returns
    -------
    FacilityRegister
        The register.

    Raises
    ------
    NotFoundError
        There is no such file.
    InputError
        It is not a CSV file in UTF-8.
    SchemaError
        Rows or columns break the contract; the message has a line for each fault.
    """
    table = _read(path)
    table.check_ids("facility_id")
    known = {unit.unit_id for unit in units.units}
    for row in table.rows:
        unit_id = row.cells.get("unit_id", "")
        if unit_id and unit_id not in known:
            what = f"{unit_id!r} is no unit_id of {units.name}; correct it or leave it empty"
            table.blame(row, "unit_id", what)
    facilities = [_facility(table, row) for row in table.rows]
    table.refuse_faults()
    ordered = tuple(sorted(facilities, key=lambda facility: facility.facility_id))
    return FacilityRegister(path.name, frozenset(table.columns), ordered)


def _facility(table: _Table, row: _Row) -> Facility:
    cells = row.cells
    identity = cells.get("facility_id", "")
    return Facility(
        facility_id=identity,
        facility_name=cells.get("facility_name") or cells.get("name") or identity,
        unit_id=cells.get("unit_id", ""),
        kind=cells.get("kind", ""),
        ownership=cells.get("ownership", ""),
        floor_area_m2=table.amount(row, "floor_area_m2"),
        beds=table.amount(row, "beds"),
        cells=cells,
    )


def _read(path: Path) -> _Table:
    """Read a CSV file as text; rows are numbered from 1, the heading, as a spreadsheet does."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (FileNotFoundError, IsADirectoryError) as error:
        msg = f"{path}: there is no such file; correct the path"
        raise NotFoundError(msg) from error
    except UnicodeDecodeError as error:
        msg = f"{path}: not text in UTF-8 (byte {error.start}); save it as 'CSV UTF-8'"
        raise InputError(msg) from error
    except csv.Error as error:
        msg = f"{path}: not a CSV file: {error}; save it as 'CSV UTF-8'"
        raise InputError(msg) from error
    if not lines:
        msg = f"{path}: is empty; it needs a heading and rows"
        raise InputError(msg)
    columns = tuple(cell.strip() for cell in lines[0])
    faults: list[str] = []
    repeated = sorted({name for name in columns if name and columns.count(name) > 1})
    if repeated:
        faults.append(f"{path}: row 1: repeats {', '.join(repeated)}; rename one column")
    return _Table(path, columns, tuple(_rows(path, columns, lines[1:], faults)), faults)


def _rows(
    path: Path, columns: tuple[str, ...], lines: list[list[str]], faults: list[str]
) -> Iterator[_Row]:
    """Yield the rows that are not blank; one with too many or too few cells is a fault."""
    for number, line in enumerate(lines, start=2):
        cells = [cell.strip() for cell in line]
        if not any(cells):
            continue
        if len(cells) != len(columns):
            faults.append(
                f"{path}: row {number}: has {len(cells)} cells, the heading {len(columns)}; "
                f"add or remove commas"
            )
        padded = cells + [""] * (len(columns) - len(cells))
        yield _Row(number, dict(zip(columns, padded, strict=False)))
