"""Facilities: a register in any common format, or the places of the street extract itself."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from facility_coverage.crs import WGS84, project
from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.facility_words import (
    CENTRE,
    GOVERNMENT,
    OWNERSHIPS,
    STATION,
    UNKNOWN,
    in_words,
    kind_in_name,
    kind_word,
    ownership_in_text,
    ownership_word,
)
from facility_coverage.inputs.duplicates import Pair, likely_duplicates
from facility_coverage.inputs.headings import heading
from facility_coverage.inputs.osm import ONLY_STREETS, OsmPlace, read_places
from facility_coverage.inputs.placed_rows import (
    PlacedRows,
    amounts,
    placed_rows,
    points_of,
    texts,
)
from facility_coverage.inputs.tables import require_columns, rows_where, text_ids
from facility_coverage.study_file import FacilitiesSection
from facility_coverage.words import Joined, Remark

_OURS = ("kind", "ownership", "floor_area_m2", "beds")
"""Columns of a register that stand under our names, however the study calls them."""

_NAMED = ("id", "name", *_OURS)
"""Keys of the study file that name a column beside its position."""

_OWNERS_IN_NAMES = ("armed_police", "private")
"""What a name alone tells of who runs a facility."""

_SHOWN_PAIRS = 20
_SHOWN_LETTERS = 60


@dataclass(frozen=True, eq=False)
class Facilities:
    """Existing facilities, sorted by id.

    Attributes
    ----------
    table
        ``facility_id, facility_name, kind, ownership, floor_area_m2, beds`` (NaN where
        unknown), ``reason`` (a remark: why a row has no usable position; empty otherwise).
    xy
        Shape (f, 2), metres in the study's CRS, NaN where a row has no usable position.
    ownership_stated
        Whether the register says at all who runs a facility.
    cells
        Every column of the register as text, row by row as ``table``; none for OSM places.
    notes
        Values that could not be read, one sentence each.
    """

    table: pd.DataFrame
    xy: NDArray[np.float64]
    ownership_stated: bool
    cells: pd.DataFrame
    notes: tuple[Remark, ...]


@dataclass(frozen=True)
class NewFacility:
    """A facility that no register has yet.

    Attributes
    ----------
    facility_id, facility_name
        How it is called.
    lonlat
        Degrees.
    kind, ownership
        Words as a register has them.
    floor_area_m2, beds
        None where unknown.
    """

    facility_id: str
    facility_name: str
    lonlat: tuple[float, float]
    kind: str = ""
    ownership: str = ""
    floor_area_m2: float | None = None
    beds: float | None = None


def read_facilities(section: FacilitiesSection, crs: str, *, extract: Path | None) -> Facilities:
    """Read the facilities of a study.

    Parameters
    ----------
    section
        Where they are, and their columns.
    crs
        The study's metric CRS.
    extract
        The OSM file that ``source = "osm"`` reads.

    Returns
    -------
    Facilities
        Every row of the source; one without a usable position says why.

    Raises
    ------
    NotFoundError, InputError, SchemaError, CrsError
        The source cannot be read, lacks a column, or repeats an id.
    """
    if section.from_osm:
        return _from_osm(section, crs, extract)
    path = Path(section.source)
    columns = {"facilities.lon": section.lon, "facilities.lat": section.lat}
    rows = placed_rows(path, section.layer, columns, crs, section.coordinates)
    named = {key: heading(rows.frame, getattr(section, key)) for key in _NAMED}
    require_columns(rows.frame, {"facilities.id": named["id"]}, path)
    return _register(rows, section.model_copy(update=named))


def _register(rows: PlacedRows, section: FacilitiesSection) -> Facilities:
    """Turn a register's rows into facilities."""
    path, frame = Path(section.source), rows.frame
    msg = "{path}: row {row} is a sum or a note and was left out: {text}"
    notes = [
        Remark(msg, path=path.name, row=row, text=text[:_SHOWN_LETTERS])
        for row, text in rows.left_out
    ]
    ids = text_ids(frame, section.id, path)
    names = texts(frame, section.name).where(lambda name: name != "", ids)
    owners = _ownerships(frame, section.ownership, names, path, notes)
    sizes = {
        key: amounts(frame, getattr(section, key), path, notes, meaning=key)
        for key in ("floor_area_m2", "beds")
    }
    table = pd.DataFrame(
        {
            "facility_id": ids.to_numpy(),
            "facility_name": names.to_numpy(),
            "kind": _kinds(frame, section.kind, names, path, notes),
            "ownership": owners,
            **sizes,
            "reason": rows.reason,
        }
    )
    pairs = likely_duplicates(table["facility_name"], table["kind"], rows.xy)
    notes.extend(_told_pairs(pairs, table, frame.index, path))
    cells = _cells(frame, section)
    stated = "ownership" in cells and bool((owners != UNKNOWN).any())
    return _sorted(table, rows.xy, cells, ownership_stated=stated, notes=notes)


