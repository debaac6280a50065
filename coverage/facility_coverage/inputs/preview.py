"""What a register would be read as: columns, kinds, owners, places, and what cannot be read."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from facility_coverage.coordinates.systems import WGS84
from facility_coverage.crs import WGS84 as DEGREES
from facility_coverage.crs import metric_crs, project
from facility_coverage.facility_words import (
    UNKNOWN,
    kind_in_name,
    kind_word,
    ownership_in_text,
    ownership_word,
)
from facility_coverage.inputs.amounts import amount
from facility_coverage.inputs.duplicates import likely_duplicates
from facility_coverage.inputs.headings import meanings
from facility_coverage.inputs.placed_rows import declared_shapes, texts
from facility_coverage.inputs.positions import table_positions
from facility_coverage.inputs.tables import SHEETS, read_layer, whole_sheet
from facility_coverage.study_file import FacilitiesSection
from facility_coverage.words import Remark

KEYS = ("id", "name", "lon", "lat", "kind", "ownership", "floor_area_m2", "beds")
"""Keys of ``[facilities]`` that name a column."""

_CHINA = (73.0, 15.0, 136.0, 55.0)
_METRES, _ZONE_PREFIX_M = 10_000.0, 1_000_000.0
_FIRST_ZONE, _LAST_ZONE, _PREFIXED_EPSG = 25, 45, 4513
_NO_GEOMETRY = Remark("has no geometry on Earth")
_MARKED = re.compile(r"wgs-?84|gcj-?02|bd-?09|cgcs2000|高德|百度|火星|腾讯", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Preview:
    """How a register would be read.

    Attributes
    ----------
    heading_row, rows
        Where its heading stands, and how many rows it has; row 0 for a layer.
    left_out
        Titles, sums and notes: row and text.
    columns
        ``column, meaning`` (key of the study file, empty for a column that only clauses of rules
        use), ``certainty`` (``stated``, ``certain``, ``likely``), ``example``.
    guesses
        What would be read from words that say it only in part: ``row, what, value, reason``
        (a remark, as each reason below).
    duplicates
        Rows that look like one facility: ``row, other_row, name, other_name, apart_m``.
    without_point
        ``row, facility_id, name, address, reason``.
    unread
        Numbers that could not be read: ``row, column, text, reason``.
    coordinates
        What the coordinates are counted in, as far as their numbers tell.
    lonlat
        Shape (rows, 2), degrees, WGS 84, as they would be read; NaN where nowhere.
    """

    heading_row: int
    rows: int
    left_out: tuple[tuple[int, str], ...]
    columns: pd.DataFrame
    guesses: pd.DataFrame
    duplicates: pd.DataFrame
    without_point: pd.DataFrame
    unread: pd.DataFrame
    coordinates: Remark
    lonlat: NDArray[np.float64]


def preview_register(section: FacilitiesSection) -> Preview:
    """Read a register as a study would, and tell what was understood; nothing stops it.

    Parameters
    ----------
    section
        Where it stands, and the columns that the user names.

    Returns
    -------
    Preview
        What was understood.

    Raises
    ------
    NotFoundError, InputError, SchemaError, CrsError
        The file as a whole cannot be read.
    """
    path = Path(section.source)
    if path.suffix.lower() in SHEETS:
        sheet = whole_sheet(path, section.layer)
        frame, heading_row, left_out = sheet.table, sheet.heading_row, sheet.left_out
    else:
        layer = read_layer(path, section.layer, system=section.coordinates)
        frame, heading_row, left_out = layer, 0, ()
    named = _named(frame, section)
    lonlat, reason = _places(frame, named, section, path)
    names, ids = texts(frame, named.get("name", "")), texts(frame, named.get("id", ""))
    kinds, guesses = _guesses(frame, named, names)
    nowhere: NDArray[np.bool_] = ~np.all(np.isfinite(lonlat), axis=1)
    without_point = pd.DataFrame(
        {
            "row": frame.index[nowhere],
            "facility_id": ids[nowhere].to_numpy(),
            "name": names[nowhere].to_numpy(),
            "address": texts(frame, named.get("address", ""))[nowhere].to_numpy(),
            "reason": reason[nowhere],
        }
    )
    return Preview(
        heading_row=heading_row,
        rows=len(frame),
        left_out=left_out,
        columns=_columns(frame, named, section),
        guesses=guesses,
        duplicates=_duplicates(names, kinds, lonlat),
        without_point=without_point,
        unread=_unread(frame, named),
        coordinates=_coordinates(frame, named, section),
        lonlat=lonlat,
    )


def _named(frame: pd.DataFrame, section: FacilitiesSection) -> dict[str, str]:
    """Return key to column, as headings tell or the user states."""
    there = [str(column) for column in frame.columns if column != "geometry"]
    told = meanings(there)
    found = {"id" if name == "facility_id" else name: column for name, column in told.items()}
    stated = {key: getattr(section, key) for key in KEYS if key in section.model_fields_set}
    return found | {key: column for key, column in stated.items() if column in there}


def _columns(
    frame: pd.DataFrame, named: dict[str, str], section: FacilitiesSection
) -> pd.DataFrame:
    """Return what every column means, and how sure that is."""
    rows = []
    for column in [str(column) for column in frame.columns if column != "geometry"]:
        keys = [key for key, theirs in named.items() if theirs == column]
        own = [getattr(FacilitiesSection(source=section.source), key, "") for key in keys]
        sure = (
            "stated" if section.model_fields_set.intersection(keys)
            else "certain" if column in own
            else "likely" if keys else ""
        )  # fmt: skip
        example = next((text for text in texts(frame, column) if text), "")
        rows.append((column, ", ".join(keys), sure, example))
    return pd.DataFrame(rows, columns=["column", "meaning", "certainty", "example"])


def _places(
    frame: pd.DataFrame, named: dict[str, str], section: FacilitiesSection, path: Path
) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """Return where the rows stand, and why some stand nowhere."""
    if isinstance(frame, gpd.GeoDataFrame):
        shapes = declared_shapes(frame, section.coordinates, path).to_crs(DEGREES)
        placed = np.isfinite(shapes.bounds).all(axis=1)
        points = shapes.where(placed).representative_point()
        lonlat = np.column_stack([points.x, points.y])
        return lonlat, np.array(["" if there else _NO_GEOMETRY for there in placed], dtype=object)
    lon, lat = named.get("lon"), named.get("lat")
    if lon is None or lat is None:
        nothing = np.full((len(frame), 2), np.nan)
        return nothing, np.full(len(frame), Remark("the file has no column of positions"))
    places = table_positions(frame, lon, lat, section.coordinates or WGS84)
    return places.lonlat, places.reason


def _guesses(
    frame: pd.DataFrame, named: dict[str, str], names: pd.Series
) -> tuple[pd.Series, pd.DataFrame]:
    """Return the kind of each row, and what is read from words that say it only in part."""
    kinds = texts(frame, named.get("kind", "")).map(kind_word)
    owners = texts(frame, named.get("ownership", ""))
    told: list[tuple[Any, ...]] = []
    named_kinds = names[kinds == UNKNOWN].map(kind_in_name).dropna()
    kinds = kinds.where(~kinds.index.isin(named_kinds.index), names.map(kind_in_name))
    told += [
        (row, "kind", kind, Remark("the name is {name}", name=name))
        for row, kind, name in zip(
            named_kinds.index, named_kinds, names.loc[named_kinds.index], strict=True
        )
    ]
    for row, word in owners[owners.map(ownership_word).isna()].items():
        owner = ownership_in_text(word)
        reason = Remark(
            "{column} is {word}" if owner else "{column} is {word}?",
            column=named["ownership"],
            word=word,
        )
        told.append((row, "ownership", owner or UNKNOWN, reason))
    return kinds, pd.DataFrame(told, columns=["row", "what", "value", "reason"])


def _duplicates(names: pd.Series, kinds: pd.Series, lonlat: NDArray[np.float64]) -> pd.DataFrame:
    """Return rows that look like one facility."""
    columns = ["row", "other_row", "name", "other_name", "apart_m"]
    placed: NDArray[np.bool_] = np.all(np.isfinite(lonlat), axis=1)
    if not placed.any():
        return pd.DataFrame(columns=columns)
    xy = np.full(lonlat.shape, np.nan)
    lon, lat = np.median(lonlat[placed], axis=0).tolist()
    xy[placed] = project(lonlat[placed], DEGREES, metric_crs(lon, lat))
    rows = names.index
    found = [
        (rows[pair.first], rows[pair.second], names.iloc[pair.first], names.iloc[pair.second],
         round(pair.apart_m, 1))
        for pair in likely_duplicates(names, kinds, xy)
    ]  # fmt: skip
    return pd.DataFrame(found, columns=columns)


def _unread(frame: pd.DataFrame, named: dict[str, str]) -> pd.DataFrame:
    """Return numbers that could not be read."""
    told = []
    for key in ("floor_area_m2", "beds"):
        for row, text in texts(frame, named.get(key, "")).items():
            read = amount(text, key)
            if read.reason is not None:
                told.append((row, named[key], text, read.reason))
    return pd.DataFrame(told, columns=["row", "column", "text", "reason"])


def _coordinates(frame: pd.DataFrame, named: dict[str, str], section: FacilitiesSection) -> Remark:
    """Say what the numbers tell of their system."""
    if section.coordinates is not None:
        return Remark("{system}, as stated", system=section.coordinates)
    if isinstance(frame, gpd.GeoDataFrame):
        return Remark("{system}, as the layer says", system=frame.crs.name)
    if marked := _MARKED.search(" ".join(named.values())):
        message = "the heading says {system}; state it in facilities.coordinates"
        return Remark(message, system=marked.group())
    pair = [texts(frame, named.get(key, "")) for key in ("lon", "lat")]
    numbers = [pd.to_numeric(column, errors="coerce").dropna() for column in pair]
    if numbers[0].empty or numbers[1].empty:
        return Remark("unknown: no plain numbers")
    return _by_size(*(float(column.median()) for column in numbers))


def _by_size(east: float, north: float) -> Remark:
    """Say what the size of the numbers tells."""
    if max(abs(east), abs(north)) > _METRES:
        return _zone(east)
    west, south, far_east, far_north = _CHINA
    if not (west <= east <= far_east and south <= north <= far_north):
        return Remark("degrees")
    return Remark(
        "degrees in China: wgs84, gcj02 (Gaode, Tencent) or bd09 (Baidu), which numbers alone do "
        "not tell; ask where they come from, or give --streets"
    )


def _zone(easting: float) -> Remark:
    """Say what eastings tell of a zone of CGCS2000."""
    zone = int(easting // _ZONE_PREFIX_M)
    if _FIRST_ZONE <= zone <= _LAST_ZONE:
        epsg = _PREFIXED_EPSG + zone - _FIRST_ZONE
        return Remark("metres of zone {zone}: EPSG:{epsg} (CGCS2000)", zone=zone, epsg=epsg)
    return Remark(
        "metres without a zone number: EPSG:4534 (75°E) to EPSG:4554 (135°E), every three degrees; "
        "ask for the central meridian"
    )
