"""A coarse field over the district: from here, which facility is nearest, and how far is it."""

import math

import numpy as np

from facility_coverage.network.cell_grid import CellGrid
from facility_coverage.network.snapping import Snaps
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.result import NearestField
from facility_coverage.travel.access import nearest_facility

MAX_CELLS = 20_000
"""So many answers fit into a page that opens on a phone: about 50 kB."""


def nearest_field(network: StreetNetwork, grid: CellGrid, facilities: Snaps) -> NearestField:
    """Return the nearest facility of each coarse cell, measured exactly at its middle.

    Parameters
    ----------
    network
        The street network.
    grid
        Its fine cells; of every so many rows and columns one is taken.
    facilities
        Facilities that all have a street, sorted by id.

    Returns
    -------
    NearestField
        At most ``MAX_CELLS`` cells, northernmost row first.
    """
    rows, columns = grid.shape
    step = max(math.ceil(math.sqrt(rows * columns / MAX_CELLS)), 1)
    row = np.arange(min(step // 2, rows - 1), rows, step)
    column = np.arange(min(step // 2, columns - 1), columns, step)
    taken = grid.snaps.take((row[:, None] * columns + column).ravel())
    found = nearest_facility(network, facilities, taken)
    assessed = np.isfinite(found.cost) & (taken.off_street_m <= grid.off_street_limit_m)
    shape = (len(row), len(column))
    time_s = np.where(assessed, found.cost, np.nan).astype(np.float32).reshape(shape)
    facility = np.where(assessed, found.origin, -1).astype(np.int32).reshape(shape)
    size_m = grid.size_m * step
    west = grid.size_m * (grid.first[1] + int(column[0])) - size_m / 2
    north = grid.size_m * (grid.first[0] + int(row[-1])) + size_m / 2
    return NearestField((west, north), size_m, time_s[::-1], facility[::-1])
