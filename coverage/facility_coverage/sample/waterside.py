"""Rivers and what goes with them: water, paths along the banks, streets down to them, bridges."""

from collections import Counter
from collections.abc import Sequence

import shapely

from facility_coverage.sample.terrain import BROOK, GRID_M, MAIN_RIVER, RIVERS, River
from facility_coverage.sample.ways import Point, Way, cut

_QUAY_M = 15
"""Between the water and the path along the bank."""

_CLEARANCE_M = 32.0
"""Between the water and any other street: behind the quay, whatever the jitter of nodes."""

_BRIDGES_M = {MAIN_RIVER: 3000, BROOK: 1300}
"""Least distance between two bridges, on the river's axis."""

_APPROACH_STEPS = 2
"""Grid points from a bank on which a street that was cut there may end."""

_BANK_TAGS = ({"highway": "footway"}, {"highway": "cycleway", "foot": "designated"})


def zone(river: River) -> shapely.Geometry:
    """Return where no street may lie but those of ``draw``: the water and its banks.

    Parameters
    ----------
    river
        The river.

    Returns
    -------
    Geometry
        In the draft.
    """
    return river.shape().buffer(_CLEARANCE_M)


def draw(streets: Sequence[Way], beyond: shapely.Geometry) -> list[Way]:
    """Draw the water, a path on either bank, and bridges where streets lead up to both banks.

    Parameters
    ----------
    streets
        Streets that were cut at the water.
    beyond
        Where not to draw, in the draft.

    Returns
    -------
    list of Way
        The new ways.
    """
    drawn: list[Way] = []
    for river, other in (RIVERS, RIVERS[::-1]):
        water = [(round(x), round(y)) for x, y in river.shape().exterior.coords]
        drawn.append(Way(tuple(water), {"natural": "water", "water": "river"}, level=-1))
        banks = [_quay(river, -1), _quay(river, 1)]
        paths = [
            Way(tuple(bank.values()), tags) for bank, tags in zip(banks, _BANK_TAGS, strict=True)
        ]
        paths = cut(paths, beyond.union(zone(other)))
        drawn += paths
        standing = {point for path in paths for point in path.points}
        drawn += _crossings(river, banks, _ends(river, streets), standing)
    return drawn


def _quay(river: River, side: int) -> dict[int, Point]:
    """Return the points of the path along one bank by their place on the river's axis."""
    points = river.course.points(side * (river.half_width_m + _QUAY_M))
    axis = 0 if river.course.axis == "x" else 1
    return {round(point[axis]): (round(point[0]), round(point[1])) for point in points.tolist()}


def _ends(river: River, streets: Sequence[Way]) -> dict[Point, Way]:
    """Return the loose ends of named streets that run straight at a river."""
    axis = 0 if river.course.axis == "x" else 1
    named = [way for way in streets if "name" in way.tags]
    uses = Counter(point for way in named for point in way.points)
    return {
        end: way
        for way in named
        for end, before in (way.points[:2], way.points[:-3:-1])
        if end[axis] == before[axis] and uses[end] == 1
    }


def _crossings(
    river: River, banks: list[dict[int, Point]], ends: dict[Point, Way], standing: set[Point]
) -> list[Way]:
    """Lead streets down to the banks, and across where the last bridge is far enough."""
    drawn: list[Way] = []
    last_bridge: int | None = None
    for along in sorted(banks[0]):
        both = (banks[0][along], banks[1][along])
        if not standing.issuperset(both):
            continue
        found = [
            _street_end(river, point, side, ends) for point, side in zip(both, (-1, 1), strict=True)
        ]
        for point, end in zip(both, found, strict=True):
            if end is not None:
                drawn.append(Way((end, point), dict(ends[end].tags)))
        far_enough = last_bridge is None or along - last_bridge >= _BRIDGES_M[river]
        if far_enough and found[0] is not None and found[1] is not None:
            tags = dict(ends[found[0]].tags) | {"bridge": "yes", "layer": "1"}
            drawn.append(Way(both, tags))
            last_bridge = along
    return drawn


def _street_end(river: River, bank: Point, side: int, ends: dict[Point, Way]) -> Point | None:
    """Return the end of the street that runs straight up to a point of the bank."""
    axis = 1 if river.course.axis == "x" else 0
    nearest = bank[axis] // GRID_M * GRID_M + (GRID_M if side > 0 else 0)
    for step in range(_APPROACH_STEPS):
        place = nearest + side * step * GRID_M
        point = (bank[0], place) if axis == 1 else (place, bank[1])
        if point in ends:
            return point
    return None
