"""Registers without geometry: subdistricts with their residents, and facilities."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from facility_coverage.errors import SchemaError
from facility_coverage.facility_words import UNKNOWN, kind_word, ownership_word
from facility_coverage.inputs.tables import (
    numbers,
    plain_text,
    read_table,
    require_columns,
    rows_where,
    text_ids,
)
from facility_coverage.standards.stated import StatedFigure, read_stated
from facility_coverage.words import Remark

EXISTING, PROPOSED = "existing", "proposed"
PLANNED = frozenset({"planned", "under_construction"})

_STATUSES = {
    "": EXISTING, EXISTING: EXISTING, "现状": EXISTING,
    "planned": "planned", "规划": "planned",
    "under_construction": "under_construction", "在建": "under_construction",
    PROPOSED: PROPOSED, "拟建": PROPOSED,
}  # fmt: skip
"""Every word of the column ``status``; an empty one stands for what exists."""

_YES = frozenset({"yes", "true", "1", "是"})
_NO = frozenset({"no", "false", "0", "否"})

_HEADINGS = {
    "街道代码": "unit_id", "区划代码": "unit_id",
    "街道名称": "unit_name", "街道": "unit_name",
    "常住人口": "population", "人口": "population",
    "机构代码": "facility_id", "机构编号": "facility_id",
    "机构名称": "facility_name", "name": "facility_name", "名称": "facility_name",
    "机构类别": "kind", "类别": "kind",
    "举办主体": "ownership", "办别": "ownership",
    "建筑面积": "floor_area_m2", "床位": "beds", "床位数": "beds", "规划床位": "beds_planned",
    "状态": "status", "新建": "new_built", "服务人口": "residents_served",
}  # fmt: skip
"""Other headings, used where a table lacks the column itself."""

_SHOWN_WORDS = 10
"""How many wrong words of a column are told."""

WORDS = ("kind", "ownership", "status")
"""Columns of few words; as categories they are compared fast."""

_SIZES = ("floor_area_m2", "beds", "observation_beds", "gps", "nurses")
AMOUNTS = (*_SIZES, *(f"{name}_planned" for name in _SIZES), "residents_served")
"""Columns of amounts: what stands there and is none is a fault of the register."""


@dataclass(frozen=True, eq=False)
class UnitRegister:
    """The subdistricts of a district, sorted by id.

    Attributes
    ----------
    name
        File name, for messages and findings.
    columns
        Columns that the source has.
    table
        ``unit_id, unit_name, population`` (NaN where unknown), ``unit_kind``,
        ``complete_kinds`` (``|``-joined kinds of which the register of facilities lists every
        one in this subdistrict).
    """

    name: str
    columns: frozenset[str]
    table: pd.DataFrame


@dataclass(frozen=True, eq=False)
class FacilityRegister:
    """The facilities of a district, sorted by id; what is left empty is unknown.

    Attributes
    ----------
    name
        File name, for messages and findings.
    columns
        Columns that the source has.
    table
        ``facility_id, facility_name, unit_id, kind, ownership, status`` and every other column
        of the source as text.
    stated
        What a source states for the whole district.
    """

    name: str
    columns: frozenset[str]
    table: pd.DataFrame
    stated: tuple[StatedFigure, ...] = ()
    _amounts: dict[str, NDArray[np.float64]] = field(default_factory=dict, init=False, repr=False)
    _answers: dict[str, NDArray[np.int8]] = field(default_factory=dict, init=False, repr=False)
    """Columns that were read as amounts or as yes and no already: many clauses ask for one."""

    def texts(self, column: str) -> pd.Series:
        """Return a column as text, empty where the register lacks it.

        Parameters
        ----------
        column
            Its name.

        Returns
        -------
        pandas.Series of str
            One text a facility.
        """
        if column not in self.table.columns:
            return pd.Series("", index=self.table.index, dtype=str)
        return self.table[column]

    def amounts(self, column: str) -> NDArray[np.float64]:
        """Return a column of amounts, NaN where it says none.

        Parameters
        ----------
        column
            Its name.

        Returns
        -------
        ndarray of float64
            One amount a facility, 0 or more.
        """
        if column not in self._amounts:
            values = _amounts(self.texts(column))
            self._amounts[column] = values.where(values >= 0).to_numpy(dtype=float)
        return self._amounts[column]

    def answers(self, column: str) -> NDArray[np.int8]:
        """Return a yes/no column.

        Parameters
        ----------
        column
            Its name.

        Returns
        -------
        ndarray of int8
            1 for yes, 0 for no, -1 where the register says neither.
        """
        if column not in self._answers:
            texts = self.texts(column).str.lower()
            no = np.where(texts.isin(_NO), np.int8(0), np.int8(-1))
            self._answers[column] = np.where(texts.isin(_YES), np.int8(1), no)
        return self._answers[column]


def read_units(path: Path) -> UnitRegister:
    """Read a register of subdistricts.

    Parameters
    ----------
    path
        A table (csv, xlsx) with the column ``unit_id`` and, where known, ``unit_name``,
        ``population``, ``unit_kind`` and ``complete_kinds``.

    Returns
    -------
    UnitRegister
        The register.

    Raises
    ------
    NotFoundError, InputError
        There is no such file, or it is no table.
    SchemaError
        Rows or columns break the contract; the message has a line for each fault.
    """
    frame = _headed(read_table(path))
    require_columns(frame, {Remark("the id of each subdistrict"): "unit_id"}, path)
    ids = text_ids(frame, "unit_id", path)
    stated = "population" in frame.columns
    meaning = Remark("residents")
    people = numbers(frame, "population", path, meaning=meaning) if stated else np.nan
    table = pd.DataFrame(
        {
            "unit_id": ids,
            "unit_name": _texts(frame, "unit_name").where(lambda name: name != "", ids),
            "population": people,
            "unit_kind": _texts(frame, "unit_kind").str.lower(),
            "complete_kinds": _texts(frame, "complete_kinds"),
        }
    )
    return UnitRegister(path.name, frozenset(frame.columns), _sorted(table, "unit_id"))


def read_facilities(path: Path, units: UnitRegister) -> FacilityRegister:
    """Read a register of facilities.

    Parameters
    ----------
    path
        A table (csv, xlsx) with the column ``facility_id`` and, where known, ``facility_name``,
        ``unit_id``, ``kind``, ``ownership``, ``status``, columns of ``AMOUNTS`` and yes/no
        columns for the conditions of clauses. It may have no row.
    units
        The subdistricts that its ``unit_id`` refers to.

    Returns
    -------
    FacilityRegister
        The register, with the figures that are stated beside it.

    Raises
    ------
    NotFoundError, InputError
        There is no such file, or it is no table.
    SchemaError
        Rows or columns break the contract; the message has a line for each fault.
    """
    frame = _headed(read_table(path, may_be_empty=True))
    require_columns(frame, {Remark("the id of each facility"): "facility_id"}, path)
    faults = _cell_faults(frame, units, path)
    try:
        ids = text_ids(frame, "facility_id", path)
    except SchemaError as error:
        raise SchemaError(*error.remarks, *faults) from error
    if faults:
        raise SchemaError(*faults)
    names = _texts(frame, "facility_name")
    cells = {name: _texts(frame, name) for name in frame.columns}
    cells |= {"facility_id": ids, "facility_name": names.where(names != "", ids)}
    lacking = frozenset({"facility_name"}).difference(frame.columns)
    return facility_register(path.name, pd.DataFrame(cells), read_stated(path), lacking=lacking)


def facility_register(
    name: str,
    cells: pd.DataFrame,
    stated: tuple[StatedFigure, ...] = (),
    *,
    lacking: frozenset[str] = frozenset(),
) -> FacilityRegister:
    """Make a register of facilities from the cells of a table.

    Parameters
    ----------
    name
        Of its file.
    cells
        Every column as text, ``facility_id`` and ``facility_name`` among them.
    stated
        What a source states for the whole district.
    lacking
        Columns of ``cells`` that the source did not have.

    Returns
    -------
    FacilityRegister
        Sorted by id, its words read; a word that nobody defined is unknown.
    """
    table = cells.assign(
        unit_id=_texts(cells, "unit_id"),
        kind=_texts(cells, "kind").map(kind_word),
        ownership=_texts(cells, "ownership").map(lambda word: ownership_word(word) or UNKNOWN),
        status=_texts(cells, "status").str.lower().map(lambda word: _STATUSES.get(word, UNKNOWN)),
    ).astype(dict.fromkeys(WORDS, "category"))
    columns = frozenset(cells.columns) - lacking
    return FacilityRegister(name, columns, _sorted(table, "facility_id"), stated)


def _cell_faults(frame: pd.DataFrame, units: UnitRegister, path: Path) -> list[Remark]:
    """Return the cells that break the contract, a line for each kind of fault."""
    faults = []
    places = _texts(frame, "unit_id")
    for word, rows in _wrong(places, places.isin(["", *units.table["unit_id"]])):
        message = (
            "{path}: column 'unit_id': {word!r} in {rows} is no unit_id of {units}; correct it or "
            "leave it empty"
        )
        faults.append(Remark(message, path=path, word=word, rows=rows, units=units.name))
    states = _texts(frame, "status").str.lower()
    for word, rows in _wrong(states, states.isin(list(_STATUSES))):
        message = "{path}: column 'status': {word!r} in {rows} is none of {known}"
        known = ", ".join(sorted({*_STATUSES.values()}))
        faults.append(Remark(message, path=path, word=word, rows=rows, known=known))
    for column in [name for name in AMOUNTS if name in frame.columns]:
        text = _texts(frame, column)
        amount = _amounts(text).between(0, np.inf, inclusive="left")
        for word, rows in _wrong(text, amount | (text == "")):
            message = (
                "{path}: column {column!r}: {word!r} in {rows} is no number of 0 or more; write "
                "plain digits"
            )
            faults.append(Remark(message, path=path, column=column, word=word, rows=rows))
    return faults


def _wrong(texts: pd.Series, right: pd.Series) -> list[tuple[str, Remark | None]]:
    """Return each wrong text with the rows where it stands, in the order of the file."""
    wrong = texts[~right]
    return [(str(word), rows_where(texts == word)) for word in wrong.unique()[:_SHOWN_WORDS]]


def _headed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table under our headings; a heading that is there is never replaced."""
    names: dict[str, str] = {}
    for column in frame.columns:
        ours = _HEADINGS.get(column)
        if ours is not None and ours not in frame.columns and ours not in names.values():
            names[column] = ours
    return frame.rename(columns=names)


def _texts(frame: pd.DataFrame, column: str) -> pd.Series:
    if column not in frame.columns:
        return pd.Series("", index=frame.index, dtype=str)
    return frame[column].map(plain_text).astype(str)


def _amounts(texts: pd.Series) -> pd.Series:
    values: pd.Series = pd.to_numeric(texts.where(texts != "", None), errors="coerce")
    return values.astype(float)


def _sorted(table: pd.DataFrame, column: str) -> pd.DataFrame:
    order = np.argsort(table[column].to_numpy(dtype=str), kind="stable")
    return table.iloc[order].reset_index(drop=True)
