"""The nearest point of a street network, found exactly through a grid of buckets."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

from facility_coverage.compiled import KERNEL
from facility_coverage.network.street_network import StreetNetwork

_BUCKET_M = 80.0
"""Side of a bucket; wider where streets lie so far apart that there would be too many."""

_MOST_BUCKETS = 1 << 24
"""So many hold 100,000 km² at 80 m, and take 134 MB."""

_POINTS_PER_PIECE = 50_000
_ROUNDING = 1.0 + 1e-9
_LEAST_M = 1e-6
"""Room for rounding when a bucket is passed over because it lies too far away."""


@dataclass(frozen=True, eq=False)
class NearestStreet:
    """For each point the nearest point of the network; rows without one hold edge -1.

    Attributes
    ----------
    edge
        Shape (p,), edge index, -1 where no street lies within the limit.
    vertex
        Shape (p,), vertex at which the nearest segment starts, -1 likewise.
    position_m
        Shape (p,), distance of the nearest point from the start of its edge, along the edge.
    distance_m
        Shape (p,), straight distance from the point to the nearest point; inf likewise.
    """

    edge: NDArray[np.int32]
    vertex: NDArray[np.int64]
    position_m: NDArray[np.float64]
    distance_m: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StreetIndex:
    """Segments of a network sorted into square buckets.

    Attributes
    ----------
    network
        The network.
    origin_m
        South-west corner of the buckets, metres.
    bucket_m
        Side of a bucket, metres.
    shape
        Columns and rows of buckets.
    bucket_offset, bucket_vertex
        Bucket b holds the segments that start at ``bucket_vertex[offset[b]:offset[b + 1]]``.
    vertex_edge
        Edge of each vertex.
    """

    network: StreetNetwork
    origin_m: tuple[float, float]
    bucket_m: float
    shape: tuple[int, int]
    bucket_offset: NDArray[np.int64]
    bucket_vertex: NDArray[np.int64]
    vertex_edge: NDArray[np.int32]

    @classmethod
    def of(cls, network: StreetNetwork) -> Self:
        """Sort a network's segments into buckets.

        Parameters
        ----------
        network
            The network; all of it, reached or not.

        Returns
        -------
        StreetIndex
            The index.
        """
        low, high = network.vertex_xy.min(axis=0), network.vertex_xy.max(axis=0)
        bucket_m = max(_BUCKET_M, float(np.sqrt(np.prod(high - low) / _MOST_BUCKETS)))
        columns, rows = (np.floor((high - low) / bucket_m).astype(int) + 1).tolist()
        edge = np.repeat(np.arange(network.n_edges, dtype=np.int32), np.diff(network.vertex_offset))
        x0, y0 = low.tolist()
        count, vertex = np.zeros(columns * rows, dtype=np.int64), np.empty(0, dtype=np.int64)
        _fill_buckets(network.vertex_xy, edge, x0, y0, bucket_m, columns, count, vertex)
        offset = np.concatenate([[0], np.cumsum(count)])
        vertex = np.empty(offset[-1], dtype=np.int64)
        cursor = offset[:-1].copy()
        _fill_buckets(network.vertex_xy, edge, x0, y0, bucket_m, columns, cursor, vertex)
        return cls(network, (x0, y0), bucket_m, (columns, rows), offset, vertex, edge)

    def nearest(self, xy: NDArray[np.float64], limit_m: float) -> NearestStreet:
        """Find the nearest point of the network for each point.

        The whole network counts, reached or not: that is what keeps an isochrone from leaking
        over a river. Where two segments are equally near, the lower edge wins.

        Parameters
        ----------
        xy
            Shape (p, 2), metres in the network's CRS.
        limit_m
            Largest straight distance, inclusive.

        Returns
        -------
        NearestStreet
            One row per point.
        """
        points = np.ascontiguousarray(xy, dtype=np.float64)
        if len(points) <= _POINTS_PER_PIECE:  # no thread is worth its start
            return NearestStreet(*self._nearest(points, limit_m))
        pieces = np.array_split(points, len(points) // _POINTS_PER_PIECE)
        with ThreadPoolExecutor() as threads:  # the search holds no lock of Python's
            found = list(threads.map(lambda piece: self._nearest(piece, limit_m), pieces))
        return NearestStreet(*(np.concatenate(column) for column in zip(*found, strict=True)))

    def _nearest(
        self, xy: NDArray[np.float64], limit_m: float
    ) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Search the nearest point of the network for each point."""
        network = self.network
        edge = np.full(len(xy), -1, dtype=np.int32)
        vertex = np.full(len(xy), -1, dtype=np.int64)
        position_m, distance_m = np.zeros(len(xy)), np.full(len(xy), np.inf)
        _search(
            xy,
            limit_m,
            *self.origin_m,
            self.bucket_m,
            *self.shape,
            self.bucket_offset,
            self.bucket_vertex,
            self.vertex_edge,
            network.vertex_xy,
            network.vertex_position_m,
            network.edge_length_m,
            edge,
            vertex,
            position_m,
            distance_m,
        )
        return edge, vertex, position_m, distance_m


