"""What a request for features asks: everything that is not understood is refused."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import shapely
from starlette.datastructures import QueryParams

from facility_coverage.errors import InputError
from facility_coverage.words import Remark
from facility_coverage_api.features.crs import CRS84, CRS84_URI, ServedCrs

DEFAULT_LIMIT, MAX_LIMIT = 1000, 10_000
"""Features on a page."""
MAX_OFFSET = 10_000_000

_FARTHEST_M = 1e9
_COUNT = re.compile(r"[0-9]{1,12}")
_FLAT, _SOLID = 4, 6
_CRS_PATTERN = r"^http://www\.opengis\.net/def/crs/(OGC/1\.3/CRS84|EPSG/0/[0-9]{4,6})$"

F_PARAMETER: dict[str, Any] = {
    "name": "f",
    "in": "query",
    "description": "Format of the answer; it goes before the header Accept.",
}
CRS_PARAMETER: dict[str, Any] = {
    "name": "crs",
    "in": "query",
    "description": "CRS of the answer: one that the collection lists, in its own axis order.",
    "schema": {"type": "string", "pattern": _CRS_PATTERN, "default": CRS84_URI},
}
LIMIT_PARAMETER: dict[str, Any] = {
    "name": "limit",
    "in": "query",
    "description": f"Features on a page; more than {MAX_LIMIT} are given as {MAX_LIMIT}. "
    "Files (gpkg, fgb, parquet, csv, xlsx) hold all features where it is not given.",
    "schema": {
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_LIMIT,
        "default": DEFAULT_LIMIT,
    },
}
"""QGIS takes the size of its pages from it."""
ITEMS_PARAMETERS: tuple[dict[str, Any], ...] = (
    {
        "name": "bbox",
        "in": "query",
        "description": "Only features that share a point with this box: west, south, east, north "
        "in CRS84, else in the axis order of `bbox-crs`. Heights are left out of account.",
        "style": "form",
        "explode": False,
        "schema": {
            "type": "array",
            "items": {"type": "number"},
            "minItems": _FLAT,
            "maxItems": _SOLID,
        },
        "example": [113.33, 23.11, 113.38, 23.15],
    },
    CRS_PARAMETER
    | {"name": "bbox-crs", "description": "CRS of `bbox`: one that the collection lists."},
    CRS_PARAMETER,
    LIMIT_PARAMETER,
    {
        "name": "offset",
        "in": "query",
        "description": "Features before the page; the links `next` and `prev` hold it.",
        "schema": {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET, "default": 0},
    },
)
"""What a page of features can be asked for, besides its format and its properties' values."""

_ITEMS_NAMES = frozenset({"f", *(parameter["name"] for parameter in ITEMS_PARAMETERS)})


class QueryError(InputError):
    """A query parameter is unknown, given twice, or has a value that cannot be used."""

    code = "query"
    http_status = 400


@dataclass(frozen=True)
class ItemsQuery:
    """What a page of features was asked for.

    Attributes
    ----------
    crs
        Of the answer.
    boxes
        East first; None where every place is meant. Two where it crosses the antimeridian.
    box_crs
        Theirs.
    limit
        Features on the page; None where none was given.
    offset
        Features before it.
    equal
        Values that properties must have.
    """

    crs: ServedCrs
    boxes: list[shapely.Geometry] | None
    box_crs: ServedCrs
    limit: int | None
    offset: int
    equal: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(
        cls, asked: QueryParams, crs: Mapping[str, ServedCrs], columns: Mapping[str, str]
    ) -> Self:
        """Read the query of a request.

        Parameters
        ----------
        asked
            Its parameters.
        crs
            The systems that the layer is served in.
        columns
            Its properties.

        Returns
        -------
        ItemsQuery
            What is asked.

        Raises
        ------
        QueryError
            Something in it is not understood.
        """
        given = single(asked, _ITEMS_NAMES | columns.keys())
        box_crs = _crs(given, "bbox-crs", crs)
        limit = given.get("limit")
        return cls(
            crs=_crs(given, "crs", crs),
            boxes=_boxes(given["bbox"], box_crs) if "bbox" in given else None,
            box_crs=box_crs,
            limit=None if limit is None else min(_count("limit", limit, 1), MAX_LIMIT),
            offset=_count("offset", given.get("offset", "0"), 0),
            equal={name: text for name, text in given.items() if name not in _ITEMS_NAMES},
        )


