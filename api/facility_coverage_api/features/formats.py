"""The formats of answers: which one a request wants, and layers as files."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd

from facility_coverage.errors import FacilityCoverageError
from facility_coverage.outputs.layers import write_layer
from facility_coverage.outputs.tables import write_table, write_workbook
from facility_coverage_api.features.query import QueryError
from facility_coverage_api.wishes import by_preference

_WRITING = threading.Lock()
"""GDAL's options, which make files the same bytes every time, are those of the whole process."""


class NotAcceptableError(FacilityCoverageError):
    """The header Accept names no format that this answer has."""

    code = "not-acceptable"
    http_status = 406


@dataclass(frozen=True)
class Format:
    """A format of answers.

    Attributes
    ----------
    name
        Value of ``f``, and the ending of a file.
    title
        For people.
    media
        Its media type.
    others
        Media types that ask for it too.
    """

    name: str
    title: str
    media: str
    others: tuple[str, ...] = ()


JSON = Format("json", "JSON", "application/json")
HTML = Format("html", "Web page", "text/html; charset=utf-8")
GEOJSON = Format("json", "GeoJSON", "application/geo+json", ("application/json",))
GEOPACKAGE = Format("gpkg", "GeoPackage", "application/geopackage+sqlite3")
FLATGEOBUF = Format("fgb", "FlatGeobuf", "application/flatgeobuf")
GEOPARQUET = Format("parquet", "GeoParquet", "application/vnd.apache.parquet")
CSV = Format("csv", "Table (CSV)", "text/csv; charset=utf-8")
XLSX = Format(
    "xlsx",
    "Table (Excel)",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)

PAGES = (JSON, HTML)
FILES = (GEOPACKAGE, FLATGEOBUF, GEOPARQUET, CSV, XLSX)
FEATURE = (GEOJSON, HTML)
ITEMS = (GEOJSON, HTML, *FILES)


def wanted(offered: Sequence[Format], f: str | None, accept: str | None) -> Format:
    """Return the format that a request wants.

    Parameters
    ----------
    offered
        What can be answered; the first where the request does not mind.
    f
        Name of a format; it goes before the header.
    accept
        The header ``Accept``.

    Returns
    -------
    Format
        One of those offered.

    Raises
    ------
    QueryError
        There is no format of this name.
    NotAcceptableError
        The header names none of them.
    """
    names = ", ".join(own.name for own in offered)
    if f is not None:
        for own in offered:
            if own.name == f:
                return own
        msg = "f={name!r}: no such format; choose one of {names}"
        raise QueryError(msg, name=f[:80], names=names)
    for media in by_preference(accept or "*/*"):
        for own in offered:
            if _meets(media, own):
                return own
    msg = "Accept: none of the media types is offered; drop the header, or write f= with {names}"
    raise NotAcceptableError(msg, names=names)


def layer_file(layer: gpd.GeoDataFrame, geometry_type: str, name: str, kind: Format) -> bytes:
    """Return a layer as a file.

    Parameters
    ----------
    layer
        With a CRS.
    geometry_type
        The one type of its shapes.
    name
        Its name in the file.
    kind
        One of ``FILES``.

    Returns
    -------
    bytes
        The file. Tables have no shapes, and no spreadsheet finds a formula in them.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.{kind.name}"
        if kind is CSV:
            write_table(layer, path)
        elif kind is XLSX:
            write_workbook(layer, path)
        elif kind is GEOPARQUET:
            layer.to_parquet(path, index=False)
        else:
            with _WRITING:
                write_layer(layer, path, geometry_type)
        return path.read_bytes()


def _meets(media: str, offered: Format) -> bool:
    kinds = (offered.media.partition(";")[0], *offered.others)
    if media.endswith("/*"):
        return media == "*/*" or any(kind.startswith(media[:-1]) for kind in kinds)
    return media in kinds
