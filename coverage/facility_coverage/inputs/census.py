"""Totals of a census: people are scaled until each subdistrict has exactly as many."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from facility_coverage.inputs.boundaries import Boundaries
from facility_coverage.inputs.division_codes import plain_code, require_whole_codes
from facility_coverage.inputs.headings import heading
from facility_coverage.inputs.people import AGE_WORDS, AGES, EVERYBODY, People
from facility_coverage.inputs.tables import numbers, read_table, require_columns, text_ids
from facility_coverage.result import OUTSIDE_UNIT_ID
from facility_coverage.study_file import DemandSection
from facility_coverage.words import Remark

Totals = dict[str, NDArray[np.float64]]
"""Group of people to shape (u,): persons in each subdistrict, NaN where it is not said."""

_SHOWN_IDS = 10

_WITHOUT_PLACE = {
    "population": "{people} people of the census have no place in the source and are counted "
    "nowhere: {ids}",
    "older": "{people} people of 60 and over of the census have no place in the source and are "
    "counted nowhere: {ids}",
    "children": "{people} children of the census have no place in the source and are counted "
    "nowhere: {ids}",
}
"""What is told of each group of people that the census counts where the source has nobody."""


def scaled_to_census(
    people: People, share: csr_array, section: DemandSection, boundaries: Boundaries
) -> tuple[People, csr_array, tuple[Remark, ...]]:
    """Scale people to the totals of a census.

    Within a subdistrict everybody is scaled by one factor, so that the pattern of the source stays.
    A place on a border becomes one row for each subdistrict in which it lies. An age that the
    census counts and the source does not is spread as everybody is.

    Parameters
    ----------
    people
        The people.
    share
        Shape (u + 1, d): the share of each row that lives in each subdistrict and outside.
    section
        ``control`` names the table of totals, ``total`` the one of all subdistricts together.
    boundaries
        The subdistricts.

    Returns
    -------
    people, share, remarks : People, csr_array, tuple of Remark
        What came in where neither key is given. What was counted in square metres is in persons,
        nobody where the census tells nothing.

    Raises
    ------
    NotFoundError, InputError, SchemaError
        The table cannot be read, lacks a column, repeats an id, or holds no number.
    """
    if section.control is None and section.total is None:
        return people, share, ()
    ids = boundaries.units["unit_id"].tolist()
    people, unit = _by_unit(people, share, [*ids, OUTSIDE_UNIT_ID])
    persons = people.persons
    everybody = persons["population"]
    totals, remarks = (
        _read_totals(section, ids)
        if section.total is None
        else ({"population": _shared_out(section.total, everybody, unit, len(ids))}, [])
    )
    unknown = 1.0 if section.weight == "people" else 0.0
    factor = _factors(everybody, unit, totals["population"], unknown)
    scaled = {"population": everybody * factor[unit]}
    for age in AGES:
        if age in totals:
            base, rest = (persons[age], unknown) if age in persons else (everybody, 0.0)
            scaled[age] = base * _factors(base, unit, totals[age], rest)[unit]
        elif age in persons:
            scaled[age] = persons[age] * factor[unit]
    for group, total in totals.items():
        remarks += _without_place(scaled[group], unit, total, ids, group)
    rows = (np.ones(len(unit)), (unit, np.arange(len(unit))))
    whole = csr_array(rows, shape=(len(ids) + 1, len(unit)))
    found = People(people.place_id, people.xy, people.ground, scaled, people.spacing_m)
    return found, whole, tuple(remarks)


def _by_unit(
    people: People, share: csr_array, names: list[str]
) -> tuple[People, NDArray[np.int64]]:
    """Make a row of every place in every subdistrict, and return the subdistrict of each."""
    cells = share.tocoo()
    order = np.lexsort((cells.row, cells.col))
    unit, place = cells.row[order].astype(np.int64), cells.col[order].astype(np.int64)
    several = np.bincount(place, minlength=len(people.place_id)) > 1
    place_id = tuple(
        f"{people.place_id[p]}@{names[u]}" if several[p] else people.place_id[p]
        for p, u in zip(place.tolist(), unit.tolist(), strict=True)
    )
    persons = {group: p[place] * cells.data[order] for group, p in people.persons.items()}
    ground = None if people.ground is None else people.ground[place]
    return People(place_id, people.xy[place], ground, persons, people.spacing_m), unit


def _read_totals(section: DemandSection, ids: list[str]) -> tuple[Totals, list[Remark]]:
    """Read the table of totals, and tell which subdistricts it lacks and which it has too many."""
    path = Path(section.control or "")
    table = read_table(path)
    columns = {"control_id": section.control_id, "control_population": section.control_population}
    for age in AGES:
        if (column := getattr(section, f"control_{age}")) is not None:
            columns[f"control_{age}"] = column
    columns = {key: heading(table, column) for key, column in columns.items()}
    require_columns(table, {f"demand.{key}": name for key, name in columns.items()}, path)
    codes = text_ids(table, columns["control_id"], path)
    require_whole_codes(codes, columns["control_id"], path)
    row_of = {plain_code(code): row for row, code in enumerate(codes)}
    rows = [row_of.get(plain_code(unit_id)) for unit_id in ids]
    totals = {}
    for key, column in columns.items():
        if key == "control_id":
            continue
        group = key.removeprefix("control_")
        meaning = AGE_WORDS.get(group, EVERYBODY)
        persons = numbers(table, column, path, meaning=meaning).to_numpy(dtype=float)
        totals[group] = np.array([np.nan if row is None else persons[row] for row in rows])
    known = {plain_code(unit_id) for unit_id in ids}
    missing = [unit_id for unit_id, row in zip(ids, rows, strict=True) if row is None]
    other = [str(code) for code in codes if plain_code(str(code)) not in known]
    message = (
        "the census says no total for {ids}: they stay as the source counts them"
        if section.weight == "people"
        else "the census says no total for {ids}: nobody is counted there"
    )
    remarks = [Remark(message, ids=_listed(missing))] if missing else []
    if other:
        message = "the census counts subdistricts that are none of this study: {ids}"
        remarks.append(Remark(message, ids=_listed(other)))
    return totals, remarks


def _shared_out(
    total: float, people: NDArray[np.float64], unit: NDArray[np.int64], n_units: int
) -> NDArray[np.float64]:
    """Share one total out to the subdistricts as the source does."""
    inside = np.bincount(unit, weights=people, minlength=n_units + 1)[:n_units].astype(np.float64)
    everybody = float(inside.sum())
    return inside * (total / everybody) if everybody > 0 else inside


def _factors(
    people: NDArray[np.float64],
    unit: NDArray[np.int64],
    total: NDArray[np.float64],
    unknown: float,
) -> NDArray[np.float64]:
    """Return by how much people are multiplied in each subdistrict and outside."""
    inside = np.bincount(unit, weights=people, minlength=len(total) + 1)
    wanted = np.append(total, np.nan)
    ratio = np.divide(wanted, inside, out=np.ones_like(wanted), where=inside > 0)
    return np.where(np.isnan(wanted), unknown, ratio)


def _without_place(
    people: NDArray[np.float64],
    unit: NDArray[np.int64],
    total: NDArray[np.float64],
    ids: list[str],
    group: str,
) -> Iterator[Remark]:
    """Tell where the census counts people and the source has no place for them."""
    inside = np.bincount(unit, weights=people, minlength=len(ids) + 1)[:-1]
    lost = np.flatnonzero((total > 0) & (inside == 0))
    if len(lost):
        shown = _listed([ids[row] for row in lost.tolist()])
        yield Remark(_WITHOUT_PLACE[group], people=f"{total[lost].sum():,.0f}", ids=shown)


def _listed(ids: list[str]) -> str:
    return ", ".join(ids[:_SHOWN_IDS]) + (" …" if len(ids) > _SHOWN_IDS else "")
