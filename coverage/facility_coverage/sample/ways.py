"""Drafted ways: cut where water lies in their path, and freed of pieces that join nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Point = tuple[int, int]
"""Whole draft metres. Two ways of one level join wherever they name the same point."""


@dataclass(frozen=True)
class Way:
    """A drafted OpenStreetMap way.

    Parameters
    ----------
    points
        At least two.
    tags
        Its OpenStreetMap tags.
    homes
        Weight of the people who live at each of its points.
    level
        0 for streets, 1 for what passes above them, -1 for areas: ways join on one level only.
    gate
        The one of its points at which a gate stands.
    """

    points: tuple[Point, ...]
    tags: Mapping[str, str]
    homes: int = 0
    level: int = 0
    gate: Point | None = None


def straight(start: Point, stop: Point, step_m: int) -> tuple[Point, ...]:
    """Return the points of a straight line, one each ``step_m`` on the longer axis.

    Parameters
    ----------
    start, stop
        Its ends; their distance on the longer axis is a multiple of ``step_m``.
    step_m
        Spacing.

    Returns
    -------
    tuple of Point
        From start to stop, both included.
    """
    steps = max(abs(stop[0] - start[0]), abs(stop[1] - start[1])) // step_m
    dx, dy = (stop[0] - start[0]) // steps, (stop[1] - start[1]) // steps
    return tuple((start[0] + k * dx, start[1] + k * dy) for k in range(steps + 1))


def pieces(
    points: Sequence[Point], kinds: Sequence[str | None]
) -> Iterator[tuple[str, tuple[Point, ...]]]:
    """Part a line where its kind changes.

    Parameters
    ----------
    points
        The line.
    kinds
        What each of its steps is; ``None`` where there is nothing. One fewer than points.

    Yields
    ------
    tuple of str and tuple of Point
        The kind and the line of each piece.
    """
    for kind, group in groupby(range(len(kinds)), key=lambda step: kinds[step]):
        steps = list(group)
        if kind is not None:
            yield kind, tuple(points[steps[0] : steps[-1] + 2])


def cut(ways: Sequence[Way], zone: shapely.Geometry) -> list[Way]:
    """Remove every step that touches a zone, and part the ways there.

    Parameters
    ----------
    ways
        Ways of any level.
    zone
        Where no street may lie, in the draft.

    Returns
    -------
    list of Way
        What is left of them, in order.
    """
    shapely.prepare(zone)
    steps = [step for way in ways for step in pairwise(way.points)]
    wet = iter(shapely.intersects(zone, shapely.linestrings(np.array(steps))))
    left: list[Way] = []
    for way in ways:
        kinds = [None if next(wet) else "dry" for _ in range(len(way.points) - 1)]
        left += [replace(way, points=points) for _, points in pieces(way.points, kinds)]
    return left


def largest_connected(ways: Sequence[Way]) -> list[Way]:
    """Return the ways of the largest set that hangs together.

    Parameters
    ----------
    ways
        Ways of one level.

    Returns
    -------
    list of Way
        In the order given.
    """
    number: dict[Point, int] = {}
    for way in ways:
        for point in way.points:
            number.setdefault(point, len(number))
    steps = np.array([(number[a], number[b]) for way in ways for a, b in pairwise(way.points)])
    graph = coo_array((np.ones(len(steps)), (steps[:, 0], steps[:, 1])), shape=2 * (len(number),))
    _, part = connected_components(graph, directed=False)
    largest = np.bincount(part).argmax()
    return [way for way in ways if part[number[way.points[0]]] == largest]
