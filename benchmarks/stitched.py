"""A city as large as wanted: copies of a street network side by side, joined at the seams."""

from dataclasses import replace
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from facility_coverage.network.street_network import StreetNetwork

Number = TypeVar("Number", bound=np.generic)

GAP_M = 30.0
"""Free room between two copies, which the streets over the seam cross."""
STREETS_PER_SEAM = 60


def stitched(network: StreetNetwork, columns: int, rows: int) -> StreetNetwork:
    """Lay copies of a network in columns and rows and join neighbours by streets.

    Parameters
    ----------
    network
        One copy.
    columns, rows
        How many copies beside and above each other.

    Returns
    -------
    StreetNetwork
        Copy c owns the nodes ``c * n`` to ``(c + 1) * n``; the streets over the seams come last.
    """
    copies = columns * rows
    n, k = network.n_nodes, len(network.vertex_xy)
    step_m = np.ptp(network.vertex_xy, axis=0) + GAP_M
    place = np.array([(column, row) for row, column in product(range(rows), range(columns))])
    shift_m = place * step_m
    copy = np.arange(copies)
    node_xy = _each(network.node_xy, copies) + np.repeat(shift_m, n, axis=0)
    seam = _seams(network, columns, rows)
    length_m = np.hypot(*(node_xy[seam[:, 1]] - node_xy[seam[:, 0]]).T)
    seconds = length_m / network.profile.off_street_speed_m_per_s
    first_vertex = (copy * k)[:, None] + network.vertex_offset[:-1]
    seam_vertex = copies * k + 2 * np.arange(len(seam) + 1)
    id_step = int(network.node_id.max()) + 1
    vertex_xy = _each(network.vertex_xy, copies) + np.repeat(shift_m, k, axis=0)
    n_ways = len(network.way_id)
    way = _each(network.vertex_way, copies) + np.repeat(copy * n_ways, k)
    way_step = int(network.way_id.max()) + 1
    edge_node = _each(network.edge_node, copies) + np.repeat(copy * n, network.n_edges)[:, None]
    return replace(
        network,
        node_id=_each(network.node_id, copies) + np.repeat(copy * id_step, n),
        node_xy=node_xy,
        node_delay_s=_each(network.node_delay_s, copies),
        edge_node=np.concatenate([edge_node, seam]).astype(network.edge_node.dtype),
        edge_length_m=np.concatenate([_each(network.edge_length_m, copies), length_m]),
        edge_cost_s=np.concatenate(
            [_each(network.edge_cost_s, copies), np.column_stack([seconds, seconds])]
        ),
        vertex_offset=np.concatenate([first_vertex.ravel(), seam_vertex]),
        vertex_xy=np.concatenate([vertex_xy, node_xy[seam.ravel()]]),
        vertex_way=np.concatenate([way, np.zeros(2 * len(seam))]).astype(np.int32),
        way_id=_each(network.way_id, copies) + np.repeat(copy * way_step, n_ways),
        way_class=network.way_class * copies,
        way_name=network.way_name * copies,
    )


def _each(array: NDArray[Number], copies: int) -> NDArray[Number]:
    """Repeat an array as a whole."""
    return np.concatenate([array] * copies)


def _seams(network: StreetNetwork, columns: int, rows: int) -> NDArray[np.int64]:
    """Return the streets over the seams as pairs of nodes, shape (q, 2)."""
    n = network.n_nodes
    eastward, northward = _crossings(network, 0), _crossings(network, 1)
    pairs = [np.empty((0, 2), dtype=np.int64)]
    for row, column in product(range(rows), range(columns)):
        own = row * columns + column
        if column + 1 < columns:
            pairs.append(eastward + np.array([own, own + 1]) * n)
        if row + 1 < rows:
            pairs.append(northward + np.array([own, own + columns]) * n)
    return np.concatenate(pairs)


def _crossings(network: StreetNetwork, axis: int) -> NDArray[np.int64]:
    """Return the nodes that a seam joins: the last of one copy, the first of the next.

    Across the seam both copies are cut into strips; in each strip their outermost nodes face
    each other.
    """
    main = np.flatnonzero(network.component == 0)
    across, along = network.node_xy[main, 1 - axis], network.node_xy[main, axis]
    low, high = across.min(), across.max()
    strip = np.floor((across - low) / (high - low) * STREETS_PER_SEAM).astype(np.int64)
    order = np.lexsort((along, strip))
    _, first, count = np.unique(strip[order], return_index=True, return_counts=True)
    last = first + count - 1
    return np.column_stack([main[order[last]], main[order[first]]])
