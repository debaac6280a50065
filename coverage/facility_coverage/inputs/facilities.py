"""Facilities: a register in any common format, or the places of the street extract itself."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from facility_coverage.crs import WGS84, project
from facility_coverage.errors import InputError
from facility_coverage.inputs.osm import OsmPlace, read_places
from facility_coverage.inputs.tables import (
    SHEETS,
    plain_text,
    read_layer,
    read_table,
    require_columns,
    text_ids,
)
from facility_coverage.study_file import FacilitiesSection

CENTRE, STATION = "centre", "station"
GOVERNMENT, UNKNOWN = "government", "unknown"

_KINDS = {
    "社区卫生服务中心": CENTRE, "中心": CENTRE, "center": CENTRE,
    "社区卫生服务站": STATION, "站": STATION,
}  # fmt: skip
"""Other words for the two kinds that rules speak of; any other kind stays as it is written."""

_OWNERSHIPS = {
    "government": GOVERNMENT, "政府办": GOVERNMENT, "公办": GOVERNMENT, "public": GOVERNMENT,
    "hospital_transitional": "hospital_transitional", "armed_police": "armed_police",
    "private": "private", "民营": "private", "社会办": "private",
    "": UNKNOWN, UNKNOWN: UNKNOWN,
}  # fmt: skip
"""Every word that says who runs a facility; any other is unknown, and noted."""

_STATION_NAME = re.compile("社区卫生服务站")
_CENTRE_NAME = re.compile("社区卫生服务(中心|分中心)")


@dataclass(frozen=True, eq=False)
class Facilities:
    """Existing facilities, sorted by id.

    Attributes
    ----------
    table
        ``facility_id, facility_name, kind, ownership, floor_area_m2, beds`` (NaN where
        unknown), ``reason`` (why a row has no usable position; empty otherwise).
    xy
        Shape (f, 2), metres in the study's CRS, NaN where a row has no usable position.
    ownership_stated
        Whether the register says at all who runs a facility.
    notes
        Values that could not be read, one sentence each.
    """

    table: pd.DataFrame
    xy: NDArray[np.float64]
    ownership_stated: bool
    notes: tuple[str, ...]


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
    if path.suffix.lower() in SHEETS:
        frame = read_table(path, section.layer)
        require_columns(frame, {"facilities.lon": section.lon, "facilities.lat": section.lat}, path)
        lonlat = np.column_stack(
            [
                pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=float)
                for column in (section.lon, section.lat)
            ]
        )
        xy = _checked_positions(lonlat, crs)
    else:
        frame = read_layer(path, section.layer)
        shapes = frame.geometry.to_crs(crs)
        placed = np.isfinite(shapes.bounds).all(axis=1)
        points = shapes.where(placed).representative_point()
        xy = np.column_stack([points.x, points.y])
    require_columns(frame, {"facilities.id": section.id}, path)
    return _register(frame, xy, section, path)


def _register(
    frame: pd.DataFrame, xy: NDArray[np.float64], section: FacilitiesSection, path: Path
) -> Facilities:
    """Turn a register's rows into facilities."""
    notes: list[str] = []
    ids = text_ids(frame, section.id, path)
    names = _texts(frame, section.name).where(lambda name: name != "", ids)
    reason = np.where(np.isfinite(xy).all(axis=1), "", _no_position(section, path))
    table = pd.DataFrame(
        {
            "facility_id": ids.to_numpy(),
            "facility_name": names.to_numpy(),
            "kind": _texts(frame, section.kind).str.lower().map(_kind),
            "ownership": _ownerships(frame, section.ownership, path, notes),
            "floor_area_m2": _amounts(frame, section.floor_area_m2, path, notes),
            "beds": _amounts(frame, section.beds, path, notes),
            "reason": reason,
        }
    )
    stated = section.ownership in frame.columns
    return _sorted(table, xy, ownership_stated=stated, notes=notes)


def _kind(word: str) -> str:
    return _KINDS.get(word, word) or UNKNOWN


def _ownerships(
    frame: pd.DataFrame, column: str, path: Path, notes: list[str]
) -> NDArray[np.object_]:
    """Return who runs each facility; a word that nobody defined is unknown, not guessed."""
    text = _texts(frame, column).str.lower()
    known = ", ".join(sorted(set(_OWNERSHIPS.values())))
    notes.extend(
        f"{path.name}: row {row}: {column} {word!r} is none of {known}; it counts as unknown"
        for row, word in text[~text.isin(list(_OWNERSHIPS))].items()
    )
    owners: NDArray[np.object_] = text.map(_OWNERSHIPS).fillna(UNKNOWN).to_numpy(dtype=object)
    return owners


