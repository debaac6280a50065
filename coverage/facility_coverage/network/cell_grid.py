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

    Centres lie on multiples of the size, counted from the origin of the CRS: the same place has
    the same cells whatever the area.

    Attributes
    ----------
    size_m
        Side of a cell.
    first
        Row and column of the south-west cell; its centre is ``size_m`` times the column east and
        ``size_m`` times the row north.
    shape
        Rows and columns.
    off_street_limit_m
        Longest off-street leg.
    snaps
        The cell centres tied to their nearest street, one row per cell; those up to one cell
        beyond the limit are tied too, so that a border can be drawn where the limit itself lies.
    """

    size_m: float
    first: tuple[int, int]
    shape: tuple[int, int]
    off_street_limit_m: float
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
            Cells further than this from every street are within reach of none.

        Returns
        -------
        CellGrid
            The grid.

        Raises
        ------
        LimitError
            It would have more than ``MAX_CELLS`` cells.
        """
        west, south, east, north = np.floor(np.array(bounds_m) / size_m).astype(int).tolist()
        rows, columns = north - south + 2, east - west + 2
        if rows * columns > MAX_CELLS:
            msg = (
                "the circles cover {rows} × {columns} cells of {size_m:g} m, more than {most:,}; "
                "raise [coverage] cell_size_m or cut the study"
            )
            raise LimitError(msg, rows=rows, columns=columns, size_m=size_m, most=MAX_CELLS)
        x = size_m * np.arange(west, west + columns, dtype=float)
        y = size_m * np.arange(south, south + rows, dtype=float)
        xy = np.column_stack([np.tile(x, rows), np.repeat(y, columns)])
        snaps = snap(index, xy, off_street_limit_m=off_street_limit_m + size_m)
        return cls(size_m, (south, west), (rows, columns), off_street_limit_m, snaps)

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
        first = self.first[axis]
        return self.size_m * np.arange(first, first + self.shape[axis], dtype=float)
