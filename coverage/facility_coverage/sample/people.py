"""Where the census population of each subdistrict might live: synthetic cells of 100 m."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from facility_coverage.sample.streets import Streets
from facility_coverage.sample.terrain import unbend

CELL_M = 100
"""Side of a cell; its sides lie on multiples of it in ``PLANE_CRS``."""

_BORDER_CLEARANCE_M = 1.0
"""Between a cell and the border: every cell lies in one subdistrict, so sums stay exact."""

_OLDER_PERCENT, _OLDER_PERCENT_OLD_TOWN = 9, 18
"""Synthetic shares of people of 60 and over."""

_REMOTE_CELLS, _REMOTE_FROM_STREETS_M = 8, 320.0
"""Cells of a few people far from any street: those whom no walk can be worked out for."""


@dataclass(frozen=True)
class People:
    """Cells with residents, sorted by subdistrict and then by position.

    Parameters
    ----------
    centre_xy_m
        Shape (n, 2), metres in ``PLANE_CRS``.
    population
        Shape (n,): residents, whole persons.
    older
        Shape (n,): those of 60 and over among them.
    """

    centre_xy_m: NDArray[np.float64]
    population: NDArray[np.int64]
    older: NDArray[np.int64]


def settle(
    rng: np.random.Generator,
    units_m: Sequence[shapely.Polygon],
    populations: Sequence[int],
    streets: Streets,
    old_town: shapely.Geometry,
) -> People:
    """Spread the residents of each subdistrict over cells near the streets where homes are.

    Parameters
    ----------
    rng
        Source of chance.
    units_m
        The subdistricts, metres in ``PLANE_CRS``.
    populations
        Their residents; each sum is met exactly.
    streets
        The streets, with weights of homes at their nodes, and the water.
    old_town
        Where more of the people are old, in the draft.

    Returns
    -------
    People
        Cells with at least one resident.
    """
    centre, weight = _weighed_cells(rng, shapely.union_all(list(units_m)), streets)
    half = CELL_M / 2.0 + _BORDER_CLEARANCE_M
    x, y = centre.T
    squares = shapely.box(x - half, y - half, x + half, y + half)
    cells: list[NDArray[np.int64]] = []
    shares: list[NDArray[np.int64]] = []
    for polygon, population in zip(units_m, populations, strict=True):
        shapely.prepare(polygon)
        inside = np.flatnonzero(shapely.contains(polygon, squares))
        cells.append(inside)
        shares.append(shared_out(population, weight[inside]))
    chosen, residents = np.concatenate(cells), np.concatenate(shares)
    lived_in = residents > 0
    place = centre[chosen[lived_in]]
    draft = unbend(place)
    old = shapely.contains_xy(old_town, draft[:, 0], draft[:, 1])
    percent = np.where(old, _OLDER_PERCENT_OLD_TOWN, _OLDER_PERCENT)
    older = (residents[lived_in] * percent + 50) // 100
    return People(place, residents[lived_in], older)


def shared_out(total: int, weight: NDArray[np.int64]) -> NDArray[np.int64]:
    """Share whole persons in proportion to weights by largest remainder, exactly.

    Parameters
    ----------
    total
        Persons to share, not negative.
    weight
        Shape (n,): whole numbers, not negative, not all 0.

    Returns
    -------
    ndarray
        Shape (n,): persons; they add to ``total``. Of equal remainders the first comes first.
    """
    product, whole = total * weight, weight.sum()
    persons: NDArray[np.int64] = product // whole
    order = np.argsort(-(product % whole), kind="stable")
    persons[order[: total - int(persons.sum())]] += 1
    return persons


def _weighed_cells(
    rng: np.random.Generator, district: shapely.Geometry, streets: Streets
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Weigh each dry cell by the homes in it and its neighbours; list those with a weight."""
    west, south, east, north = (int(bound) // CELL_M for bound in district.bounds)
    shape = (east - west + 1, north - south + 1)
    column, row = (streets.node_xy_m // CELL_M).astype(np.int64).T - [[west], [south]]
    here = (column >= 0) & (row >= 0) & (column < shape[0]) & (row < shape[1])
    homes = np.zeros((shape[0] + 2, shape[1] + 2), dtype=np.int64)
    np.add.at(homes, (column[here] + 1, row[here] + 1), streets.node_homes[here])
    windows = np.lib.stride_tricks.sliding_window_view(homes, (3, 3))
    weight = windows.sum(axis=(2, 3)) * rng.integers(5, 16, shape)
    corner = np.argwhere(np.ones(shape, dtype=bool)) + np.array([west, south])
    centre = (corner + 0.5) * CELL_M
    weight = np.where(_wet(centre, streets), 0, weight.ravel())
    remote = _remote(rng, centre, district, streets)
    weight[remote] = int(np.median(weight[weight > 0])) // 10
    return centre[weight > 0], weight[weight > 0]


def _wet(centre: NDArray[np.float64], streets: Streets) -> NDArray[np.bool_]:
    """Tell which cells touch water."""
    rivers = [
        shapely.Polygon(streets.node_xy_m[list(nodes)])
        for way, nodes in zip(streets.ways, streets.way_nodes, strict=True)
        if "natural" in way.tags
    ]
    near_water = shapely.union_all(rivers).buffer(CELL_M * 0.75)
    shapely.prepare(near_water)
    wet: NDArray[np.bool_] = shapely.contains_xy(near_water, centre[:, 0], centre[:, 1])
    return wet


def _remote(
    rng: np.random.Generator,
    centre: NDArray[np.float64],
    district: shapely.Geometry,
    streets: Streets,
) -> NDArray[np.int64]:
    """Choose a few cells of the district that are far from any street."""
    street_nodes = sorted(
        {
            index
            for way, nodes in zip(streets.ways, streets.way_nodes, strict=True)
            if way.level == 0
            for index in nodes
        }
    )
    distance, _ = cKDTree(streets.node_xy_m[street_nodes]).query(centre)
    shapely.prepare(district)
    far = distance > _REMOTE_FROM_STREETS_M
    candidates = np.flatnonzero(far & shapely.contains_xy(district, centre[:, 0], centre[:, 1]))
    return rng.permutation(candidates)[:_REMOTE_CELLS]
