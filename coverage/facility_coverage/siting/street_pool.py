"""Street points that could become candidates, and how they are spaced apart."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.snapping import Snaps, street_points

_WIDENING = 1.01
"""Least factor by which a spacing grows that leaves too many points."""


def street_pool(
    index: StreetIndex,
    demand: Snaps,
    weight: NDArray[np.float64],
    *,
    step_m: float,
    reach_m: float,
) -> tuple[Snaps, NDArray[np.float64]]:
    """Return the street in front of each wanted demand point, and points along all streets.

    Parameters
    ----------
    index
        The network's segments.
    demand
        Demand points, tied to their streets.
    weight
        Shape (d,), persons who are to be served; 0 where a point asks for nothing.
    step_m
        Longest step between two points along one edge; each edge has at least one, its middle.
    reach_m
        Points farther than this from all wanted demand, as the crow flies, are left out.

    Returns
    -------
    snaps, people : Snaps, ndarray of float64
        Points on streets (no off-street leg), and the persons right in front of each.
    """
    wanted = demand.take(demand.found & (weight > 0))
    people = weight[demand.found & (weight > 0)]
    if not len(people):
        return wanted, people
    network = index.network
    count = np.maximum(np.ceil(network.edge_length_m / step_m), 1).astype(np.int64)
    edge = np.repeat(np.arange(network.n_edges, dtype=np.int32), count)
    nth = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    position_m = (nth + 0.5) / count[edge] * network.edge_length_m[edge]
    along = _on_street(index, edge, _vertex_before(index, edge, position_m), position_m)
    beyond_m = np.nextafter(reach_m, np.inf)
    near_m, _ = cKDTree(wanted.xy).query(along.xy, distance_upper_bound=beyond_m)
    along = along.take(near_m <= reach_m)
    ahead = _on_street(index, wanted.edge, wanted.vertex, wanted.position_m)
    pool = Snaps(
        *(np.concatenate(pair) for pair in zip(_columns(ahead), _columns(along), strict=True))
    )
    return pool, np.concatenate([people, np.zeros(len(along.edge))])


def spaced_points(
    xy: NDArray[np.float64], *, spacing_m: float, most: int
) -> tuple[NDArray[np.int64], float]:
    """Keep points in their order, each keeping later ones away.

    Parameters
    ----------
    xy
        Shape (p, 2), metres, the best first.
    spacing_m
        Least distance between two points; points exactly so far apart are both kept.
    most
        How many are to be left; the spacing is widened until they are no more.

    Returns
    -------
    rows, spacing_m : ndarray of int64, float
        The rows that are kept, and the spacing that was used.
    """
    while True:
        rows = _kept(xy, spacing_m)
        if len(rows) <= most:
            return rows, spacing_m
        spacing_m *= max(_WIDENING, float(np.sqrt(len(rows) / most)))


def _kept(xy: NDArray[np.float64], spacing_m: float) -> NDArray[np.int64]:
    """Return the rows that are kept when each keeps later ones away from it."""
    if not len(xy):
        return np.empty(0, dtype=np.int64)
    tree = cKDTree(xy)
    within_m = np.nextafter(spacing_m, 0.0)
    open_ = np.ones(len(xy), dtype=bool)
    kept = []
    for row in range(len(xy)):
        if open_[row]:
            kept.append(row)
            open_[tree.query_ball_point(xy[row], within_m)] = False
    return np.array(kept, dtype=np.int64)


def _vertex_before(
    index: StreetIndex, edge: NDArray[np.int32], position_m: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the vertex at which the segment starts that holds each position."""
    network = index.network
    line_m = network.edge_base_m[index.vertex_edge] + network.vertex_position_m
    vertex = np.searchsorted(line_m, network.edge_base_m[edge] + position_m, side="right") - 1
    last = network.vertex_offset[edge + 1] - 2
    return np.clip(vertex, network.vertex_offset[edge], last).astype(np.int64)


def _on_street(
    index: StreetIndex,
    edge: NDArray[np.int32],
    vertex: NDArray[np.int64],
    position_m: NDArray[np.float64],
) -> Snaps:
    """Return places that stand on the street itself."""
    nothing = np.zeros(len(edge))
    unplaced = Snaps(np.zeros((len(edge), 2)), edge, vertex, position_m, nothing)
    return Snaps(street_points(index, unplaced), edge, vertex, position_m, nothing)


def _columns(snaps: Snaps) -> tuple[NDArray[np.generic], ...]:
    return snaps.xy, snaps.edge, snaps.vertex, snaps.position_m, snaps.off_street_m
