"""Isochrones: travel costs on a grid of cells and along streets, turned into polygons."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.network.cell_grid import CellGrid
from facility_coverage.network.grid_marks import GridMarks
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.travel.impedance import Impedance
from facility_coverage.travel.kernels import OnEdges, Streets
from facility_coverage.travel.rings import NO_EDGE, NO_LEG, Rings, Scene, rings_of_groups
from facility_coverage.travel.times import Origins, PointsOnEdges, reach
from facility_coverage.travel.windows import Grid, Ground


@dataclass(frozen=True, eq=False)
class Canvas:
    """A grid made ready for drawing: its cells sorted by edge, and where streets cross its lines.

    Attributes
    ----------
    network
        The street network.
    grid
        Its cells.
    cells, marks
        Cells and crossings of its lines, sorted by edge.
    """

    network: StreetNetwork
    grid: CellGrid
    cells: PointsOnEdges
    marks: GridMarks

    @classmethod
    def of(cls, network: StreetNetwork, grid: CellGrid) -> Self:
        """Make a grid ready for drawing.

        Parameters
        ----------
        network
            The street network.
        grid
            Its cells.

        Returns
        -------
        Canvas
            For any number of origins.
        """
        return cls(
            network, grid, PointsOnEdges.of(network, grid.snaps), GridMarks.of(network, grid)
        )

    @cached_property
    def lines(self) -> Grid:
        """Return cells and crossings as the drawing reads them."""
        cells, marks = self.cells, self.marks
        row, column = np.divmod(cells.row, self.grid.shape[1])
        return Grid(
            (row + self.grid.first[0]).astype(np.int32),
            (column + self.grid.first[1]).astype(np.int32),
            cells.off_street_m,
            marks.row,
            marks.column,
            marks.northward,
            marks.share,
        )

    def polygons(
        self, origins: Origins, impedance: Impedance, limits: tuple[float, ...]
    ) -> NDArray[np.object_]:
        """Return the area that each group of origins reaches within each limit.

        Each area depends on its own origins and limit alone. Every street point that is reached
        lies in it. Every place in it has a place within the limit, and every place beside it one
        beyond the limit or the off-street limit, within one cell diagonal.

        Parameters
        ----------
        origins
            Groups of places on the network.
        impedance
            What moving costs.
        limits
            Rising limits, inclusive.

        Returns
        -------
        ndarray of shapely.MultiPolygon
            Shape (groups, limits): valid, outer rings anticlockwise, holes kept and clockwise,
            parts from the south; empty where nothing is reached.
        """
        network, size_m = self.network, self.grid.size_m
        per_m = impedance.off_street_per_m
        found = reach(network, origins, impedance, limits[-1] + size_m * per_m)
        streets = Streets(
            network.arcs.indptr, network.arcs.edge, network.edge_node, network.edge_length_m,
            impedance.along, impedance.against,
        )  # fmt: skip
        cells, marks = self.cells, self.marks
        scene = Scene(
            streets,
            network,
            self.lines,
            OnEdges(
                cells.offset, NO_EDGE, cells.position_m, impedance.off_street(cells.off_street_m)
            ),
            OnEdges(marks.offset, NO_EDGE, marks.position_m, NO_LEG),
            Ground(size_m, per_m, self.grid.off_street_limit_m),
            np.array(limits),
        )
        snaps, leg = origins.snaps, impedance.off_street(origins.snaps.off_street_m)
        starts = OnEdges(origins.offset, snaps.edge, snaps.position_m, leg)
        rings = rings_of_groups(scene, found, starts)
        shape = len(origins.offset) - 1, len(limits)
        return areas_of_rings(rings, shape[0] * shape[1]).reshape(shape)


def areas_of_rings(rings: Rings, n_areas: int) -> NDArray[np.object_]:
    """Make areas of rings.

    Parameters
    ----------
    rings
        See ``rings_of_groups``.
    n_areas
        How many areas there are, empty ones counted.

    Returns
    -------
    ndarray of shapely.MultiPolygon
        Shape (n_areas,); parts in the order of their first rings.
    """
    size = np.diff(rings.end, prepend=0)
    key = rings.area * (rings.part.max(initial=0) + 1) + rings.part
    _, first, part = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(first[part], kind="stable")
    point = np.repeat(rings.end[order] - np.cumsum(size[order]), size[order])
    point += np.arange(len(rings.xy))
    ring_offset = np.concatenate([[0], np.cumsum(size[order])])
    part_offset = np.append(np.flatnonzero(np.diff(first[part][order], prepend=-1)), len(order))
    parts = np.bincount(rings.area[np.sort(first)], minlength=n_areas)
    area_offset = np.concatenate([[0], np.cumsum(parts)])
    areas: NDArray[np.object_] = shapely.from_ragged_array(
        shapely.GeometryType.MULTIPOLYGON, rings.xy[point], (ring_offset, part_offset, area_offset)
    )
    return areas
