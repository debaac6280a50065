"""Gaps: uncovered demand gathered in space and ranked by people."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

LINK_M = 200.0
"""Uncovered demand points up to this far apart belong to one gap, or one and a half cells."""


@dataclass(frozen=True, eq=False)
class Gaps:
    """Groups of uncovered demand, the one with the most people first, of equals the southernmost.

    Attributes
    ----------
    rows
        For each gap, the demand points in it, from south to north.
    population
        Persons in each gap.
    shapes
        The area around its points.
    """

    rows: tuple[NDArray[np.int64], ...]
    population: NDArray[np.float64]
    shapes: NDArray[np.object_]


def find_gaps(
    xy: NDArray[np.float64],
    population: NDArray[np.float64],
    uncovered: NDArray[np.bool_],
    *,
    spacing_m: float,
) -> Gaps:
    """Gather uncovered demand points that lie near each other.

    Parameters
    ----------
    xy
        Shape (d, 2), metres.
    population
        Shape (d,), persons.
    uncovered
        Shape (d,), points that have a street but no facility within the standard.
    spacing_m
        Side of a demand cell, 0 for points.

    Returns
    -------
    Gaps
        Every uncovered point with people stands in exactly one gap.
    """
    rows = np.flatnonzero(uncovered & (population > 0))
    rows = rows[np.lexsort(xy[rows].T)]
    link_m = max(LINK_M, 1.5 * spacing_m)
    if not len(rows):
        return Gaps((), np.empty(0), np.empty(0, dtype=object))
    pairs = cKDTree(xy[rows]).query_pairs(link_m, output_type="ndarray")
    ones = np.ones(len(pairs), dtype=np.int8)
    graph = coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(len(rows), len(rows)))
    count, label = connected_components(graph, directed=False)
    people = np.zeros(count)
    np.add.at(people, label, population[rows])
    first = np.full(count, len(rows))
    np.minimum.at(first, label, np.arange(len(rows)))
    order = np.lexsort((first, -people))
    around = shapely.buffer(shapely.points(xy[rows]), link_m / 2.0, quad_segs=2)
    groups = [np.flatnonzero(label == gap) for gap in order]
    shapes = np.empty(count, dtype=object)
    for i, group in enumerate(groups):
        area = shapely.union_all(around[group])
        shapes[i] = shapely.MultiPolygon(list(shapely.get_parts(area)))
    return Gaps(tuple(rows[group] for group in groups), people[order], shapes)