def _from_osm(section: FacilitiesSection, crs: str, extract: Path | None) -> Facilities:
    """Take facilities from the extract; kinds are read from names before tags."""
    if extract is None or extract.suffix == ".npz":
        msg = (
            f'{extract or "osm"}: facilities.source = "osm" needs network.source to be the OSM '
            f"file itself, not a saved network; name the OSM file or a register"
        )
        raise InputError(msg)
    places = read_places(extract, "amenity", frozenset(section.amenity))
    if not places:
        msg = (
            f"{extract}: holds no place with amenity = {', '.join(section.amenity)}; name other "
            f"values in facilities.amenity, or a register in facilities.source"
        )
        raise InputError(msg)
    lonlat = np.array([place.lonlat or (np.nan, np.nan) for place in places])
    table = pd.DataFrame(
        {
            "facility_id": [place.osm_id for place in places],
            "facility_name": [place.tags.get("name", place.osm_id) for place in places],
            "kind": [_osm_kind(place) for place in places],
            "ownership": [
                _OWNERSHIPS.get(place.tags.get("operator:type", ""), UNKNOWN) for place in places
            ],
            "floor_area_m2": np.nan,
            "beds": np.nan,
            "reason": [
                "" if place.lonlat else f"{extract.name} holds no geometry for it"
                for place in places
            ],
        }
    )
    return _sorted(table, project(lonlat, WGS84, crs), ownership_stated=False, notes=[])


def _osm_kind(place: OsmPlace) -> str:
    name = place.tags.get("name", "")
    if _STATION_NAME.search(name):
        return STATION
    return CENTRE if _CENTRE_NAME.search(name) else place.tags["amenity"]


def _sorted(
    table: pd.DataFrame, xy: NDArray[np.float64], *, ownership_stated: bool, notes: list[str]
) -> Facilities:
    order = np.argsort(table["facility_id"].to_numpy(dtype=str), kind="stable")
    return Facilities(
        table.iloc[order].reset_index(drop=True), xy[order], ownership_stated, tuple(notes)
    )


def _checked_positions(lonlat: NDArray[np.float64], crs: str) -> NDArray[np.float64]:
    """Project degrees; what is not on Earth becomes NaN."""
    on_earth = np.all(np.abs(lonlat) <= [180.0, 90.0], axis=1)
    xy = project(np.where(on_earth.reshape(-1, 1), lonlat, 0.0), WGS84, crs)
    xy[~on_earth | ~np.isfinite(xy).all(axis=1)] = np.nan
    return xy


def _no_position(section: FacilitiesSection, path: Path) -> str:
    if path.suffix.lower() in SHEETS:
        return (
            f"{section.lon}, {section.lat} are no longitude and latitude in degrees; "
            f"fill them in, or exchange them if they are swapped"
        )
    return "has no geometry on Earth; draw its point, or exchange its coordinates if swapped"


def _texts(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return a column as text, empty where the register lacks it."""
    if column not in frame.columns:
        return pd.Series("", index=frame.index)
    return frame[column].map(plain_text)


def _amounts(frame: pd.DataFrame, column: str, path: Path, notes: list[str]) -> NDArray[np.float64]:
    """Return a column of amounts, NaN where empty; what is no amount is noted, not guessed."""
    if column not in frame.columns:
        return np.full(len(frame), np.nan)
    text = _texts(frame, column)
    values = pd.to_numeric(text.where(text != "", None), errors="coerce")
    values = values.where(values >= 0)
    notes.extend(
        f"{path.name}: row {row}: {column} {text[row]!r} is no amount and was left empty"
        for row in frame.index[values.isna() & (text != "")]
    )
    return values.to_numpy(dtype=float)


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
    points: NDArray[np.object_] = shapely.points(np.nan_to_num(facilities.xy))
    points[~np.isfinite(facilities.xy).all(axis=1)] = shapely.Point()
    return points


__all__ = [
    "CENTRE",
    "GOVERNMENT",
    "STATION",
    "UNKNOWN",
    "Facilities",
    "facility_points",
    "read_facilities",
]
