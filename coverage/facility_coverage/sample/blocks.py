"""What fills a superblock: gated compounds, urban villages, open lots, parks, old streets."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.sample.lattice import Block, Ground, divide
from facility_coverage.sample.terrain import GRID_M
from facility_coverage.sample.ways import Point, Way, straight


@dataclass(frozen=True)
class Grain:
    """A fine net of through streets.

    Parameters
    ----------
    side_m
        Least and greatest distance between two of them.
    highway
        Their class.
    homes
        Weight of the people who live at a point of them.
    """

    side_m: tuple[int, int]
    highway: str
    homes: int


_OLD_STREETS = Grain((150, 250), "residential", 14)
_VILLAGE = Grain((100, 200), "living_street", 20)
_FOOTWAY_SHARE = 1 / 3
_HOMES_COMPOUND, _HOMES_LOT = 16, 6

_VILLAGES_UP_TO, _LOTS_UP_TO, _PARKS_UP_TO = 0.12, 0.25, 0.31
"""Cumulative shares of superblocks; the rest are compounds."""

_WALL_M = 30
"""Between the street and the nearest path of a compound."""

_GATE_M = 14
"""Between the street and the gate."""

_PARK_EDGE_M = 15

_PATHS_M = (100, 200)
"""Least and greatest distance between two lines on which a compound may have a path."""

_PATHS_SHARE = 0.6
"""Those of them that are built."""

_SPLIT_SIDE_M = 550
"""A superblock whose side is longer holds two compounds side by side."""

_TWO_GATES_SHARE = 0.55
_PRIVATE_SHARE = 0.05
"""Compounds whose every path is private, so that nobody may walk there."""

_SEALED_SHARE = 0.012
"""Compounds with a private gate and public paths: islands of the walkable network."""

_CLOSED = {"access": "private"}


def fill(
    rng: np.random.Generator, blocks: Iterable[Block], arterials: Iterable[Way], ground: Ground
) -> list[Way]:
    """Fill every superblock that lies in reach and is not a hill.

    Parameters
    ----------
    rng
        Source of chance.
    blocks
        The superblocks.
    arterials
        The streets between and, for diagonals, through them.
    ground
        Tells hills, the old town and the land beyond the district.

    Returns
    -------
    list of Way
        Paths, streets and parks within the superblocks.
    """
    steps = np.array([step for way in arterials for step in pairwise(way.points)])
    middles = steps.mean(axis=1)
    ways: list[Way] = []
    for block in blocks:
        middle = shapely.Point(block.centre)
        if not ground.reach.contains(middle) or ground.hills.contains(middle):
            continue
        chance = rng.random()
        if ground.old_town.contains(middle):
            ways += _net(rng, block, _OLD_STREETS)
        elif not ground.district.contains(middle) or _crossed(block, middles):
            ways += _lot(rng, block)
        elif chance < _VILLAGES_UP_TO:
            ways += _net(rng, block, _VILLAGE)
        elif chance < _LOTS_UP_TO:
            ways += _lot(rng, block)
        elif chance < _PARKS_UP_TO:
            ways += _park(block)
        else:
            ways += [way for part in _parts(block) for way in _compound(rng, block, part)]
    return ways


def _crossed(block: Block, middles: NDArray[np.float64]) -> bool:
    """Tell whether a diagonal street passes: only then is the middle of a step within."""
    within = (middles > (block.west, block.south)) & (middles < (block.east, block.north))
    return bool(within.all(axis=1).any())


def _through(block: Block, xs: Iterable[int], ys: Iterable[int]) -> list[tuple[Point, ...]]:
    """Return lines from side to side of a block."""
    upright = [straight((x, block.south), (x, block.north), GRID_M) for x in xs]
    return upright + [straight((block.west, y), (block.east, y), GRID_M) for y in ys]


def _net(rng: np.random.Generator, block: Block, grain: Grain) -> list[Way]:
    """Draw a fine net of through streets, some of them footways."""
    lines = _through(
        block,
        divide(rng, block.west, block.east, grain.side_m)[1:-1],
        divide(rng, block.south, block.north, grain.side_m)[1:-1],
    )
    footway = (rng.random(len(lines)) < _FOOTWAY_SHARE).tolist()
    return [
        Way(line, {"highway": "footway" if narrow else grain.highway}, grain.homes)
        for line, narrow in zip(lines, footway, strict=True)
    ]


def _lot(rng: np.random.Generator, block: Block) -> list[Way]:
    """Draw one open service road each way through offices, workshops or fields."""
    x = int(rng.integers(block.west // GRID_M + 2, block.east // GRID_M - 1)) * GRID_M
    y = int(rng.integers(block.south // GRID_M + 2, block.north // GRID_M - 1)) * GRID_M
    return [Way(line, {"highway": "service"}, _HOMES_LOT) for line in _through(block, [x], [y])]


def _park(block: Block) -> list[Way]:
    """Draw a park with a path each way; nobody lives there."""
    x, y = (int(middle) // GRID_M * GRID_M for middle in block.centre)
    west, south = block.west + _PARK_EDGE_M, block.south + _PARK_EDGE_M
    east, north = block.east - _PARK_EDGE_M, block.north - _PARK_EDGE_M
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    paths = [Way(line, {"highway": "footway"}) for line in _through(block, [x], [y])]
    return [*paths, Way(ring, {"leisure": "park"}, level=-1)]


def _parts(block: Block) -> list[Block]:
    """Part a superblock into one, two or four compounds."""
    xs, ys = [block.west, block.east], [block.south, block.north]
    if block.east - block.west > _SPLIT_SIDE_M:
        xs.insert(1, (block.west + block.east) // (2 * GRID_M) * GRID_M)
    if block.north - block.south > _SPLIT_SIDE_M:
        ys.insert(1, (block.south + block.north) // (2 * GRID_M) * GRID_M)
    return [
        Block(west, south, east, north)
        for (west, east), (south, north) in product(pairwise(xs), pairwise(ys))
    ]


def _compound(rng: np.random.Generator, block: Block, part: Block) -> list[Way]:
    """Draw a walled compound: a ring, paths across it, and one or two gates to the street."""
    chance = rng.random()
    private, sealed = chance < _PRIVATE_SHARE, chance > 1.0 - _SEALED_SHARE
    xs, ys = _paths(rng, part.west, part.east), _paths(rng, part.south, part.north)
    ring = [(x, ys[0]) for x in xs] + [(xs[-1], y) for y in ys[1:]]
    ring += [(x, ys[-1]) for x in xs[-2::-1]] + [(xs[0], y) for y in ys[-2::-1]]
    across = [("footway", tuple((x, y) for y in ys)) for x in xs[1:-1]]
    across += [("service", tuple((x, y) for x in xs)) for y in ys[1:-1]]
    built = [line for line in across if rng.random() < _PATHS_SHARE]
    inner = _CLOSED if private else {}
    ways = [
        Way(line, {"highway": highway} | inner, _HOMES_COMPOUND)
        for highway, line in [("service", tuple(ring)), *built]
    ]
    outer = {"highway": "service"} | (_CLOSED if private or sealed else {})
    doors = _doors(block, part, xs, ys)
    chosen = rng.permutation(len(doors))[: 2 if rng.random() < _TWO_GATES_SHARE else 1]
    return ways + [Way(doors[door], outer, gate=doors[door][1]) for door in chosen.tolist()]


def _paths(rng: np.random.Generator, start: int, stop: int) -> list[int]:
    """Place a compound's paths along one axis: the outer ones inside the wall, others on grid."""
    inner = divide(rng, start, stop, _PATHS_M)[1:-1]
    return [start + _WALL_M, *inner, stop - _WALL_M]


def _doors(
    block: Block, part: Block, xs: list[int], ys: list[int]
) -> list[tuple[Point, Point, Point]]:
    """List where a gate may be: street point, gate and ring point, on sides that face a street."""
    doors: list[tuple[Point, Point, Point]] = []
    for x in xs[1:-1]:
        if part.south == block.south:
            doors.append(((x, part.south), (x, part.south + _GATE_M), (x, ys[0])))
        if part.north == block.north:
            doors.append(((x, part.north), (x, part.north - _GATE_M), (x, ys[-1])))
    for y in ys[1:-1]:
        if part.west == block.west:
            doors.append(((part.west, y), (part.west + _GATE_M, y), (xs[0], y)))
        if part.east == block.east:
            doors.append(((part.east, y), (part.east - _GATE_M, y), (xs[-1], y)))
    return doors
