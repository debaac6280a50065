"""Raw OpenStreetMap of one district: nodes, ways and relations with their own ids and all tags."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from osmium.osm import mutable

from facility_coverage.errors import InputError
from facility_coverage.files import atomic_path

Tags = dict[str, str]
Member = tuple[str, int, str]
"""Kind (``n``, ``w`` or ``r``), id and role."""

Relation = tuple[tuple[Member, ...], Tags]
"""Members and tags."""

HEALTH_AMENITIES = ("clinic", "doctors", "hospital")
"""Values of the tag ``amenity`` that make a health place."""

KEPT_KEYS = ("amenity", "barrier", "healthcare", "highway")
"""Nodes keep their tags where one of these is among them; a tree on a street keeps none."""

_FORMAT = "pbf,add_metadata=none"
_KINDS = {"node": "n", "way": "w", "relation": "r"}


@dataclass(frozen=True, eq=False)
class RawOsm:
    """What OpenStreetMap holds of a district.

    Attributes
    ----------
    place
        Longitude and latitude of nodes, by id.
    node_tags
        Tags of the nodes that have some, by id.
    ways
        Node ids and tags, by id; some nodes may have no place.
    relations
        Members and tags, by id.
    """

    place: dict[int, tuple[float, float]]
    node_tags: dict[int, Tags]
    ways: dict[int, tuple[tuple[int, ...], Tags]]
    relations: dict[int, Relation]


def is_health_place(tags: Mapping[str, str]) -> bool:
    """Tell whether tags are those of a place of health care.

    Parameters
    ----------
    tags
        Of a node, way or relation.

    Returns
    -------
    bool
        True for ``healthcare=*`` and for an ``amenity`` of ``HEALTH_AMENITIES``.
    """
    return "healthcare" in tags or tags.get("amenity") in HEALTH_AMENITIES


def raw_of_answers(answers: Iterable[Any], source: str) -> RawOsm:
    """Read answers of an Overpass server.

    Parameters
    ----------
    answers
        Parsed JSON; what stands in several answers is taken once.
    source
        Where they are from, for the message.

    Returns
    -------
    RawOsm
        Everything in them.

    Raises
    ------
    InputError
        They are no answers of an Overpass server.
    """
    raw = RawOsm({}, {}, {}, {})
    try:
        for element in chain.from_iterable(answer["elements"] for answer in answers):
            _add(raw, element)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = "{source}: its answer is no OpenStreetMap data; name another Overpass server"
        raise InputError(msg, source=source) from error
    return raw


def data_time(answer: Mapping[str, Any]) -> str:
    """Return of when the data of an Overpass answer are.

    Parameters
    ----------
    answer
        Parsed JSON.

    Returns
    -------
    str
        As the server writes it; empty where it does not say.
    """
    about = answer.get("osm3s")
    return str(about.get("timestamp_osm_base", "")) if isinstance(about, Mapping) else ""


def _add(raw: RawOsm, element: Any) -> None:  # noqa: ANN401  (parsed JSON)
    """Add one element of an answer."""
    number = int(element["id"])
    tags = {str(key): str(value) for key, value in element.get("tags", {}).items()}
    if element["type"] == "node":
        lon, lat = float(element["lon"]), float(element["lat"])
        if not (abs(lon) <= 180.0 and abs(lat) <= 90.0):  # noqa: PLR2004  (degrees)
            msg = f"node {number} is not on Earth"
            raise ValueError(msg)
        raw.place[number] = (lon, lat)
        if tags:
            raw.node_tags[number] = tags
    elif element["type"] == "way":
        raw.ways[number] = (tuple(int(node) for node in element["nodes"]), tags)
    else:
        members = tuple(
            (_KINDS[member["type"]], int(member["ref"]), str(member["role"]))
            for member in element["members"]
        )
        raw.relations[number] = (members, tags)


def write_raw(raw: RawOsm, path: Path) -> None:
    """Write an ``.osm.pbf``: sorted by kind and id, tags by key, equal bytes for equal content.

    Parameters
    ----------
    raw
        What is to be written.
    path
        Where to, whole or not at all.

    Raises
    ------
    InputError
        The format cannot hold some value, such as a tag of a megabyte.
    SourceError
        The disk refused.
    """
    header = osmium.io.Header()
    header.set("generator", "facility-coverage")
    header.set("sorting", "Type_then_ID")
    with atomic_path(path) as temporary:
        try:
            file = osmium.io.File(str(temporary), _FORMAT)
            with osmium.SimpleWriter(file, header=header) as writer:
                _write(raw, writer)
        except (RuntimeError, ValueError, OverflowError) as error:
            msg = "{path}: cannot hold this OpenStreetMap data: {reason}; fetch it again"
            raise InputError(msg, path=path, reason=str(error)) from error


def _write(raw: RawOsm, writer: Any) -> None:  # noqa: ANN401  (pyosmium is untyped)
    """Write nodes, ways and relations, each in the order of their ids."""
    for number, place in sorted(raw.place.items()):
        tags = _sorted(raw.node_tags.get(number, {}))
        writer.add_node(mutable.Node(id=number, location=place, tags=tags))
    for number, (nodes, tags) in sorted(raw.ways.items()):
        writer.add_way(mutable.Way(id=number, nodes=list(nodes), tags=_sorted(tags)))
    for number, (members, tags) in sorted(raw.relations.items()):
        relation = mutable.Relation(id=number, members=list(members), tags=_sorted(tags))
        writer.add_relation(relation)


def _sorted(tags: Tags) -> Tags:
    return dict(sorted(tags.items()))


def streets_and_health_places(raw: RawOsm, area: shapely.Geometry) -> RawOsm:
    """Return the streets and health places that touch an area, each of them whole.

    Parameters
    ----------
    raw
        At least the surroundings of the area.
    area
        Polygons in degrees.

    Returns
    -------
    RawOsm
        Ways with a tag ``highway`` and health places that touch the area, with all their nodes;
        relations among the latter with their member ways; tags of nodes by ``KEPT_KEYS``. Nothing
        else, so that whatever ``raw`` was cut from does not show.
    """
    shapely.prepare(area)
    touching = _touching_ways(raw, area)
    relations = {
        number: (members, tags)
        for number, (members, tags) in raw.relations.items()
        if is_health_place(tags)
        and any(kind == "w" and ref in touching for kind, ref, _ in members)
    }
    members = chain.from_iterable(found for found, _ in relations.values())
    wanted = {ref for kind, ref, _ in members if kind == "w"}
    wanted |= {
        number
        for number in touching
        if "highway" in raw.ways[number][1] or is_health_place(raw.ways[number][1])
    }
    ways = {number: raw.ways[number] for number in sorted(wanted) if number in raw.ways}
    nodes = {node for refs, _ in ways.values() for node in refs}
    nodes |= _health_nodes_inside(raw, area)
    place = {number: raw.place[number] for number in sorted(nodes) if number in raw.place}
    tags = {
        number: raw.node_tags[number]
        for number in place
        if not raw.node_tags.get(number, {}).keys().isdisjoint(KEPT_KEYS)
    }
    return RawOsm(place, tags, ways, relations)


def _touching_ways(raw: RawOsm, area: shapely.Geometry) -> set[int]:
    """Return the ways that touch an area, as lines through the nodes that have a place."""
    owner: list[int] = []
    xy: list[tuple[float, float]] = []
    for number, (nodes, _) in raw.ways.items():
        located = [raw.place[node] for node in nodes if node in raw.place]
        located = located if len(located) > 1 else located * 2  # a line has two ends
        owner += [number] * len(located)
        xy += located
    if not owner:
        return set()
    numbers, line = np.unique(np.array(owner, dtype=np.int64), return_inverse=True)
    order = np.argsort(line, kind="stable")
    lines = shapely.linestrings(np.array(xy)[order], indices=line[order])
    return set(numbers[shapely.intersects(area, lines)].tolist())


def _health_nodes_inside(raw: RawOsm, area: shapely.Geometry) -> set[int]:
    """Return the nodes that are health places and lie in an area."""
    health = [number for number, tags in raw.node_tags.items() if is_health_place(tags)]
    numbers = np.array(sorted(health), dtype=np.int64)
    xy = np.array([raw.place[number] for number in numbers.tolist()]).reshape(-1, 2)
    return set(numbers[shapely.intersects_xy(area, xy[:, 0], xy[:, 1])].tolist())
