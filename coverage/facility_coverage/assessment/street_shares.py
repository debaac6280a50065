"""Streets and subdistricts: which metres of the network lie in which subdistrict."""

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.inputs.boundaries import Boundaries
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.travel.service_areas import StreetPieces, difference, length_within

_ROUNDING_M = 1e-4
"""Subdistricts grow by this, so that no street along a border is lost between two of them."""


def pieces_by_unit(network: StreetNetwork, boundaries: Boundaries) -> tuple[StreetPieces, ...]:
    """Cut the network at the borders of the subdistricts.

    Parameters
    ----------
    network
        The street network.
    boundaries
        Subdistricts without overlap, in the network's CRS.

    Returns
    -------
    tuple of StreetPieces
        One per subdistrict. A street along a common border belongs to the lower id, so that
        every metre counts once.
    """
    units = shapely.buffer(boundaries.units.geometry.to_numpy(), _ROUNDING_M, join_style="mitre")
    shapely.prepare(units)
    lines = _edge_lines(network)
    unit, edge = shapely.STRtree(lines).query(units, predicate="intersects")
    whole = shapely.contains_properly(units[unit], lines[edge])
    nothing = np.empty(0, dtype=np.int64), np.empty(0), np.empty(0)
    taken = StreetPieces(*nothing)
    found = []
    for row in range(len(units)):
        mine = unit == row
        inside = edge[mine & whole]
        cut = _cut_edges(network, units[row], edge[mine & ~whole])
        full = np.concatenate([cut.edge, inside])
        order = np.argsort(full, kind="stable")
        start = np.concatenate([cut.start_m, np.zeros(len(inside))])[order]
        end = np.concatenate([cut.end_m, network.edge_length_m[inside]])[order]
        own = difference(network, StreetPieces(full[order], start, end), taken)
        found.append(own)
        taken = _joined(taken, own)
    return tuple(found)


def street_lengths(
    network: StreetNetwork, by_unit: tuple[StreetPieces, ...], reached: StreetPieces | None = None
) -> NDArray[np.float64]:
    """Return the street length of each subdistrict, all of it or the reached part.

    Parameters
    ----------
    network
        The street network.
    by_unit
        Its pieces in each subdistrict.
    reached
        Pieces within reach; None counts every metre.

    Returns
    -------
    ndarray of float64
        Shape (u,), metres.
    """
    if reached is None:
        return np.array([pieces.length_m for pieces in by_unit])
    return np.array([length_within(network, pieces, reached).sum() for pieces in by_unit])


def _cut_edges(
    network: StreetNetwork, unit: shapely.Geometry, edges: NDArray[np.int64]
) -> StreetPieces:
    """Return the parts of edges that lie in a polygon, found on their straight segments."""
    edges = np.unique(edges)
    offset = network.vertex_offset
    count = offset[edges + 1] - offset[edges] - 1
    first = np.repeat(offset[edges] - np.concatenate([[0], np.cumsum(count)[:-1]]), count)
    vertex = first + np.arange(int(count.sum()))
    ends = np.stack([network.vertex_xy[vertex], network.vertex_xy[vertex + 1]], axis=1)
    lines = shapely.linestrings(ends)
    beside = ~shapely.intersects(unit, lines)
    across = ~beside & ~shapely.contains_properly(unit, lines)
    lines[across] = shapely.intersection(lines[across], unit)  # slow: only where it must be
    lines[beside] = None
    parts, row = shapely.get_parts(lines, return_index=True)
    keep = shapely.length(parts) > 0
    parts, row = parts[keep], row[keep]
    from_m, to_m = (
        np.hypot(*(shapely.get_coordinates(shapely.get_point(parts, i)) - ends[row, 0]).T)
        for i in (0, -1)
    )
    base = network.vertex_position_m[vertex[row]]
    start, end = base + np.minimum(from_m, to_m), base + np.maximum(from_m, to_m)
    owner = np.repeat(edges, count)[row]
    nothing = StreetPieces(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))
    end = np.minimum(end, network.edge_length_m[owner])
    order = np.lexsort((start, owner))
    return _joined(nothing, StreetPieces(owner[order], start[order], end[order]))


def _joined(one: StreetPieces, other: StreetPieces) -> StreetPieces:
    """Return the pieces of both, sorted by edge and start; they do not overlap."""
    edge = np.concatenate([one.edge, other.edge])
    start = np.concatenate([one.start_m, other.start_m])
    end = np.concatenate([one.end_m, other.end_m])
    order = np.lexsort((start, edge))
    return StreetPieces(edge[order], start[order], end[order])


def _edge_lines(network: StreetNetwork) -> NDArray[np.object_]:
    owner = np.repeat(np.arange(network.n_edges), np.diff(network.vertex_offset))
    lines: NDArray[np.object_] = shapely.linestrings(network.vertex_xy, indices=owner)
    return lines
