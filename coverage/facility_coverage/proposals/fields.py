"""The fields of a proposal as people write them: cells of a sheet, properties, JSON."""

import math
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pydantic import ValidationError
from shapely.errors import ShapelyError
from shapely.geometry import shape

from facility_coverage.coordinates.systems import WGS84, exchanged, known_system, to_wgs84
from facility_coverage.errors import GeometryError, InputError, SchemaError
from facility_coverage.facility_words import kind_word
from facility_coverage.inputs.amounts import amount
from facility_coverage.inputs.positions import table_positions
from facility_coverage.inputs.tables import POLYGONS, plain_text
from facility_coverage.model_faults import model_fault
from facility_coverage.proposals.proposal import Proposal
from facility_coverage.words import Joined, Remark, Told

_TEXTS = ("id", "title", "proposer", "ownership")
_YES = frozenset({"yes", "true", "1", "是", "有"})
_NO = frozenset({"no", "false", "0", "否", "无"})
_BETWEEN = re.compile("[;；|]")

Values = Mapping[str, Any]


def proposal_of(values: Values, *, coordinates: str = WGS84) -> Proposal:
    """Read a proposal from the cells of a row, the properties of a feature or a JSON object.

    Parameters
    ----------
    values
        The fields of ``Proposal``, as text or as values, or a GeoJSON feature with them. The
        place is ``lon`` and ``lat``, ``lonlat``, or a ``geometry`` (GeoJSON or shapely);
        ``closes`` may be one text with ``;`` between ids, ``documents`` one text
        ``name=sha256; …``. Other keys and empty cells are passed over.
    coordinates
        The system of the place, where ``values`` does not say it as ``coordinates``.

    Returns
    -------
    Proposal
        Its place in WGS 84.

    Raises
    ------
    SchemaError
        Values cannot be read or break the contract: one line with all faults.
    """
    if values.get("type") == "Feature":
        own = {name: values[name] for name in ("id", "geometry") if name in values}
        values = own | dict(values.get("properties") or {})
    faults: list[Told] = []
    fields: dict[str, Any] = {name: _line(values.get(name)) for name in _TEXTS}
    for name, read in _READERS.items():
        try:
            value = read(values.get(name))
        except ValueError as error:
            faults.append(Remark("{column}: {reason}", column=name, reason=error))
        else:
            if value is not None:
                fields[name] = value
    try:
        system = known_system(_line(values.get("coordinates")) or coordinates, "coordinates")
        fields |= {"coordinates": system} | _place(values, system)
    except InputError as error:
        faults.extend(error.remarks)
    if not faults:
        try:
            return Proposal(**fields)
        except ValidationError as error:
            faults = [_fault(entry) for entry in error.errors()]
    told = Joined.of(dict.fromkeys(faults), "; ")
    msg = "proposal {id!r}: {faults}"
    raise SchemaError(msg, id=fields["id"], faults=told)


def place_of(geometry: object, system: str) -> dict[str, Any]:
    """Read the place of a proposal from a geometry.

    Parameters
    ----------
    geometry
        A point or parcel: a shapely geometry, or a mapping as GeoJSON has it.
    system
        Its coordinate system, see ``coordinates.systems.known_system``.

    Returns
    -------
    dict
        ``lonlat`` and, of a parcel, ``parcel``, in WGS 84; empty where there is no geometry.

    Raises
    ------
    GeometryError
        It is neither a point nor a parcel, crosses itself or does not lie on Earth.
    """
    try:
        placed = shape(geometry) if isinstance(geometry, Mapping) else geometry
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError) as error:
        msg = "geometry is no GeoJSON; draw its point or parcel"
        raise GeometryError(msg) from error
    if not isinstance(placed, shapely.Geometry) or placed.is_empty:
        return {}
    placed = shapely.force_2d(placed)
    if placed.geom_type == "Point":
        return {"lonlat": _lonlat(shapely.get_coordinates(placed), system)}
    if placed.geom_type not in POLYGONS:
        msg = "geometry is a {kind}; draw a point or a parcel"
        raise GeometryError(msg, kind=placed.geom_type)
    if not placed.is_valid:
        msg = "the parcel crosses itself ({reason}); mend it in QGIS with Fix geometries"
        raise GeometryError(msg, reason=shapely.is_valid_reason(placed))
    land = shapely.transform(placed, lambda xy: _degrees(xy, system))
    inside = land.representative_point()
    polygons = [land] if land.geom_type == "Polygon" else list(land.geoms)
    parcel = tuple(
        tuple(tuple(map(tuple, ring.coords)) for ring in (part.exterior, *part.interiors))
        for part in polygons
    )
    return {"lonlat": (inside.x, inside.y), "parcel": parcel}