def single(asked: QueryParams, known: frozenset[str] | set[str]) -> dict[str, str]:
    """Return the parameters of a query, each of which must be known and given once.

    Parameters
    ----------
    asked
        The query.
    known
        Names that it may have.

    Returns
    -------
    dict of str to str
        By name.

    Raises
    ------
    QueryError
        A parameter is unknown, or given twice.
    """
    given: dict[str, str] = {}
    for name, value in asked.multi_items():
        if name not in known:
            msg = "{name!r}: unknown parameter; known are {known}"
            raise QueryError(msg, name=name[:80], known=", ".join(sorted(known)))
        if name in given:
            msg = "{name}: given twice; give it once"
            raise QueryError(msg, name=name)
        given[name] = value
    return given


def asked_crs(asked: QueryParams, crs: Mapping[str, ServedCrs]) -> ServedCrs:
    """Return the CRS that a single feature is asked in.

    Parameters
    ----------
    asked
        The query.
    crs
        The systems that the layer is served in.

    Returns
    -------
    ServedCrs
        CRS84 where none is asked.

    Raises
    ------
    QueryError
        Something in the query is not understood.
    """
    return _crs(single(asked, {"crs", "f"}), "crs", crs)


def _crs(given: Mapping[str, str], name: str, crs: Mapping[str, ServedCrs]) -> ServedCrs:
    uri = given.get(name)
    if uri is None:
        return CRS84
    if uri not in crs:
        msg = "{name}={uri!r}: not served; choose one of {known}"
        raise QueryError(msg, name=name, uri=uri[:120], known=", ".join(crs))
    return crs[uri]


def _count(name: str, text: str, least: int) -> int:
    if _COUNT.fullmatch(text) and int(text) >= least:
        return int(text)
    msg = "{name}={text!r}: write a whole number from {least}"
    raise QueryError(msg, name=name, text=text[:80], least=least)


def _boxes(text: str, crs: ServedCrs) -> list[shapely.Geometry]:
    values = _numbers(text)
    half = len(values) // 2
    low, high = values[:2], values[half : half + 2]
    if crs.north_first:
        low, high = low[::-1], high[::-1]
    west, south, east, north = *low, *high
    if south > north:
        msg = "bbox={text!r}: south is greater than north; the lower corner comes first"
        raise QueryError(msg, text=text[:80])
    if crs.world is None:
        if west > east:
            msg = "bbox={text!r}: west is greater than east; the lower corner comes first"
            raise QueryError(msg, text=text[:80])
        limit = _FARTHEST_M
        return [_box(*(min(max(v, -limit), limit) for v in (west, south, east, north)))]
    lon, lat = crs.world
    if max(abs(west), abs(east)) > lon or max(abs(south), abs(north)) > lat:
        order = Remark("latitude, longitude" if crs.north_first else "longitude, latitude")
        msg = "bbox={text!r}: not on Earth; are the two exchanged? The order is {order}"
        raise QueryError(msg, text=text[:80], order=order)
    if west > east:
        return [_box(west, south, lon, north), _box(-lon, south, east, north)]
    return [_box(west, south, east, north)]


def _numbers(text: str) -> list[float]:
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) in {_FLAT, _SOLID} and all(map(math.isfinite, values)):
        return values
    msg = "bbox={text!r}: write four finite numbers: bbox=113.33,23.11,113.38,23.15"
    raise QueryError(msg, text=text[:80])


def _box(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    """Return a box, which may be as narrow as a line or a point."""
    if west == east and south == north:
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)
