"""How far polygons are right: which nodes lie inside, and when one truly arrives there."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from facility_coverage.network.street_network import StreetNetwork

Drawn = list[list[shapely.Geometry]]
"""Per facility, one polygon per band."""
NEAR, FAR = 1.1, 1.5
"""Leaks are counted among nodes so many times the band's time away."""


@dataclass(frozen=True, eq=False)
class Truth:
    """True times of nodes from facilities, by scipy.

    Attributes
    ----------
    network
        The street network.
    time_s
        Shape (f, n), inf beyond 1.5 times the longest band.
    minutes
        The bands, rising.
    """

    network: StreetNetwork
    time_s: NDArray[np.float64]
    minutes: tuple[float, ...]

    @classmethod
    def of(
        cls,
        network: StreetNetwork,
        seconds: csr_array,
        node: NDArray[np.int64],
        minutes: tuple[float, ...],
    ) -> "Truth":
        """Search from facilities on nodes.

        Parameters
        ----------
        network, seconds
            The street network, and the same for scipy.
        node
            Shape (f,), the facilities' nodes.
        minutes
            The bands, rising.

        Returns
        -------
        Truth
            The times.
        """
        return cls(network, dijkstra(seconds, indices=node, limit=FAR * 60 * minutes[-1]), minutes)

    def judge(self, drawn: Drawn, band: int, diagonal_m: float | None = None) -> "Judgement":
        """Judge the polygons of the first facilities.

        Parameters
        ----------
        drawn
            Per facility, one polygon per band.
        band
            Which band.
        diagonal_m
            Diagonal of a cell, by which polygons say that they may be off; None for those that
            say nothing.

        Returns
        -------
        Judgement
            Shares over all these facilities together.
        """
        limit_s = 60.0 * self.minutes[band]
        counts = np.zeros(5, dtype=np.int64)
        for time_s, polygons in zip(self.time_s, drawn, strict=False):
            near = np.flatnonzero(time_s <= FAR * limit_s)
            polygon = polygons[band]
            shapely.prepare(polygon)
            inside = shapely.intersects_xy(polygon, *self.network.node_xy[near].T)
            reached, beyond = time_s[near] <= limit_s, time_s[near] > NEAR * limit_s
            leaked = near[inside & beyond]
            excused = 0 if diagonal_m is None else self._beside(leaked, time_s, limit_s, diagonal_m)
            sets = (reached, inside & reached, beyond)
            counts += [*(int(one.sum()) for one in sets), len(leaked), excused]
        reached, kept, beyond, leaks, excused = counts.tolist()
        far = max(beyond, 1)
        return Judgement(kept / reached, leaks / far, (leaks - excused) / far)

    def _beside(
        self,
        node: NDArray[np.int64],
        time_s: NDArray[np.float64],
        limit_s: float,
        diagonal_m: float,
    ) -> int:
        """Count the nodes that have a place within the limit within a cell diagonal.

        A place's time is that of the nearest point of all streets, by scipy's times and shapely's
        projection; places lie on rings around the node, two metres apart.
        """
        if not len(node):
            return 0
        radius_m = np.arange(2.0, diagonal_m, 2.0)
        turn = np.arange(0.0, 2.0 * np.pi, np.pi / 18.0)
        around = radius_m[:, None] * np.exp(1j * turn)
        offset = np.column_stack([around.real.ravel(), around.imag.ravel()])
        xy = (self.network.node_xy[node][:, None] + offset).reshape(-1, 2)
        arrival_s = self._arrival_s(xy, time_s)
        return int((arrival_s.reshape(len(node), -1) <= limit_s).any(axis=1).sum())

    def _arrival_s(
        self, xy: NDArray[np.float64], time_s: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return when one arrives at places, over the nearest point of all streets."""
        points = shapely.points(xy)
        (row, edge), leg_m = self._streets.query_nearest(
            points, all_matches=False, return_distance=True
        )
        lines = self._streets.geometries[edge]
        share = shapely.line_locate_point(lines, points[row], normalized=True)
        ends, whole_s = self.network.edge_node[edge], self.network.edge_cost_s[edge]
        from_start = time_s[ends[:, 0]] + share * whole_s[:, 0]
        from_end = time_s[ends[:, 1]] + (1.0 - share) * whole_s[:, 1]
        arrival_s = np.full(len(xy), np.inf)
        leg_s = leg_m / self.network.profile.off_street_speed_m_per_s
        arrival_s[row] = np.minimum(from_start, from_end) + leg_s
        return arrival_s

    @cached_property
    def _streets(self) -> shapely.STRtree:
        edge = np.repeat(np.arange(self.network.n_edges), np.diff(self.network.vertex_offset))
        return shapely.STRtree(shapely.linestrings(self.network.vertex_xy, indices=edge))


@dataclass(frozen=True)
class Judgement:
    """How far polygons are right.

    Attributes
    ----------
    recall
        Share of the reached nodes that lie inside.
    leak
        Share of the nodes 1.1 to 1.5 times the band's time away that lie inside.
    beyond_bound
        Likewise, without those that a polygon's bound of one cell diagonal allows.
    """

    recall: float
    leak: float
    beyond_bound: float

    def __str__(self) -> str:
        """Return recall and leak as the table shows them."""
        return f"recall {self.recall:.3f} leak {self.leak:.3f}"
