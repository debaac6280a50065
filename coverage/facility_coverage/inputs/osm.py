"""OpenStreetMap files (.osm.pbf, .osm, .osm.gz), streamed: places by tag."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray

from facility_coverage.errors import InputError, NotFoundError, SourceError, one_line

_WKB = osmium.geom.WKBFactory()

_ASIDE_PER_BYTE = 10
"""Porto's streets are 5.5 bytes of text for each byte of the packed file."""

BROKEN = (RuntimeError, ValueError, OverflowError, osmium.InvalidLocationError)
"""What pyosmium raises of a file that is none, or is damaged."""

ONLY_STREETS = frozenset({".npz", ".graphml"})
"""Endings of files that hold a street network and nothing else of OpenStreetMap."""


@dataclass(frozen=True)
class OsmPlace:
    """A node, way or relation that carries a wanted tag.

    Attributes
    ----------
    osm_id
        ``n``, ``w`` or ``r`` and the OSM id.
    tags
        All its tags.
    lonlat
        The node, or the representative point of the way or relation; None where the extract
        holds no geometry for it.
    """

    osm_id: str
    tags: dict[str, str]
    lonlat: tuple[float, float] | None


def read_places(path: Path, key: str, values: frozenset[str]) -> tuple[OsmPlace, ...]:
    """Read the nodes, ways and relations with a wanted tag.

    Parameters
    ----------
    path
        An OSM file.
    key, values
        The tag, such as ``amenity``, and the values wanted.

    Returns
    -------
    tuple of OsmPlace
        Sorted by kind (nodes, relations, ways) and id.

    Raises
    ------
    NotFoundError
        There is no such file.
    InputError
        It is no OSM file, or it is truncated.
    """
    return read_tagged(path, osmium.filter.TagFilter(*((key, value) for value in sorted(values))))


def read_tagged(path: Path, wanted: Any) -> tuple[OsmPlace, ...]:  # noqa: ANN401  (pyosmium)
    """Read the nodes, ways and relations that pass a filter of tags.

    Parameters
    ----------
    path
        An OSM file.
    wanted
        pyosmium's filter.

    Returns
    -------
    tuple of OsmPlace
        Sorted by kind (nodes, relations, ways) and id.

    Raises
    ------
    NotFoundError
        There is no such file.
    InputError
        It is no OSM file, or it is truncated.
    """
    places: dict[tuple[str, int], OsmPlace] = {}
    everything = osmium.osm.NODE | osmium.osm.WAY | osmium.osm.RELATION
    processor = open_extract(path, everything).with_areas(wanted).with_filter(wanted)
    for item in stream(processor, path):
        geometry: Any = None
        if item.is_node():
            kind, osm_id = "n", item.id
            geometry = shapely.Point(item.lon, item.lat)
        elif item.is_area():
            kind, osm_id = ("w" if item.from_way() else "r"), item.orig_id()
            geometry = area_shape(item)
        elif item.is_way():
            kind, osm_id = "w", item.id
            located = [xy for _, xy in _located_runs(item)]
            geometry = shapely.MultiLineString(located) if located else None
        else:
            kind, osm_id = "r", item.id
        if geometry is None and (kind, osm_id) in places:
            continue
        if (kind, osm_id) in places and not item.is_area():
            continue
        point = None if geometry is None else geometry.representative_point()
        lonlat = None if point is None else (point.x, point.y)
        places[kind, osm_id] = OsmPlace(f"{kind}{osm_id}", dict(item.tags), lonlat)
    return tuple(places[key_] for key_ in sorted(places))


def area_shape(area: Any) -> shapely.Geometry | None:  # noqa: ANN401  (pyosmium is untyped)
    """Return the polygons of an area.

    Parameters
    ----------
    area
        From pyosmium.

    Returns
    -------
    shapely.MultiPolygon or None
        In degrees; None where the file holds the outline in part alone, or it never closes.
    """
    has_outline = area.num_rings()[0] > 0
    return shapely.from_wkb(_WKB.create_multipolygon(area)) if has_outline else None


