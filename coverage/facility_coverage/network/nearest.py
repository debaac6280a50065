"""The nearest point of a street network, found exactly through a grid of buckets."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

from facility_coverage.network.street_network import StreetNetwork

_BUCKET_M = 80.0
_POINTS_PER_PIECE = 50_000
_ROUNDING = 1.0 + 1e-9
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
    shape
        Columns and rows of buckets.
    bucket_offset, bucket_vertex
        Bucket b holds the segments that start at ``bucket_vertex[offset[b]:offset[b + 1]]``.
    vertex_edge
        Edge of each vertex.
    """

    network: StreetNetwork
    origin_m: tuple[float, float]
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
        columns, rows = (np.floor((high - low) / _BUCKET_M).astype(int) + 1).tolist()
        edge = np.repeat(np.arange(network.n_edges, dtype=np.int32), np.diff(network.vertex_offset))
        x0, y0 = low.tolist()
        offset, vertex = _fill_buckets(network.vertex_xy, edge, x0, y0, columns, rows)
        return cls(network, (x0, y0), (columns, rows), offset, vertex, edge)

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
        return _search(
            xy,
            limit_m,
            *self.origin_m,
            *self.shape,
            self.bucket_offset,
            self.bucket_vertex,
            self.vertex_edge,
            network.vertex_xy,
            network.vertex_position_m,
            network.edge_length_m,
        )


@njit(cache=True, nogil=True)
def _fill_buckets(
    vertex_xy: NDArray[np.float64],
    vertex_edge: NDArray[np.int32],
    x0: float,
    y0: float,
    columns: int,
    rows: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sort segments into every bucket that their bounding box touches."""
    offset = np.zeros(columns * rows + 1, dtype=np.int64)
    content = np.empty(0, dtype=np.int64)
    for filling in (False, True):
        if filling:
            total = 0
            for bucket in range(columns * rows):
                total += offset[bucket + 1]
                offset[bucket + 1] = total
            content = np.empty(total, dtype=np.int64)
            cursor = offset[:-1].copy()
        for vertex in range(len(vertex_edge) - 1):
            if vertex_edge[vertex] != vertex_edge[vertex + 1]:
                continue
            ax, ay = vertex_xy[vertex]
            bx, by = vertex_xy[vertex + 1]
            west = int((min(ax, bx) - x0) // _BUCKET_M)
            east = int((max(ax, bx) - x0) // _BUCKET_M)
            south = int((min(ay, by) - y0) // _BUCKET_M)
            north = int((max(ay, by) - y0) // _BUCKET_M)
            for row in range(south, north + 1):
                for column in range(west, east + 1):
                    bucket = row * columns + column
                    if filling:
                        content[cursor[bucket]] = vertex
                        cursor[bucket] += 1
                    else:
                        offset[bucket + 1] += 1
    return offset, content


@njit(cache=True, nogil=True)
def _search(
    xy: NDArray[np.float64],
    limit_m: float,
    x0: float,
    y0: float,
    columns: int,
    rows: int,
    offset: NDArray[np.int64],
    content: NDArray[np.int64],
    vertex_edge: NDArray[np.int32],
    vertex_xy: NDArray[np.float64],
    vertex_position_m: NDArray[np.float64],
    edge_length_m: NDArray[np.float64],
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Search rings of buckets around each point until no nearer segment can follow."""
    n_points = len(xy)
    edge = np.full(n_points, -1, dtype=np.int32)
    nearest_vertex = np.full(n_points, -1, dtype=np.int64)
    position = np.zeros(n_points)
    distance = np.full(n_points, np.inf)
    last_ring = int(limit_m // _BUCKET_M) + 1
    for point in range(n_points):
        x, y = xy[point]
        column, row = int((x - x0) // _BUCKET_M), int((y - y0) // _BUCKET_M)
        east_m, north_m = x - x0 - column * _BUCKET_M, y - y0 - row * _BUCKET_M
        margin = min(east_m, _BUCKET_M - east_m, north_m, _BUCKET_M - north_m)
        best = limit_m * limit_m
        for ring in range(last_ring + 1):
            for bucket_row in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
                on_edge_row = bucket_row in (row - ring, row + ring)
                step = 1 if on_edge_row or ring == 0 else 2 * ring
                for bucket_column in range(column - ring, column + ring + 1, step):
                    if bucket_column < 0 or bucket_column >= columns:
                        continue
                    west_m = x0 + bucket_column * _BUCKET_M
                    south_m = y0 + bucket_row * _BUCKET_M
                    aside = max(west_m - x, x - west_m - _BUCKET_M, 0.0)
                    above = max(south_m - y, y - south_m - _BUCKET_M, 0.0)
                    if aside * aside + above * above > best * _ROUNDING:
                        continue
                    bucket = bucket_row * columns + bucket_column
                    for i in range(offset[bucket], offset[bucket + 1]):
                        vertex = content[i]
                        ax, ay = vertex_xy[vertex]
                        dx, dy = vertex_xy[vertex + 1] - vertex_xy[vertex]
                        square = dx * dx + dy * dy
                        t = 0.0
                        if square > 0.0:
                            t = min(max(((x - ax) * dx + (y - ay) * dy) / square, 0.0), 1.0)
                        if t == 1.0:
                            ax, ay = vertex_xy[vertex + 1]
                            gap = (x - ax) ** 2 + (y - ay) ** 2
                        else:
                            gap = (x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2
                        nearer = gap < best or (gap == best and nearest_vertex[point] < 0)
                        if nearer or (gap == best and vertex < nearest_vertex[point]):
                            best = gap
                            nearest_vertex[point] = vertex
                            own = vertex_edge[vertex]
                            edge[point] = own
                            if t == 1.0:
                                position[point] = vertex_position_m[vertex + 1]
                            else:
                                position[point] = min(
                                    vertex_position_m[vertex] + t * np.sqrt(square),
                                    edge_length_m[own],
                                )
            reach = ring * _BUCKET_M + margin
            if nearest_vertex[point] >= 0 and best < reach * reach:
                break
        if nearest_vertex[point] >= 0:
            distance[point] = np.sqrt(best)
    return edge, nearest_vertex, position, distance
