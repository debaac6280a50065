"""Raw street segments to edges: chains of nodes where only two segments meet become one edge."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Chains:
    """Maximal chains of segments between nodes where anything else than two segments meet.

    Attributes
    ----------
    offset
        Shape (e + 1,): chain i owns the nodes ``offset[i]:offset[i + 1]``.
    node
        Shape (k,), nodes along each chain, both ends included; a closed chain names its first
        node twice.
    segment
        Shape (k,), segment that leaves each node; at a chain's last node the one that enters it.
    """

    offset: NDArray[np.int64]
    node: NDArray[np.int64]
    segment: NDArray[np.int64]


def contract(segment_node: NDArray[np.int64], n_nodes: int) -> Chains:
    """Join segments at every node where exactly two of them meet.

    Parameters
    ----------
    segment_node
        Shape (s, 2), the two different nodes of each segment.
    n_nodes
        Number of nodes.

    Returns
    -------
    Chains
        Every segment stands in exactly one chain. A ring without a junction becomes one closed
        chain that starts at its lowest node.
    """
    ends = segment_node.ravel()
    order = np.argsort(ends, kind="stable")
    degree = np.bincount(ends, minlength=n_nodes)
    first = np.concatenate([[0], np.cumsum(degree)])
    offset, node, segment = _trace(segment_node, first, order // 2, degree)
    return Chains(offset, node, segment)


@njit(cache=True, nogil=True)
def _trace(
    segment_node: NDArray[np.int64],
    first: NDArray[np.int64],
    incident: NDArray[np.int64],
    degree: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Follow chains from every node that is kept, then the rings that are left."""
    n_segments = len(segment_node)
    used = np.zeros(n_segments, dtype=np.bool_)
    offset = np.empty(n_segments + 1, dtype=np.int64)
    nodes = np.empty(2 * n_segments, dtype=np.int64)
    segments = np.empty(2 * n_segments, dtype=np.int64)
    n_chains = 0
    size = 0
    offset[0] = 0
    for rings in (False, True):
        for start in range(len(degree)):
            if degree[start] == 0 or (degree[start] == 2 and not rings):
                continue
            for i in range(first[start], first[start + 1]):
                segment = incident[i]
                if used[segment]:
                    continue
                node = start
                while True:
                    used[segment] = True
                    nodes[size] = node
                    segments[size] = segment
                    size += 1
                    a, b = segment_node[segment]
                    node = b if node == a else a
                    if degree[node] != 2 or node == start:
                        break
                    one, other = incident[first[node]], incident[first[node] + 1]
                    segment = other if one == segment else one
                nodes[size] = node
                segments[size] = segment
                size += 1
                n_chains += 1
                offset[n_chains] = size
    return offset[: n_chains + 1].copy(), nodes[:size].copy(), segments[:size].copy()
