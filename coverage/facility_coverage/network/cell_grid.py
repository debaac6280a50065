"""A grid of cells, each tied to the nearest point of the whole network within the limit."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from facility_coverage.errors import LimitError
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.snapping import Snaps, snap

MAX_CELLS = 40_000_000
"""Largest grid: 40 million cells are 126 km × 126 km of 20 m cells."""


@dataclass(frozen=True, eq=False)
class CellGrid:
    """Square cells over an area, row by row from the south-west.

    Attributes
    ----------
    origin_m
        Centre of the south-west cell, metres.
    size_m
        Side of a cell.
    shape
        Rows and columns.
    snaps
        The cell centres tied to their nearest street, one row per cell.
    """

    origin_m: tuple[float, float]
    size_m: float
    shape: tuple[int, int]
    snaps: Snaps

    @classmethod
    def over(
        cls,
        index: StreetIndex,
        bounds_m: tuple[float, float, float, float],
        *,
        size_m: float,
        off_street_limit_m: float,
    ) -> Self:
        """Lay a grid over an area; cells lie on multiples of their size, whatever the area.

        Parameters
        ----------
        index
            The network's segments.
        bounds_m
            West, south, east, north in the network's CRS.
        size_m
            Side of a cell.
        off_street_limit_m
            Cells further than this from every street belong to none.

        Returns
        -------
        CellGrid
            The grid.

        Raises
        ------
        LimitError
            It would have more than ``MAX_CELLS`` cells.
        """
        west, south = (np.floor(np.array(bounds_m[:2]) / size_m) * size_m).tolist()
        columns = int((bounds_m[2] - west) // size_m) + 2
        rows = int((bounds_m[3] - south) // size_m) + 2
        if rows * columns > MAX_CELLS:
            msg = (
                f"the circles cover {rows} × {columns} cells of {size_m:g} m, more than "
                f"{MAX_CELLS:,}; raise [coverage] cell_size_m or cut the study"
            )
            raise LimitError(msg)
        x = west + size_m * np.arange(columns)
        y = south + size_m * np.arange(rows)
        xy = np.column_stack([np.tile(x, rows), np.repeat(y, columns)])
        snaps = snap(index, xy, off_street_limit_m=off_street_limit_m)
        return cls((west, south), size_m, (rows, columns), snaps)

    def centres_m(self, axis: int) -> NDArray[np.float64]:
        """Return the cell centres along one axis.

        Parameters
        ----------
        axis
            0 for northings of the rows, 1 for eastings of the columns.

        Returns
        -------
        ndarray of float64
            Metres.
        """
        start = self.origin_m[1 - axis]
        return start + self.size_m * np.arange(self.shape[axis], dtype=float)
