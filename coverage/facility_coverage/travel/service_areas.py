"""The part of every street that is within reach, cut at the exact second on its true polyline."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.travel.impedance import Impedance
from facility_coverage.travel.times import Origins, Reach


@dataclass(frozen=True, eq=False)
class StreetPieces:
    """Pieces of edges; no two of them overlap.

    Attributes
    ----------
    edge
        Shape (q,), rising.
    start_m, end_m
        Shape (q,), distances from the start of the edge, ``start_m < end_m``.
    """

    edge: NDArray[np.int64]
    start_m: NDArray[np.float64]
    end_m: NDArray[np.float64]

    @property
    def length_m(self) -> float:
        """Return the length of all pieces together, metres."""
        return float((self.end_m - self.start_m).sum())


def reached_pieces(
    network: StreetNetwork, origins: Origins, found: Reach, impedance: Impedance, limit: float
) -> StreetPieces:
    """Cut every edge where the cost from the nearest origin passes a limit.

    On edge (u, v) of length ℓ the reached part is [0, what is left at u] ∪ [ℓ - what is left at
    v, ℓ], and around an origin on the edge what is left there in both directions (definition D1).

    Parameters
    ----------
    network
        The street network.
    origins, found
        Groups of places, and what they reach within the limit or further.
    impedance
        Cost of edges.
    limit
        Largest cost, inclusive.

    Returns
    -------
    StreetPieces
        The union over all origins.
    """
    snaps, length_m = origins.snaps, network.edge_length_m
    every = np.arange(network.n_edges)
    left = limit - found.least(network.n_nodes)
    from_start = _metres(left[network.edge_node[:, 0]], length_m, impedance.along)
    from_end = _metres(left[network.edge_node[:, 1]], length_m, impedance.against)
    left_here = limit - impedance.off_street(snaps.off_street_m)
    own_m = length_m[snaps.edge]
    back = _metres(left_here, own_m, impedance.against[snaps.edge])
    ahead = _metres(left_here, own_m, impedance.along[snaps.edge])
    edge = np.concatenate([every, every, snaps.edge.astype(np.int64)])
    start = np.concatenate(
        [np.zeros(len(every)), np.maximum(length_m - from_end, 0.0), snaps.position_m - back]
    )
    end = np.concatenate([np.minimum(from_start, length_m), length_m, snaps.position_m + ahead])
    reached = np.concatenate([from_start > 0, from_end > 0, left_here >= 0])
    whole_m = length_m[edge]
    start, end = np.clip(start, 0.0, whole_m), np.clip(end, 0.0, whole_m)
    kept = reached & (end > start)
    return _merged(network, edge[kept], start[kept], end[kept])


def complement(network: StreetNetwork, pieces: StreetPieces) -> StreetPieces:
    """Return the rest of the network.

    Parameters
    ----------
    network
        The street network.
    pieces
        Pieces of its edges.

    Returns
    -------
    StreetPieces
        What the pieces leave out.
    """
    return _rest(network, np.arange(network.n_edges), pieces)


def _rest(network: StreetNetwork, edges: NDArray[np.int64], pieces: StreetPieces) -> StreetPieces:
    """Return what pieces leave out of some edges, among which are all of theirs."""
    nothing = np.zeros(len(edges))
    edge = np.concatenate([edges, pieces.edge])
    start = np.concatenate([nothing, pieces.end_m])
    end = np.concatenate([nothing, pieces.start_m])
    order = np.lexsort((start, edge))
    edge, start = edge[order], start[order]
    stop = network.edge_length_m[edge]
    next_start = np.concatenate([end[order][1:], [0.0]])
    same = np.concatenate([edge[1:] == edge[:-1], [False]])
    stop = np.where(same, next_start, stop)
    kept = stop > start
    return StreetPieces(edge[kept], start[kept], stop[kept])


def difference(network: StreetNetwork, pieces: StreetPieces, taken: StreetPieces) -> StreetPieces:
    """Return the parts of pieces that other pieces do not take.

    Parameters
    ----------
    network
        The street network.
    pieces
        Pieces of its edges.
    taken
        Pieces to take away.

    Returns
    -------
    StreetPieces
        What is left.
    """
    edges = np.unique(pieces.edge)
    rest, theirs = _rest(network, edges, pieces), np.isin(taken.edge, edges)
    edge = np.concatenate([rest.edge, taken.edge[theirs]])
    start = np.concatenate([rest.start_m, taken.start_m[theirs]])
    end = np.concatenate([rest.end_m, taken.end_m[theirs]])
    return _rest(network, edges, _merged(network, edge, start, end))


def length_within(
    network: StreetNetwork, pieces: StreetPieces, taken: StreetPieces
) -> NDArray[np.float64]:
    """Return how much of each piece other pieces take.

    Parameters
    ----------
    network
        The street network.
    pieces
        Pieces of its edges.
    taken
        Pieces whose common length with them is wanted.

    Returns
    -------
    ndarray of float64
        Shape (q,), metres, one for each of ``pieces``.
    """
    if not len(taken.edge):
        return np.zeros(len(pieces.edge))
    base = network.edge_base_m
    start, end = base[taken.edge] + taken.start_m, base[taken.edge] + taken.end_m
    before = np.concatenate([[0.0], np.cumsum(end - start)])

    def up_to(place: NDArray[np.float64]) -> NDArray[np.float64]:
        i = np.searchsorted(start, place, side="right") - 1
        part = np.clip(place - start[i], 0.0, (end - start)[i])
        return np.where(i < 0, 0.0, before[i] + part)

    own = base[pieces.edge]
    return up_to(own + pieces.end_m) - up_to(own + pieces.start_m)


def piece_lines(network: StreetNetwork, pieces: StreetPieces) -> NDArray[np.object_]:
    """Return pieces as lines along the true shape of their edges.

    Parameters
    ----------
    network
        The street network.
    pieces
        Pieces of its edges.

    Returns
    -------
    ndarray of shapely.LineString
        Shape (q,), in the network's CRS.
    """
    if not len(pieces.edge):
        return np.empty(0, dtype=object)
    position = network.vertex_position_m
    offset = network.vertex_offset
    base = network.edge_base_m
    ruler = np.repeat(base, np.diff(offset)) + position
    first = np.searchsorted(ruler, base[pieces.edge] + pieces.start_m, side="right")
    last = np.searchsorted(ruler, base[pieces.edge] + pieces.end_m, side="left")
    first = np.clip(first, offset[pieces.edge] + 1, offset[pieces.edge + 1] - 1)
    last = np.clip(last, first, offset[pieces.edge + 1] - 1)
    inner = last - first
    row = np.repeat(np.arange(len(inner)), inner + 2)
    begin = np.cumsum(np.concatenate([[0], inner + 2]))
    xy = np.empty((begin[-1], 2))
    step = np.arange(begin[-1]) - begin[row]
    middle = (step > 0) & (step <= inner[row])
    xy[middle] = network.vertex_xy[(first[row] + step - 1)[middle]]
    xy[begin[:-1]] = _at(network, first - 1, pieces.start_m)
    xy[begin[1:] - 1] = _at(network, last - 1, pieces.end_m)
    lines: NDArray[np.object_] = shapely.linestrings(xy, indices=row)
    return lines


def _at(
    network: StreetNetwork, vertex: NDArray[np.int64], position_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the points at given distances on the segments that start at given vertices."""
    start, stop = network.vertex_position_m[vertex], network.vertex_position_m[vertex + 1]
    length = stop - start
    share = np.divide(position_m - start, length, out=np.zeros_like(start), where=length > 0)
    a, b = network.vertex_xy[vertex], network.vertex_xy[vertex + 1]
    share = np.clip(share, 0.0, 1.0)[:, None]
    point: NDArray[np.float64] = np.where(share < 1.0, a + share * (b - a), b)
    return point


def _metres(
    left: NDArray[np.float64], length_m: NDArray[np.float64], cost: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how many metres of an edge the cost that is left pays for; inf where for all.

    A direction that is forbidden costs inf and takes nothing.
    """
    share = np.divide(left, cost, out=np.zeros_like(cost), where=(cost > 0) & (left > 0))
    return np.where(left < 0, -np.inf, np.where(left >= cost, np.inf, share * length_m))


def _merged(
    network: StreetNetwork,
    edge: NDArray[np.int64],
    start_m: NDArray[np.float64],
    end_m: NDArray[np.float64],
) -> StreetPieces:
    """Join intervals of one edge that overlap or touch."""
    if not len(edge):
        return StreetPieces(edge, start_m, end_m)
    order = np.lexsort((start_m, edge))
    edge, start_m, end_m = edge[order], start_m[order], end_m[order]
    base = network.edge_base_m[edge]
    furthest = np.maximum.accumulate(base + end_m)
    fresh = np.concatenate([[True], base[1:] + start_m[1:] > furthest[:-1]])
    first = np.flatnonzero(fresh)
    return StreetPieces(edge[first], start_m[first], np.maximum.reduceat(end_m, first))
