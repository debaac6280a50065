"""The synthetic street network as OpenStreetMap would hold it: nodes, and ways over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.sample import waterside
from facility_coverage.sample.blocks import fill
from facility_coverage.sample.lattice import Block, Ground, arterials
from facility_coverage.sample.terrain import MOTORWAY, RIVERS, bend
from facility_coverage.sample.ways import Point, Way, cut, largest_connected

_JITTER_M = 5.0
"""Greatest move of a node from where the smooth bend brings it, on either axis."""

_LOOPS = 3
"""Trails round a hilltop that join no street: islands."""

_LOOP_M = 80
"""Half the side of such a trail."""


@dataclass(frozen=True)
class Streets:
    """Nodes and the ways over them.

    Parameters
    ----------
    node_xy_m
        Shape (n, 2), metres in ``PLANE_CRS``.
    node_tags
        Tags of the few nodes that have any, by index.
    node_homes
        Shape (n,): weight of the people who live at each node.
    ways
        The ways.
    way_nodes
        For each way the indices of its nodes.
    """

    node_xy_m: NDArray[np.float64]
    node_tags: Mapping[int, Mapping[str, str]]
    node_homes: NDArray[np.int64]
    ways: tuple[Way, ...]
    way_nodes: tuple[tuple[int, ...], ...]


def draw_streets(rng: np.random.Generator, ground: Ground) -> Streets:
    """Draw the whole network.

    Parameters
    ----------
    rng
        Source of chance.
    ground
        Where to draw.

    Returns
    -------
    Streets
        Bent into shape.
    """
    lines, blocks = arterials(rng, ground)
    inside = fill(rng, blocks, lines, ground)
    water = shapely.union_all([waterside.zone(river) for river in RIVERS])
    dry = cut([*lines, *inside], water)
    areas = [way for way in dry if way.level != 0 and way.points[0] == way.points[-1]]
    streets = [way for way in dry if way.level == 0]
    by_water = waterside.draw(streets, ground.beyond)
    areas += [way for way in by_water if way.level != 0]
    streets += [way for way in by_water if way.level == 0]
    ways = [
        *largest_connected(streets),
        *_loops(blocks, ground, water),
        *_motorway(ground.beyond),
        *areas,
    ]
    return _numbered(rng, ways)


def _loops(blocks: Sequence[Block], ground: Ground, water: shapely.Geometry) -> list[Way]:
    """Draw trails in the midst of a few hills of the district."""
    hills = ground.hills.intersection(ground.district).difference(water.buffer(_LOOP_M))
    centres = [block.centre for block in blocks if hills.contains(shapely.Point(block.centre))]
    loops: list[Way] = []
    for x, y in centres[:: len(centres) // _LOOPS][:_LOOPS]:
        west, south, east, north = (
            round(side) for side in (x - _LOOP_M, y - _LOOP_M, x + _LOOP_M, y + _LOOP_M)
        )
        ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
        loops.append(Way(ring, {"highway": "path"}))
    return loops


def _motorway(beyond: shapely.Geometry) -> list[Way]:
    """Return a viaduct that passes over everything and that nobody may walk."""
    points = tuple((round(x), round(y)) for x, y in MOTORWAY.points().tolist())
    tags = {
        "highway": "motorway",
        "name": "合成高速 (synthetic)",
        "oneway": "no",
        "bridge": "yes",
        "layer": "2",
    }
    return cut([Way(points, tags, level=1)], beyond)


def _numbered(rng: np.random.Generator, ways: list[Way]) -> Streets:
    """Give every point of a level one node, and bend the draft into shape."""
    index: dict[tuple[int, Point], int] = {}
    way_nodes = tuple(
        tuple(index.setdefault((way.level, point), len(index)) for point in way.points)
        for way in ways
    )
    homes = np.zeros(len(index), dtype=np.int64)
    for way, nodes in zip(ways, way_nodes, strict=True):
        homes[list(nodes)] = np.maximum(homes[list(nodes)], way.homes)
    draft = np.array([point for _, point in index], dtype=np.float64)
    jitter = (2.0 * rng.random(draft.shape) - 1.0) * _JITTER_M
    return Streets(
        node_xy_m=bend(draft) + jitter,
        node_tags={
            index[way.level, way.gate]: _gate_tags(way) for way in ways if way.gate in way.points
        },
        node_homes=homes,
        ways=tuple(ways),
        way_nodes=way_nodes,
    )


def _gate_tags(way: Way) -> dict[str, str]:
    """Return the tags of a gate: whoever may walk the way may pass it."""
    access = {key: value for key, value in way.tags.items() if key == "access"}
    return {"barrier": "gate"} | access
