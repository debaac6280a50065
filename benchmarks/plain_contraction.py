"""The plain way from an OSM file to a contracted network: pyosmium and dictionaries.

Definition D0 in one function, one pass over the file, and no compiled code but pyosmium's own.
"""

from itertools import pairwise
from pathlib import Path
from typing import Any

import osmium

NOBODY_WALKS = frozenset(
    {
        "abandoned", "bus_guideway", "construction", "corridor", "elevator", "escalator",
        "motorway", "motorway_link", "no", "planned", "platform", "proposed", "raceway", "razed",
        "rest_area", "services",
    }
)  # fmt: skip
CHAIN = 2
"""Segments that meet at a node where nothing branches off."""
Edge = tuple[int, int, list[int]]


def _walkable(tags: Any) -> bool:  # noqa: ANN401  (osmium's tag list)
    highway, foot = tags["highway"], tags.get("foot")
    if highway in NOBODY_WALKS or foot == "no" or tags.get("area") == "yes":
        return False
    if foot in {"yes", "designated", "permissive"}:
        return True
    closed = tags.get("access") in {"private", "no"} or tags.get("service") == "private"
    return not closed and highway != "cycleway"


def read(path: Path) -> tuple[dict[int, tuple[float, float]], list[list[int]]]:
    """Read the walkable ways, and where their nodes lie.

    Parameters
    ----------
    path
        The OSM file.

    Returns
    -------
    positions, ways
        Longitude and latitude by node; node ids by way.
    """
    reader = osmium.FileProcessor(str(path)).with_locations()
    reader = reader.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    reader = reader.with_filter(osmium.filter.KeyFilter("highway"))
    positions: dict[int, tuple[float, float]] = {}
    ways = []
    for way in reader:
        if isinstance(way, osmium.osm.Way) and _walkable(way.tags):
            placed = [
                (node.ref, (node.lon, node.lat)) for node in way.nodes if node.location.valid()
            ]
            positions.update(placed)
            ways.append([node for node, _ in placed])
    return positions, ways


def contract(ways: list[list[int]]) -> list[Edge]:
    """Join segments at every node where two of them meet.

    Parameters
    ----------
    ways
        Node ids by way.

    Returns
    -------
    list of tuple
        Both ends and the nodes in between; rings without a junction are left out.
    """
    segments = {(a, b) if a < b else (b, a) for way in ways for a, b in pairwise(way) if a != b}
    near: dict[int, list[int]] = {}
    for a, b in segments:
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    edges: list[Edge] = []
    traced: set[tuple[int, int]] = set()
    for start, beside in near.items():
        if len(beside) == CHAIN:
            continue
        for following in beside:
            if (start, following) in traced:
                continue
            before, node, inner = start, following, []
            while len(near[node]) == CHAIN:
                inner.append(node)
                one, other = near[node]
                before, node = node, other if one == before else one
            traced.add((node, before))
            edges.append((start, node, inner))
    return edges
