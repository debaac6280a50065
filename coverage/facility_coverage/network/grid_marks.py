"""Where streets cross the lines that join neighbouring cell centres."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from facility_coverage.network.cell_grid import CellGrid
from facility_coverage.network.street_network import StreetNetwork


@dataclass(frozen=True, eq=False)
class GridMarks:
    """Points of streets on the lines between cell centres, sorted by edge.

    Attributes
    ----------
    offset
        Shape (e + 1,): edge i owns the marks ``offset[i]:offset[i + 1]``.
    position_m
        Shape (q,), distance from the start of the edge.
    row, column
        Shape (q,), the cell centre below or left of the mark, counted as ``CellGrid.first``.
    northward
        Shape (q,), True where the line runs from that centre to the north, else to the east.
    share
        Shape (q,), how far along the line between the two centres the mark lies, 0 to 1.
    """

    offset: NDArray[np.int64]
    position_m: NDArray[np.float64]
    row: NDArray[np.int32]
    column: NDArray[np.int32]
    northward: NDArray[np.bool_]
    share: NDArray[np.float64]

    @classmethod
    def of(cls, network: StreetNetwork, grid: CellGrid) -> Self:
        """Find the marks of every street that lies on a grid.

        Parameters
        ----------
        network
            The street network.
        grid
            Its cells.

        Returns
        -------
        GridMarks
            The marks.
        """
        start = _segments_on(network, grid)
        across_columns = _crossings(network, start, grid.size_m, axis=0)
        across_rows = _crossings(network, start, grid.size_m, axis=1)
        vertex, position_m, line, place = (
            np.concatenate(pair) for pair in zip(across_columns, across_rows, strict=True)
        )
        northward = np.arange(len(vertex)) < len(across_columns[0])
        low = np.floor(place)
        row, column = np.where(northward, low, line), np.where(northward, line, low)
        edge = np.searchsorted(network.vertex_offset, vertex, side="right") - 1
        order = np.lexsort((northward, position_m, edge))
        count = np.bincount(edge, minlength=network.n_edges)
        return cls(
            np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
            position_m[order],
            row[order].astype(np.int32),
            column[order].astype(np.int32),
            northward[order],
            (place - low)[order],
        )


def _segments_on(network: StreetNetwork, grid: CellGrid) -> NDArray[np.intp]:
    """Return the first vertices of the segments whose box meets the grid's."""
    is_last = np.zeros(len(network.vertex_xy), dtype=bool)
    is_last[network.vertex_offset[1:] - 1] = True
    start = np.flatnonzero(~is_last)
    a, b = network.vertex_xy[start], network.vertex_xy[start + 1]
    low = grid.size_m * np.array(grid.first[::-1], dtype=float)
    high = low + grid.size_m * np.array(grid.shape[::-1], dtype=float)
    meets = (np.maximum(a, b) >= low) & (np.minimum(a, b) <= high)
    found: NDArray[np.intp] = start[meets.all(axis=1)]
    return found


def _crossings(
    network: StreetNetwork, start: NDArray[np.intp], size_m: float, *, axis: int
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return where segments cross the grid lines of one axis.

    Returns
    -------
    vertex, position_m, line, place
        First vertex of the segment; distance along its edge; the line that it crosses, and where
        on that line, both in cells.
    """
    a, b = network.vertex_xy[start] / size_m, network.vertex_xy[start + 1] / size_m
    from_line = np.ceil(np.minimum(a[:, axis], b[:, axis]))
    to_line = np.floor(np.maximum(a[:, axis], b[:, axis]))
    count = np.maximum(to_line - from_line + 1, 0).astype(int)
    row = np.repeat(np.arange(len(start)), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    line = from_line[row] + nth
    step = (b - a)[row]
    gone = line - a[row, axis]
    share = np.divide(gone, step[:, axis], out=np.zeros(len(row)), where=step[:, axis] != 0)
    place = a[row, 1 - axis] + share * step[:, 1 - axis]
    vertex = start[row]
    position = network.vertex_position_m
    position_m = position[vertex] + share * (position[vertex + 1] - position[vertex])
    return vertex, position_m, line, place