@njit(**KERNEL)
def _fill_buckets(
    vertex_xy: NDArray[np.float64],
    vertex_edge: NDArray[np.int32],
    x0: float,
    y0: float,
    bucket_m: float,
    columns: int,
    cursor: NDArray[np.int64],
    content: NDArray[np.int64],
) -> None:
    """Put segments into every bucket that their bounding box touches; without room, count them."""
    filling = len(content) > 0
    for vertex in range(len(vertex_edge) - 1):
        if vertex_edge[vertex] != vertex_edge[vertex + 1]:
            continue
        ax, ay = vertex_xy[vertex, 0], vertex_xy[vertex, 1]
        bx, by = vertex_xy[vertex + 1, 0], vertex_xy[vertex + 1, 1]
        west = int((min(ax, bx) - x0) // bucket_m)
        east = int((max(ax, bx) - x0) // bucket_m)
        south = int((min(ay, by) - y0) // bucket_m)
        north = int((max(ay, by) - y0) // bucket_m)
        for row in range(south, north + 1):
            for column in range(west, east + 1):
                bucket = row * columns + column
                if filling:
                    content[cursor[bucket]] = vertex
                cursor[bucket] += 1


@njit(**KERNEL)
def _search(
    xy: NDArray[np.float64],
    limit_m: float,
    x0: float,
    y0: float,
    bucket_m: float,
    columns: int,
    rows: int,
    offset: NDArray[np.int64],
    content: NDArray[np.int64],
    vertex_edge: NDArray[np.int32],
    vertex_xy: NDArray[np.float64],
    vertex_position_m: NDArray[np.float64],
    edge_length_m: NDArray[np.float64],
    edge: NDArray[np.int32],
    nearest_vertex: NDArray[np.int64],
    position_m: NDArray[np.float64],
    distance_m: NDArray[np.float64],
) -> None:
    """Search rings of buckets around each point until no nearer segment can follow.

    No point lies further off than the point before it, and the way between the two: that bounds
    the search where points stand in rows, as cells do.
    """
    last_ring = int(limit_m // bucket_m) + 1
    for point in range(len(xy)):
        x, y = xy[point, 0], xy[point, 1]
        column = int((x - x0) // bucket_m)
        row = int((y - y0) // bucket_m)
        east_m, north_m = x - x0 - column * bucket_m, y - y0 - row * bucket_m
        margin = min(east_m, bucket_m - east_m, north_m, bucket_m - north_m)
        best, found = limit_m * limit_m, -1
        if point > 0 and distance_m[point - 1] < limit_m:
            step_m = np.hypot(x - xy[point - 1, 0], y - xy[point - 1, 1])
            most_m = (distance_m[point - 1] + step_m) * _ROUNDING + _LEAST_M
            best = min(best, most_m * most_m)
        for ring in range(last_ring + 1):
            for bucket_row in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
                south_m = y0 + bucket_row * bucket_m
                above = max(south_m - y, y - south_m - bucket_m, 0.0)
                if above * above > best * _ROUNDING:
                    continue
                step = 2 * ring
                if ring == 0 or bucket_row == row - ring or bucket_row == row + ring:
                    step = 1
                for bucket_column in range(column - ring, column + ring + 1, step):
                    if bucket_column < 0 or bucket_column >= columns:
                        continue
                    west_m = x0 + bucket_column * bucket_m
                    aside = max(west_m - x, x - west_m - bucket_m, 0.0)
                    if aside * aside + above * above > best * _ROUNDING:
                        continue
                    bucket = bucket_row * columns + bucket_column
                    for i in range(offset[bucket], offset[bucket + 1]):
                        vertex = content[i]
                        ax, ay = vertex_xy[vertex, 0], vertex_xy[vertex, 1]
                        bx, by = vertex_xy[vertex + 1, 0], vertex_xy[vertex + 1, 1]
                        dx, dy = bx - ax, by - ay
                        square = dx * dx + dy * dy
                        t = 0.0
                        if square > 0.0:
                            t = min(max(((x - ax) * dx + (y - ay) * dy) / square, 0.0), 1.0)
                        if t == 1.0:
                            gap = (x - bx) ** 2 + (y - by) ** 2
                        else:
                            gap = (x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2
                        if gap < best or (gap == best and (found < 0 or vertex < found)):
                            best, found = gap, vertex
                            position_m[point] = vertex_position_m[vertex + 1]
                            if t < 1.0:
                                along_m = vertex_position_m[vertex] + t * np.sqrt(square)
                                own_m = edge_length_m[vertex_edge[vertex]]
                                position_m[point] = min(along_m, own_m)
            reach = ring * bucket_m + margin
            if best < reach * reach:
                break
        if found >= 0:
            edge[point] = vertex_edge[found]
            nearest_vertex[point] = found
            distance_m[point] = np.sqrt(best)
