"""Streets of an OpenStreetMap file: ways with their nodes, as one profile may use them.

pyosmium builds an object of Python for every node of every way. Here its compiled side alone runs
over the file and writes the streets, places of their nodes included, as lines of text (OPL, its
own line format) into a temporary file: a line is read several times as fast as its objects.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import osmium
from numpy.typing import NDArray

from facility_coverage.errors import InputError
from facility_coverage.inputs.osm import BROKEN, require_file, scratch_folder, unreadable

Tags = dict[str, str]
Speeds = tuple[float, float]
"""Speed along and against the way as drawn, km/h; 0 where it may not be used."""

_LINES_AT_ONCE = 5_000
_UNKNOWN_PLACE, _LARGEST_LON = b"x999y999", 180.0
_NUMBERS_ONLY = bytes.maketrans(b"Nnxy,", b"     ")
_ESCAPED = re.compile("%([0-9a-fA-F]+)%")


@dataclass(frozen=True, eq=False)
class WayTable:
    """Ways with their nodes, sorted by way id.

    A way that a clipped extract tears apart stands in several rows with one id.

    Attributes
    ----------
    way_id
        Shape (w,), OSM ids.
    street_class, name
        Length w: the tags ``highway`` and ``name`` (empty where absent).
    speed_kph
        Shape (w, 2), along and against the way as drawn; 0 where it may not be used.
    off_ground
        Shape (w,), whether the way is a bridge or a tunnel.
    node_offset
        Shape (w + 1,): row i owns the nodes ``node_offset[i]:node_offset[i + 1]``.
    node_id
        Shape (k,), OSM ids.
    node_lonlat
        Shape (k, 2), degrees, WGS84.
    node_class
        The tag ``highway`` of nodes, by OSM id; empty unless it was asked for.
    torn_ways
        How many ways lack the position of some node.
    """

    way_id: NDArray[np.int64]
    street_class: tuple[str, ...]
    name: tuple[str, ...]
    speed_kph: NDArray[np.float64]
    off_ground: NDArray[np.bool_]
    node_offset: NDArray[np.int64]
    node_id: NDArray[np.int64]
    node_lonlat: NDArray[np.float64]
    node_class: dict[int, str]
    torn_ways: int


def read_ways(
    path: Path, speeds_kph: Callable[[Tags], Speeds], *, node_classes: bool = False
) -> WayTable:
    """Read the ways with a tag ``highway`` that may be used, in one streaming pass.

    Parameters
    ----------
    path
        An ``.osm.pbf``, ``.osm`` or ``.osm.gz`` file.
    speeds_kph
        From a way's tags to the speed along and against it.
    node_classes
        Whether the tag ``highway`` of nodes is wanted as well.

    Returns
    -------
    WayTable
        The ways that may be used in some direction.

    Raises
    ------
    NotFoundError
        There is no such file.
    InputError
        It is no OSM file, it is truncated, or it holds no way that may be used.
    SourceError
        The temporary folder has no room for its streets.
    """
    heads: list[_Head] = []
    nodes: list[NDArray[np.float64]] = []
    node_class: dict[int, str] = {}
    require_file(path)
    with scratch_folder(path) as folder:
        text = Path(folder) / "streets.opl"
        _write_streets(path, text, with_nodes=node_classes)
        with text.open(encoding="utf-8", newline="\n") as lines:
            while batch := list(islice(lines, _LINES_AT_ONCE)):
                ways = [line for line in batch if line.startswith("w")]
                used = list(_used_ways(ways, speeds_kph))
                heads += [head for head, _ in used]
                nodes.append(_numbers([drawn for _, drawn in used]))
                node_class |= dict(_classes(line for line in batch if line.startswith("n")))
    if not heads:
        msg = "{path}: holds no street that can be used; is it the extract of this district?"
        raise InputError(msg, path=path)
    return _table(heads, np.concatenate(nodes), node_class, path)


class _Head(NamedTuple):
    """A way less its nodes."""

    way_id: int
    street_class: str
    name: str
    speed_kph: Speeds
    off_ground: bool
    n_nodes: int


def _write_streets(path: Path, text: Path, *, with_nodes: bool) -> None:
    """Write what has a tag ``highway`` as text, each way with the places of its nodes."""
    entities = osmium.osm.WAY | osmium.osm.NODE if with_nodes else osmium.osm.WAY
    places = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    places.ignore_errors()
    lines = osmium.io.File(str(text), "opl,locations_on_ways=true,add_metadata=false")
    try:
        with (
            osmium.io.Reader(str(path), osmium.osm.NODE | osmium.osm.WAY) as reader,
            osmium.SimpleWriter(lines) as writer,
        ):
            osmium.apply(
                reader,
                places,
                osmium.filter.EntityFilter(entities),
                osmium.filter.KeyFilter("highway"),
                writer,
            )
    except BROKEN as error:
        raise unreadable(path, error) from error


def _used_ways(
    lines: list[str], speeds_kph: Callable[[Tags], Speeds]
) -> Iterator[tuple[_Head, str]]:
    """Yield the ways that may be used, each with its nodes as they are written."""
    for line in lines:
        way, tagged, drawn = line.split(" ")
        tags = _tags(tagged)
        speeds, n_nodes = speeds_kph(tags), drawn.count(",") + 1
        if n_nodes < 2 or not any(speeds):  # noqa: PLR2004  (a line has two ends)
            continue
        off_ground = tags.get("bridge", "no") != "no" or tags.get("tunnel", "no") != "no"
        name = tags.get("name", "")
        yield _Head(int(way[1:]), tags["highway"], name, speeds, off_ground, n_nodes), drawn


def _classes(lines: Iterator[str]) -> Iterator[tuple[int, str]]:
    """Yield the id and the tag ``highway`` of nodes."""
    for line in lines:
        node, tagged, _ = line.split(" ", 2)
        yield int(node[1:]), _tags(tagged)["highway"]


def _tags(text: str) -> Tags:
    """Read ``Thighway=steps,name=A%20%Street``; keys that are escaped are none of ours."""
    tags: Tags = dict(pair.split("=") for pair in text[1:].split(","))
    for key in [key for key, value in tags.items() if "%" in value]:
        tags[key] = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), tags[key])
    return tags


def _numbers(drawn: list[str]) -> NDArray[np.float64]:
    """Read ``Nn7x114.3y23.1,n8xy``: shape (k, 3), id, longitude, latitude (999 where unknown)."""
    text = " ".join(drawn).encode().replace(b"xy", _UNKNOWN_PLACE).translate(_NUMBERS_ONLY)
    return np.fromstring(text, sep=" ").reshape(-1, 3)  # ids are whole below 2^53


def _table(
    heads: list[_Head], nodes: NDArray[np.float64], node_class: dict[int, str], path: Path
) -> WayTable:
    """Cut ways where a place is not known, leave out what is no line then, and sort by way id."""
    way = np.repeat(np.arange(len(heads)), [head.n_nodes for head in heads])
    known = nodes[:, 1] <= _LARGEST_LON
    torn_ways = len(np.unique(way[~known]))
    goes_on = np.zeros(len(way), dtype=bool)
    goes_on[1:] = (way[1:] == way[:-1]) & known[1:] & known[:-1]
    kept = known & (goes_on | np.append(goes_on[1:], False))
    first = np.flatnonzero(kept & ~goes_on)
    if not len(first):
        msg = "{path}: holds the places of no street; is the extract whole?"
        raise InputError(msg, path=path)
    run = np.cumsum(~goes_on[kept]) - 1
    way_id = np.array([heads[row].way_id for row in way[first].tolist()], dtype=np.int64)
    order = np.argsort(way_id, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    nodes = nodes[kept][np.argsort(rank[run], kind="stable")]
    rows = [heads[row] for row in way[first][order].tolist()]
    return WayTable(
        way_id=way_id[order],
        street_class=tuple(row.street_class for row in rows),
        name=tuple(row.name for row in rows),
        speed_kph=np.array([row.speed_kph for row in rows], dtype=np.float64),
        off_ground=np.array([row.off_ground for row in rows]),
        node_offset=np.concatenate([[0], np.cumsum(np.bincount(run)[order])]),
        node_id=nodes[:, 0].astype(np.int64),
        node_lonlat=np.ascontiguousarray(nodes[:, 1:]),
        node_class=node_class,
        torn_ways=torn_ways,
    )