def _told_pairs(
    pairs: list[Pair], table: pd.DataFrame, rows: pd.Index, path: Path
) -> Iterator[Remark]:
    """Tell rows that look like one facility; both count."""
    for pair in pairs[:_SHOWN_PAIRS]:
        one, other = table["facility_name"].iloc[[pair.first, pair.second]]
        message = (
            "{path}: rows {row} and {other_row} look like one facility ({name}; {other_name}; "
            "{apart_m:.0f} m apart); remove one if so"
        )
        yield Remark(
            message,
            path=path.name,
            row=rows[pair.first],
            other_row=rows[pair.second],
            name=one,
            other_name=other,
            apart_m=pair.apart_m,
        )
    if len(pairs) > _SHOWN_PAIRS:
        message = "{path}: {count} more pairs of rows look like one facility"
        yield Remark(message, path=path.name, count=len(pairs) - _SHOWN_PAIRS)


def _kinds(
    frame: pd.DataFrame, column: str, names: pd.Series, path: Path, notes: list[Remark]
) -> pd.Series:
    """Return the kind of each facility; where none is stated, as its name says."""
    kinds = texts(frame, column).map(kind_word)
    guessed = names[kinds == UNKNOWN].map(kind_in_name).dropna()
    if len(guessed):
        counts = guessed.value_counts().items()
        told = Joined.of(Joined((in_words(str(kind)), count), " ") for kind, count in counts)
        message = "{path}: kinds read from names where none is stated: {kinds} ({rows})"
        notes.append(Remark(message, path=path.name, kinds=told, rows=rows_where(guessed != "")))
    kinds[guessed.index] = guessed
    return kinds


def _cells(frame: pd.DataFrame, section: FacilitiesSection) -> pd.DataFrame:
    """Return every column as text; those that the study names stand under our names."""
    ours = {getattr(section, key): key for key in _OURS}
    columns = [str(column) for column in frame.columns if column != "geometry"]
    return pd.DataFrame({ours.get(column, column): texts(frame, column) for column in columns})


def _ownerships(
    frame: pd.DataFrame, column: str, names: pd.Series, path: Path, notes: list[Remark]
) -> NDArray[np.object_]:
    """Return who runs each facility; a word that nobody defined counts only where it is plain."""
    words = texts(frame, column)
    owners = words.map(ownership_word)
    for word in words[owners.isna()].unique():
        rows, owner = words == word, ownership_in_text(word)
        owners[rows] = owner or UNKNOWN
        message = (
            "{path}: {rows}: {column} {word!r} was read as {owner}"
            if owner
            else "{path}: {rows}: {column} {word!r} is none of {known}; it counts as unknown"
        )
        told = {"path": path.name, "rows": rows_where(rows), "column": column, "word": word}
        known = ", ".join(sorted(OWNERSHIPS))
        notes.append(Remark(message, **told, owner=in_words(owner or UNKNOWN), known=known))
    named = names[owners == UNKNOWN].map(ownership_in_text)
    named = named[named.isin(_OWNERS_IN_NAMES)]
    message = "{path}: row {row}: {column} was read from the name {name!r} as {owner}"
    notes.extend(
        Remark(message, path=path.name, row=row, column=column, name=name, owner=in_words(owner))
        for row, name, owner in zip(named.index, names.loc[named.index], named, strict=True)
    )
    owners[named.index] = named
    return owners.to_numpy(dtype=object)


def _from_osm(section: FacilitiesSection, crs: str, extract: Path | None) -> Facilities:
    """Take facilities from the extract; kinds are read from names before tags."""
    if extract is None or extract.suffix in ONLY_STREETS:
        msg = (
            '{path}: facilities.source = "osm" needs network.source to be the OSM file itself, not '
            "a saved network; name the OSM file or a register"
        )
        raise InputError(msg, path=extract or "osm")
    places = read_places(extract, "amenity", frozenset(section.amenity))
    if not places:
        msg = (
            "{path}: holds no place with amenity = {amenity}; name other values in "
            "facilities.amenity, or a register in facilities.source"
        )
        raise InputError(msg, path=extract, amenity=", ".join(section.amenity))
    lonlat = np.array([place.lonlat or (np.nan, np.nan) for place in places])
    nowhere = Remark("{path} holds no geometry for it", path=extract.name)
    table = pd.DataFrame(
        {
            "facility_id": [place.osm_id for place in places],
            "facility_name": [place.tags.get("name", place.osm_id) for place in places],
            "kind": [_osm_kind(place) for place in places],
            "ownership": [
                ownership_word(place.tags.get("operator:type", "")) or UNKNOWN for place in places
            ],
            "floor_area_m2": np.nan,
            "beds": np.nan,
            "reason": ["" if place.lonlat else nowhere for place in places],
        }
    )
    cells = table[["kind"]]
    xy = project(lonlat, WGS84, crs)
    return _sorted(table, xy, cells, ownership_stated=False, notes=[])


