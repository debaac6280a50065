"""OpenStreetMap files (.osm.pbf, .osm, .osm.gz), streamed: ways of streets, and places by tag."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray

from facility_coverage.errors import InputError, NotFoundError

WAY_TAGS = ("highway", "name")


@dataclass(frozen=True)
class WayTable:
    """Ways with their nodes, sorted by way id.

    A way that a clipped extract tears apart stands in several rows with one id.

    Attributes
    ----------
    way_id
        Shape (w,), OSM ids.
    street_class, name
        Length w: the tags ``highway`` and ``name`` (empty where absent).
    node_offset
        Shape (w + 1,): row i owns the nodes ``node_offset[i]:node_offset[i + 1]``.
    node_id
        Shape (k,), OSM ids.
    node_lonlat
        Shape (k, 2), degrees, WGS84.
    torn_ways
        How many ways lack the position of some node.
    """

    way_id: NDArray[np.int64]
    street_class: tuple[str, ...]
    name: tuple[str, ...]
    node_offset: NDArray[np.int64]
    node_id: NDArray[np.int64]
    node_lonlat: NDArray[np.float64]
    torn_ways: int


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


def read_ways(path: Path, accept: Callable[[dict[str, str]], bool]) -> WayTable:
    """Read the ways with a tag ``highway`` that a rule accepts, in one streaming pass.

    Parameters
    ----------
    path
        An OSM file.
    accept
        Decides from a way's tags.

    Returns
    -------
    WayTable
        The accepted ways.

    Raises
    ------
    NotFoundError
        There is no such file.
    InputError
        It is no OSM file, it is truncated, or it holds no accepted way.
    """
    runs: list[tuple[int, str, str, list[int], NDArray[np.float64]]] = []
    torn_ways = 0
    lines = osmium.geom.WKBFactory()
    every_node = osmium.geom.use_nodes.ALL
    processor = (
        _open(path, osmium.osm.NODE | osmium.osm.WAY)
        .with_locations()
        .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        .with_filter(osmium.filter.KeyFilter("highway"))
    )
    for way in _stream(processor, path):
        tags = dict(way.tags)
        if len(way.nodes) < 2 or not accept(tags):  # noqa: PLR2004  (a line has two ends)
            continue
        head = (way.id, tags["highway"], tags.get("name", ""))
        try:
            line = lines.create_linestring(way, every_node)
        except (osmium.InvalidLocationError, RuntimeError):
            torn_ways += 1
            runs.extend((*head, ids, xy) for ids, xy in _located_runs(way))
        else:
            xy = shapely.get_coordinates(shapely.from_wkb(line))
            runs.append((*head, [node.ref for node in way.nodes], xy))
    if not runs:
        msg = f"{path}: holds no street that can be walked; is it the extract of this district?"
        raise InputError(msg)
    runs.sort(key=lambda run: run[0])
    return WayTable(
        way_id=np.array([run[0] for run in runs], dtype=np.int64),
        street_class=tuple(run[1] for run in runs),
        name=tuple(run[2] for run in runs),
        node_offset=np.cumsum([0, *(len(run[3]) for run in runs)], dtype=np.int64),
        node_id=np.concatenate([np.array(run[3], dtype=np.int64) for run in runs]),
        node_lonlat=np.concatenate([run[4] for run in runs]),
        torn_ways=torn_ways,
    )


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
    wanted = osmium.filter.TagFilter(*((key, value) for value in sorted(values)))
    places: dict[tuple[str, int], OsmPlace] = {}
    everything = osmium.osm.NODE | osmium.osm.WAY | osmium.osm.RELATION
    processor = _open(path, everything).with_areas(wanted).with_filter(wanted)
    polygons = osmium.geom.WKBFactory()
    for item in _stream(processor, path):
        geometry: Any = None
        if item.is_node():
            kind, osm_id = "n", item.id
            geometry = shapely.Point(item.lon, item.lat)
        elif item.is_area():
            kind, osm_id = ("w" if item.from_way() else "r"), item.orig_id()
            geometry = shapely.from_wkb(polygons.create_multipolygon(item))
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


def _open(path: Path, entities: Any) -> Any:  # noqa: ANN401  (pyosmium's flags are untyped)
    """Open an OSM file for streaming."""
    if not path.is_file():
        msg = f"{path}: there is no such file; correct the path"
        raise NotFoundError(msg)
    try:
        return osmium.FileProcessor(str(path), entities)
    except RuntimeError as error:
        raise _unreadable(path, error) from error


def _stream(processor: Any, path: Path) -> Iterator[Any]:  # noqa: ANN401
    """Yield the objects of a file; what the reader says against it becomes one line."""
    try:
        yield from processor
    except RuntimeError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> InputError:
    reason = " ".join(str(error).split())
    return InputError(
        f"{path}: not a whole OSM file (.osm.pbf, .osm, .osm.gz): {reason}; fetch it again"
    )


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
