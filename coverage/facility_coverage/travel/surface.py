"""The travel-time surface: for every cell the least time between it and a facility."""

import numpy as np

from facility_coverage.network.cell_grid import CellGrid
from facility_coverage.network.snapping import Snaps
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.result import Surface
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.impedance import impedance_for
from facility_coverage.travel.times import (
    PointsOnEdges,
    all_together,
    least_by_column,
    od_matrix,
    reach,
)

_CELLS_PER_STRIP = 1_000_000


def travel_time_surface(network: StreetNetwork, grid: CellGrid, facilities: Snaps) -> Surface:
    """Return the time between each cell's centre and its nearest facility, however far.

    Parameters
    ----------
    network
        The street network.
    grid
        Its cells.
    facilities
        Facilities that all have a street.

    Returns
    -------
    Surface
        One pixel a cell. It is worked out in strips, so that memory follows the grid alone.
    """
    impedance = impedance_for(network, Threshold("minutes", 1.0))
    origins = all_together(facilities)
    found = reach(network, origins, impedance, np.inf)
    rows, columns = grid.shape
    step = max(_CELLS_PER_STRIP // columns, 1)
    time_s = np.empty(grid.shape, dtype=np.float32)
    for low in range(0, rows, step):
        high = min(low + step, rows)
        strip = grid.snaps.take(np.arange(low * columns, high * columns))
        points = PointsOnEdges.of(network, strip)
        cost = least_by_column(od_matrix(network, origins, found, points, impedance, np.inf))
        assessed = np.isfinite(cost) & (strip.off_street_m <= grid.off_street_limit_m)
        time_s[low:high] = np.where(assessed, cost, np.nan).reshape(-1, columns)
    west = grid.size_m * (grid.first[1] - 0.5)
    north = grid.size_m * (grid.first[0] + rows - 0.5)
    return Surface((west, north), grid.size_m, time_s[::-1])
