"""Raw street segments to edges: where two of them meet at one pace, they become one."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Chains:
    """Maximal chains of segments between nodes that are kept.

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


def contract(
    segment_node: NDArray[np.int64],
    speed_m_per_s: NDArray[np.float64],
    stays: NDArray[np.bool_],
) -> Chains:
    """Join segments at every node where two of them meet and nothing changes.

    A node goes when exactly two segments meet there, a route over it has the same speed before and
    behind it, in both directions and to the last bit, and nobody waits there. Speeds come from a
    table of classes or limits, so that equal ones are equal bits; a tolerance would move times.

    Parameters
    ----------
    segment_node
        Shape (s, 2), the two different nodes of each segment.
    speed_m_per_s
        Shape (s, 2), speed from the first node to the second and back; 0 where it is closed.
    stays
        Shape (n,), nodes that are kept in any case.

    Returns
    -------
    Chains
        Every segment stands in exactly one chain. A ring without a node that is kept becomes one
        closed chain that starts at its first node.
    """
    ends, leaving, entering = segment_node.ravel(), speed_m_per_s.ravel(), speed_m_per_s[:, ::-1]
    entering = entering.ravel()
    order = np.argsort(ends, kind="stable")
    degree = np.bincount(ends, minlength=len(stays))
    first = np.concatenate([[0], np.cumsum(degree)])
    two = np.flatnonzero(degree == 2)
    one, other = order[first[two]], order[first[two] + 1]
    even = (entering[one] == leaving[other]) & (entering[other] == leaving[one])
    kept = (degree > 0) & (degree != 2)
    kept[two] = ~even | stays[two]
    offset, node, segment = _trace(segment_node, first, order // 2, degree, kept)
    return Chains(offset, node, segment)


@njit(cache=True, nogil=True)
def _trace(
    segment_node: NDArray[np.int64],
    first: NDArray[np.int64],
    incident: NDArray[np.int64],
    degree: NDArray[np.int64],
    kept: NDArray[np.bool_],
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
            if degree[start] == 0 or not (kept[start] or rings):
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
                    if kept[node] or node == start:
                        break
                    one, other = incident[first[node]], incident[first[node] + 1]
                    segment = other if one == segment else one
                nodes[size] = node
                segments[size] = segment
                size += 1
                n_chains += 1
                offset[n_chains] = size
    return offset[: n_chains + 1].copy(), nodes[:size].copy(), segments[:size].copy()