def _osm_kind(place: OsmPlace) -> str:
    return kind_in_name(place.tags.get("name", "")) or place.tags["amenity"]


def _sorted(
    table: pd.DataFrame,
    xy: NDArray[np.float64],
    cells: pd.DataFrame,
    *,
    ownership_stated: bool,
    notes: list[Remark],
) -> Facilities:
    order = np.argsort(table["facility_id"].to_numpy(dtype=str), kind="stable")
    return Facilities(
        table.iloc[order].reset_index(drop=True),
        xy[order],
        ownership_stated,
        cells.iloc[order].reset_index(drop=True),
        tuple(notes),
    )


def changed_facilities(
    facilities: Facilities, added: Collection[NewFacility], removed: Collection[str], crs: str
) -> tuple[Facilities, NDArray[np.int64]]:
    """Return the facilities as if the register had other rows.

    Parameters
    ----------
    facilities
        The register.
    added
        Rows that it does not have.
    removed
        Ids of rows that it has.
    crs
        The study's metric CRS.

    Returns
    -------
    facilities, row
        The register, and where each of its rows stood before; what is new stands behind all of
        those, in any order.

    Raises
    ------
    NotFoundError
        A removed facility is not there.
    InputError
        An added one has the id of another.
    """
    ids = facilities.table["facility_id"]
    if missing := sorted(set(removed) - set(ids)):
        msg = "removed: the register has no facility {facility_id!r}; name an id that it has"
        raise NotFoundError(msg, facility_id=missing[0])
    kept = np.flatnonzero(~ids.isin(list(removed)))
    new = _new_rows(added)
    whole = pd.concat([ids.iloc[kept], new["facility_id"]], ignore_index=True)
    if whole.duplicated().any():
        twice = whole[whole.duplicated()].iloc[0]
        msg = "added: there is a facility {facility_id!r} already; give each an id of its own"
        raise InputError(msg, facility_id=twice)
    own = {key: [_cell(getattr(place, key)) for place in added] for key in _OURS}
    nothing = [""] * len(added)
    cells = pd.DataFrame({name: own.get(name, nothing) for name in facilities.cells.columns})
    lonlat = np.array([place.lonlat for place in added], dtype=float).reshape(-1, 2)
    both = _sorted(
        _stacked(facilities.table.iloc[kept], new),
        np.concatenate([facilities.xy[kept], project(lonlat, WGS84, crs)]),
        _stacked(facilities.cells.iloc[kept], cells),
        ownership_stated=facilities.ownership_stated,
        notes=list(facilities.notes),
    )
    row = np.concatenate([kept, len(ids) + np.arange(len(new))])
    return both, row[np.argsort(whole.to_numpy(dtype=str), kind="stable")]


def _new_rows(added: Collection[NewFacility]) -> pd.DataFrame:
    """Return added facilities as rows of ``Facilities.table``."""
    amount = {key: [getattr(place, key) for place in added] for key in ("floor_area_m2", "beds")}
    return pd.DataFrame(
        {
            "facility_id": [place.facility_id for place in added],
            "facility_name": [place.facility_name for place in added],
            "kind": [kind_word(place.kind) for place in added],
            "ownership": [ownership_word(place.ownership) or UNKNOWN for place in added],
            **{key: np.array(values, dtype=float) for key, values in amount.items()},
            "reason": "",
        }
    )


def _cell(value: str | float | None) -> str:
    """Return a value as a register would have written it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value!r}".removesuffix(".0")


def _stacked(upper: pd.DataFrame, lower: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of two tables with the same columns, of the types of the upper one."""
    return pd.concat([upper, lower.astype(upper.dtypes.to_dict())], ignore_index=True)


def facility_points(facilities: Facilities) -> NDArray[np.object_]:
    """Return the facilities as points.

    Parameters
    ----------
    facilities
        The facilities.

    Returns
    -------
    ndarray of shapely.Point
        Shape (f,), empty points where a row has no usable position.
    """
    return points_of(facilities.xy)


__all__ = [
    "CENTRE",
    "GOVERNMENT",
    "STATION",
    "UNKNOWN",
    "Facilities",
    "NewFacility",
    "changed_facilities",
    "facility_points",
    "read_facilities",
]
