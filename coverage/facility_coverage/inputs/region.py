"""A regional extract as a source: districts cut out of it in one streaming pass.

Places of nodes are kept in a temporary file that is mapped into memory, and what lies in the
rectangle of a district is written aside as it streams by. Then each district by itself is cut
along its outline. Memory therefore follows the largest district, not the region.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from struct import unpack_from
from typing import Any

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray

from facility_coverage.files import sha256_of
from facility_coverage.inputs.admin_areas import (
    AdminArea,
    of_level,
    only_one,
    read_admin_areas,
    with_name,
    with_relation,
)
from facility_coverage.inputs.osm import open_extract, scratch_folder, stream
from facility_coverage.inputs.raw_osm import (
    KEPT_KEYS,
    RawOsm,
    Relation,
    is_health_place,
    streets_and_health_places,
)
from facility_coverage.words import Remark

AREAS_A_PASS = 64
"""Districts that are written aside at once: each holds a file open."""

_MARGIN_DEG = 0.05
"""How far around a district nodes keep their tags: 5 km."""
_SPOOL_FORMAT = "pbf,locations_on_ways=true,add_metadata=false,pbf_compression=none"
_SPOOL_BYTES = 1 << 16
_WKB_HEAD_BYTES = 9


@dataclass(frozen=True)
class RegionalExtract:
    """A source of OpenStreetMap that needs no internet.

    Attributes
    ----------
    path
        An ``.osm.pbf`` of a region.
    """

    path: Path

    @property
    def origin(self) -> dict[str, str]:
        """Return where its data are from and of when they are, for a manifest."""
        return {
            "extract": self.path.name,
            "sha256": sha256_of(self.path),
            "data_of": open_extract(self.path, osmium.osm.NOTHING).header.get(
                "osmosis_replication_timestamp"
            ),
        }

    def district(self, asked: str | int) -> AdminArea:
        """Find an administrative area.

        Parameters
        ----------
        asked
            Its name as OpenStreetMap has it, or the id of its relation.

        Returns
        -------
        AdminArea
            The only one.

        Raises
        ------
        NotFoundError
            There is none, or the extract does not hold it whole.
        InputError
            There are several.
        """
        if isinstance(asked, str):
            found = read_admin_areas(self.path, with_name(asked))
            return only_one(found, asked, self.path)
        found = read_admin_areas(self.path, *with_relation(asked))
        return only_one(found, Remark("relation {number}", number=asked), self.path)

    def admin_areas(self, _area: shapely.Geometry, level: int) -> list[AdminArea]:
        """Find the administrative areas of a level.

        Parameters
        ----------
        _area
            Not needed: all of the extract are read.
        level
            The tag ``admin_level``.

        Returns
        -------
        list of AdminArea
            Sorted by id.
        """
        return read_admin_areas(self.path, of_level(level))

    def streets_and_health_places(self, area: shapely.Geometry) -> RawOsm:
        """Cut the streets and health places that touch an area.

        Parameters
        ----------
        area
            Polygons in degrees.

        Returns
        -------
        RawOsm
            With all their tags.

        Raises
        ------
        InputError
            The file is no whole OSM file, or holds no street there.
        """
        ((_, raw),) = cut(self.path, {"district": area})
        return raw


def cut(extract: Path, areas: Mapping[str, shapely.Geometry]) -> Iterator[tuple[str, RawOsm]]:
    """Cut the streets and health places of several areas out of an extract.

    Parameters
    ----------
    extract
        An OSM file.
    areas
        Polygons in degrees, by name. ``AREAS_A_PASS`` of them are cut in one pass.

    Yields
    ------
    name, raw
        One by one, in the order of ``areas``.

    Raises
    ------
    NotFoundError, InputError
        There is no such file, or it is no whole OSM file.
    """
    members, relations = _health_relations(extract)
    all_names = list(areas)
    for start in range(0, len(all_names), AREAS_A_PASS):
        names = all_names[start : start + AREAS_A_PASS]
        with scratch_folder(extract) as folder:
            spools = [Path(folder) / f"{at}.osm.pbf" for at in range(len(names))]
            boxes = np.array([areas[name].bounds for name in names])
            _write_aside(extract, boxes, spools, members)
            for name, spool in zip(names, spools, strict=True):
                yield name, streets_and_health_places(_aside(spool, relations), areas[name])


def _health_relations(extract: Path) -> tuple[frozenset[int], dict[int, Relation]]:
    """Read the relations that are health places, and the ways that are their members."""
    wanted = osmium.filter.KeyFilter("amenity", "healthcare")
    processor = open_extract(extract, osmium.osm.RELATION).with_filter(wanted)
    relations: dict[int, Relation] = {}
    for item in stream(processor, extract):
        tags = dict(item.tags)
        if is_health_place(tags):
            members = tuple((member.type, member.ref, member.role) for member in item.members)
            relations[item.id] = (members, tags)
    ways = {ref for found, _ in relations.values() for kind, ref, _ in found if kind == "w"}
    return frozenset(ways), relations


def _write_aside(
    extract: Path, boxes: NDArray[np.float64], spools: list[Path], members: frozenset[int]
) -> None:
    """Write aside, for each rectangle, the ways that touch it and the nodes with tags around it."""
    around = boxes + np.array([-_MARGIN_DEG, -_MARGIN_DEG, _MARGIN_DEG, _MARGIN_DEG])
    (west, south), (east, north) = around[:, :2].min(axis=0), around[:, 2:].max(axis=0)
    pool, lines = osmium.io.ThreadPool(), osmium.geom.WKBFactory()
    with ExitStack() as stack:
        files = [osmium.io.File(str(path), _SPOOL_FORMAT) for path in spools]
        writers = [
            stack.enter_context(osmium.SimpleWriter(file, _SPOOL_BYTES, thread_pool=pool))
            for file in files
        ]
        for item in _located(extract, members):
            if item.is_node():
                box, within, add = (item.lon, item.lat) * 2, around, "add_node"
            else:
                box, within, add = _bounds(item, lines), boxes, "add_way"
            if box[0] <= east and box[2] >= west and box[1] <= north and box[3] >= south:
                for at in _touched(within, box):
                    getattr(writers[at], add)(item)


def _located(extract: Path, members: frozenset[int]) -> Iterator[Any]:
    """Yield tagged nodes, then ways with the places of their nodes: streets, health, members.

    Only what passes a compiled filter becomes an object of Python, so members are a second pass.
    """
    with scratch_folder(extract) as folder:
        places = osmium.index.create_map(f"sparse_file_array,{folder}/places")
        processor = open_extract(extract, osmium.osm.NODE | osmium.osm.WAY).with_locations(places)
        yield from stream(processor.with_filter(osmium.filter.KeyFilter(*KEPT_KEYS)), extract)
        if members:
            known = osmium.NodeLocationsForWays(places)
            known.ignore_errors()
            wanted = osmium.filter.IdFilter(members)
            with osmium.io.Reader(str(extract), osmium.osm.WAY) as reader:
                yield from stream(osmium.OsmFileIterator(reader, known, wanted), extract)


def _aside(spool: Path, relations: dict[int, Relation]) -> RawOsm:
    """Read what was written aside, less the nodes that are neither health places nor of a way."""
    raw = RawOsm({}, {}, {}, relations)
    for way in stream(open_extract(spool, osmium.osm.WAY), spool):
        raw.ways[way.id] = (tuple(node.ref for node in way.nodes), dict(way.tags))
        located = (node for node in way.nodes if node.location.valid())
        raw.place.update((node.ref, (node.lon, node.lat)) for node in located)
    for node in stream(open_extract(spool, osmium.osm.NODE), spool):
        if node.id in raw.place or is_health_place(node.tags):
            raw.place[node.id] = (node.lon, node.lat)
            raw.node_tags[node.id] = dict(node.tags)
    return raw


def _touched(boxes: NDArray[np.float64], box: tuple[float, float, float, float]) -> list[int]:
    """Return which rectangles touch one."""
    west, south, east, north = box
    touched = (
        (boxes[:, 0] <= east)
        & (boxes[:, 2] >= west)
        & (boxes[:, 1] <= north)
        & (boxes[:, 3] >= south)
    )
    found: list[int] = np.flatnonzero(touched).tolist()
    return found


def _bounds(way: Any, lines: Any) -> tuple[float, float, float, float]:  # noqa: ANN401  (pyosmium)
    """Return the rectangle around the nodes of a way that have a place."""
    try:
        drawn = bytes.fromhex(lines.create_linestring(way))
    except (RuntimeError, osmium.InvalidLocationError):  # a node has no place, or all the same
        located = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
        lon, lat = zip(*located, strict=True) if located else ((np.inf, -np.inf),) * 2
    else:
        numbers = unpack_from(f"<{(len(drawn) - _WKB_HEAD_BYTES) // 8}d", drawn, _WKB_HEAD_BYTES)
        lon, lat = numbers[::2], numbers[1::2]
    return min(lon), min(lat), max(lon), max(lat)
