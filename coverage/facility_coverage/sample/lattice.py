"""The lattice of arterial streets, and the superblocks that lie between them."""

from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.sample.terrain import GRID_M
from facility_coverage.sample.ways import Way, pieces, straight

_QUARTER_M = (1100, 2200)
"""Least and greatest distance between two primary streets."""

_SUPERBLOCK_M = (350, 700)
"""Least and greatest side of a superblock."""

_DIAGONALS = (
    # from, towards
    ((431_000, 2_558_400), (435_300, 2_562_700)),
    ((442_000, 2_557_600), (437_800, 2_561_800)),
)
_HORIZON_M = 100_000.0

_TRAILS_SHARE = 0.45
"""Lesser streets that go on through hills as a trail; the others end there."""

_TRAIL_STEPS_SHARE = 0.2


@dataclass(frozen=True)
class Block:
    """The ground between streets: an upright rectangle of the draft, in whole metres."""

    west: int
    south: int
    east: int
    north: int

    @property
    def centre(self) -> tuple[float, float]:
        """Return its middle."""
        return (self.west + self.east) / 2.0, (self.south + self.north) / 2.0


@dataclass(frozen=True)
class Ground:
    """Where streets may be drawn, in the draft.

    Parameters
    ----------
    district
        The district's outline.
    reach
        The outline and the margin beyond it.
    hills
        Where few roads go.
    old_town
        Where blocks are small.
    """

    district: shapely.Geometry
    reach: shapely.Geometry
    hills: shapely.Geometry
    old_town: shapely.Geometry

    @property
    def beyond(self) -> shapely.Geometry:
        """Return everything out of reach."""
        return self.reach.envelope.buffer(_HORIZON_M).difference(self.reach)


def divide(
    rng: np.random.Generator, start: int, stop: int, between_m: tuple[int, int]
) -> list[int]:
    """Cut a stretch at places of the grid.

    Parameters
    ----------
    rng
        Source of chance.
    start, stop
        Its ends, multiples of ``GRID_M``.
    between_m
        Least and greatest distance of two cuts. The greatest is twice the least or more, less one
        step of the grid, so that what is left over can always be cut.

    Returns
    -------
    list of int
        The cuts, both ends included.
    """
    least, most = between_m
    cuts = [start]
    while stop - cuts[-1] > most:
        longest = min(most, stop - cuts[-1] - least)
        cuts.append(cuts[-1] + int(rng.integers(least // GRID_M, longest // GRID_M + 1)) * GRID_M)
    return [*cuts, stop]


def arterials(rng: np.random.Generator, ground: Ground) -> tuple[list[Way], list[Block]]:
    """Draw primary streets through the whole land, and lesser ones within each quarter.

    Parameters
    ----------
    rng
        Source of chance.
    ground
        Where to draw.

    Returns
    -------
    tuple of list of Way and list of Block
        The streets, hill roads and trails, and the superblocks between them.
    """
    west, south, east, north = _grid_bounds(ground.reach)
    columns = divide(rng, west, east, _QUARTER_M)
    rows = divide(rng, south, north, _QUARTER_M)
    lines = [("primary", (x, south), (x, north)) for x in columns]
    lines += [("primary", (west, y), (east, y)) for y in rows]
    lines += [("secondary", start, stop) for start, stop in _DIAGONALS]
    blocks: list[Block] = []
    for (x0, x1), (y0, y1) in product(pairwise(columns), pairwise(rows)):
        xs, ys = divide(rng, x0, x1, _SUPERBLOCK_M), divide(rng, y0, y1, _SUPERBLOCK_M)
        lines += [("secondary", (x, y0), (x, y1)) for x in xs[1:-1]]
        lines += [("tertiary", (x0, y), (x1, y)) for y in ys[1:-1]]
        blocks += [
            Block(left, low, right, high)
            for (left, right), (low, high) in product(pairwise(xs), pairwise(ys))
        ]
    ways: list[Way] = []
    for number, (highway, start, stop) in enumerate(lines, start=1):
        points = straight(start, stop, GRID_M)
        kinds = _kinds(rng, np.array(points, dtype=np.float64), highway, ground)
        ways += [Way(piece, _tags(kind, number), 1) for kind, piece in pieces(points, kinds)]
    return ways, blocks


def _grid_bounds(area: shapely.Geometry) -> tuple[int, int, int, int]:
    """Return the grid lines around an area."""
    west, south, east, north = (bound / GRID_M for bound in area.bounds)
    return (
        int(np.floor(west)) * GRID_M,
        int(np.floor(south)) * GRID_M,
        int(np.ceil(east)) * GRID_M,
        int(np.ceil(north)) * GRID_M,
    )


def _kinds(
    rng: np.random.Generator, points: NDArray[np.float64], highway: str, ground: Ground
) -> list[str | None]:
    """Say what each step of a line is: its class, in hills a road or a trail or nothing."""
    middle = (points[1:] + points[:-1]) / 2.0
    drawn = shapely.contains_xy(ground.reach, middle[:, 0], middle[:, 1])
    hilly = shapely.contains_xy(ground.hills, middle[:, 0], middle[:, 1])
    trail, stairs = rng.random() < _TRAILS_SHARE, rng.random(len(middle)) < _TRAIL_STEPS_SHARE
    uphill: tuple[str | None, str | None] = ("path", "steps") if trail else (None, None)
    if highway == "primary":
        uphill = ("unclassified", "unclassified")
    return [
        (uphill[stair] if up else highway) if here else None
        for here, up, stair in zip(drawn.tolist(), hilly.tolist(), stairs.tolist(), strict=True)
    ]


def _tags(kind: str, number: int) -> dict[str, str]:
    """Return the tags of a street; only streets bear names, and these say what they are."""
    if kind in ("path", "steps"):
        return {"highway": kind}
    return {"highway": kind, "name": f"合成路 {number} (synthetic)"}