def extract_box(path: Path) -> tuple[float, float, float, float] | None:
    """Return the rectangle to which a file says that it was cut.

    Parameters
    ----------
    path
        An OSM file, or any other source of streets.

    Returns
    -------
    tuple of float or None
        West, south, east, north, degrees; None where the file does not say.

    Raises
    ------
    InputError
        It is no OSM file, though it is named like one.
    """
    if not path.name.endswith((".osm", ".osm.gz", ".osm.bz2", ".pbf")):
        return None
    try:
        with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
            box = reader.header().box()
    except BROKEN as error:
        raise unreadable(path, error) from error
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    return low.lon, low.lat, high.lon, high.lat


def open_extract(path: Path, entities: Any) -> Any:  # noqa: ANN401  (pyosmium is untyped)
    """Open an OSM file for streaming.

    Parameters
    ----------
    path
        An OSM file.
    entities
        pyosmium's flags of what is to be read.

    Returns
    -------
    osmium.FileProcessor
        To which filters can be added.

    Raises
    ------
    NotFoundError
        There is no such file.
    InputError
        It is no OSM file.
    """
    require_file(path)
    try:
        return osmium.FileProcessor(str(path), entities)
    except BROKEN as error:
        raise unreadable(path, error) from error


def stream(processor: Any, path: Path) -> Iterator[Any]:  # noqa: ANN401  (pyosmium is untyped)
    """Yield the objects of a file; what the reader says against it becomes one line.

    Parameters
    ----------
    processor
        From ``open_extract``.
    path
        The file, for the message.

    Yields
    ------
    osmium.osm.OSMObject
        Valid until the next one is asked for.

    Raises
    ------
    InputError
        The file is truncated or broken.
    """
    try:
        yield from processor
    except BROKEN as error:
        raise unreadable(path, error) from error


def require_file(path: Path) -> None:
    """Refuse a file that is not there.

    Parameters
    ----------
    path
        An OSM file.

    Raises
    ------
    NotFoundError
        There is no such file.
    """
    if not path.is_file():
        msg = "{path}: there is no such file; correct the path"
        raise NotFoundError(msg, path=path)


def scratch_folder(path: Path) -> TemporaryDirectory[str]:
    """Make a temporary folder with room for what is written aside while a file is read.

    Parameters
    ----------
    path
        An OSM file that is there.

    Returns
    -------
    TemporaryDirectory
        The folder; osmium's writer crashes on a full disk, so room is made sure of.

    Raises
    ------
    SourceError
        There is no room, or no folder can be made.
    """
    try:
        folder = TemporaryDirectory(prefix="facility-coverage-")
    except OSError as error:
        msg = "no temporary folder can be made: {reason}; name one in TMPDIR"
        raise SourceError(msg, reason=str(error)) from error
    needed = _ASIDE_PER_BYTE * path.stat().st_size
    if disk_usage(folder.name).free < needed:
        folder.cleanup()
        msg = (
            "{folder}: reading {path} takes up to {megabytes:,.0f} MB there for a moment; make "
            "room or name another folder in TMPDIR"
        )
        raise SourceError(msg, folder=folder.name, path=path, megabytes=needed / 1e6)
    return folder


def unreadable(path: Path, error: Exception) -> InputError:
    """Put in one line what the reader says against a file.

    Parameters
    ----------
    path
        The file.
    error
        What the reader raised.

    Returns
    -------
    InputError
        To be raised from it.
    """
    reason = one_line(error)
    msg = "{path}: not a whole OSM file (.osm.pbf, .osm, .osm.gz): {reason}; fetch it again"
    return InputError(msg, path=path, reason=reason)


def _located_runs(way: Any) -> Iterator[tuple[list[int], NDArray[np.float64]]]:  # noqa: ANN401
    """Yield the longest runs of nodes whose position the extract holds."""
    ids: list[int] = []
    xy: list[tuple[float, float]] = []
    for node in way.nodes:
        if node.location.valid():
            ids.append(node.ref)
            xy.append((node.lon, node.lat))
            continue
        if len(ids) > 1:
            yield ids, np.array(xy)
        ids, xy = [], []
    if len(ids) > 1:
        yield ids, np.array(xy)