def _place(values: Values, system: str) -> dict[str, Any]:
    """Read the place from whatever says it."""
    if values.get("geometry") is not None:
        return place_of(values["geometry"], system)
    lonlat = values.get("lonlat")
    lon, lat = (values.get("lon"), values.get("lat")) if lonlat is None else lonlat
    if _line(lon) == "" and _line(lat) == "":
        return {}
    row = pd.DataFrame({"lon": [lon], "lat": [lat]})
    found = table_positions(row, "lon", "lat", system)
    if found.reason[0]:
        raise GeometryError(found.reason[0])
    east, north = found.lonlat[0].tolist()
    return {"lonlat": (east, north)}


def _lonlat(xy: NDArray[np.float64], system: str) -> tuple[float, float]:
    lon, lat = _degrees(xy, system)[0].tolist()
    return lon, lat


def _degrees(xy: NDArray[np.float64], system: str) -> NDArray[np.float64]:
    """Convert positions to WGS 84; refuse what does not lie on Earth."""
    lonlat = to_wgs84(xy, system)
    if not np.isfinite(lonlat).all():
        east, north = xy[0].tolist()
        msg = (
            "{east}, {north} is no place on Earth in {system}; exchange the two"
            if exchanged(xy, system).all()
            else "{east}, {north} is no place on Earth in {system}; correct them, or their system"
        )
        raise GeometryError(msg, east=east, north=north, system=system)
    return lonlat


def _line(value: object) -> str:
    """Return a cell as one line of text."""
    return " ".join(plain_text(value).split())


def _amount(value: object, column: str) -> float | None:
    found = amount(_line(value), column)
    if found.reason:
        msg = "{value!r} {reason}"
        raise InputError(msg, value=_line(value), reason=found.reason)
    return None if math.isnan(found.value) else found.value


def _year(value: object) -> int | None:
    year = _amount(value, "earliest_year")
    if year is not None and not year.is_integer():
        msg = "{value!r} is no year; write one like 2027"
        raise InputError(msg, value=_line(value))
    return None if year is None else int(year)


def _kind(value: object) -> str | None:
    kind = kind_word(_line(value))
    return None if kind == "unknown" else kind


def _yes(value: object) -> bool | None:
    word = _line(value).lower()
    if word in _YES or word in _NO:
        return word in _YES
    if word:
        msg = "{value!r} is neither yes nor no"
        raise InputError(msg, value=_line(value))
    return None


def _ids(value: object) -> tuple[str, ...] | None:
    """Return ids from a list, or from one text with ; between them."""
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        ids = [_line(part) for part in _BETWEEN.split(_line(value))]
    else:
        ids = [_line(part) for part in value]
    return tuple(part for part in ids if part) or None


def _documents(value: object) -> tuple[Mapping[str, str], ...] | None:
    """Return documents from a list of mappings, or from texts name=sha256."""
    if not isinstance(value, str) and hasattr(value, "__iter__"):
        parts = list(value)
        if parts and all(isinstance(part, Mapping) for part in parts):
            return tuple(parts)
    found = []
    for part in _ids(value) or ():
        name, _, digest = part.rpartition("=")
        found.append({"name": name.strip(), "sha256": digest.strip().lower()})
    return tuple(found) or None


def _fault(entry: Any) -> Told:  # noqa: ANN401  (pydantic's ErrorDetails is a TypedDict of Any)
    """Return a fault of pydantic as half a line."""
    where = ".".join(str(part) for part in entry["loc"])
    reason = model_fault(entry)
    if not where:
        return reason
    shown = repr(entry["input"])
    if len(shown) > _SHOWN_LETTERS:
        shown = f"{shown[:_SHOWN_LETTERS]}…"
    return Remark("{place} {value}: {reason}", place=where, value=shown, reason=reason)


_SHOWN_LETTERS = 60

_READERS: dict[str, Callable[[object], object]] = {
    "kind": _kind,
    "floor_area_m2": partial(_amount, column="floor_area_m2"),
    "beds": partial(_amount, column="beds"),
    "older_care": _yes,
    "capacity": partial(_amount, column="capacity"),
    "cost": partial(_amount, column="cost"),
    "opening_year": _year,
    "closes": _ids,
    "documents": _documents,
}
"""How each field is read from what stands in a cell; None where nothing stands there."""
