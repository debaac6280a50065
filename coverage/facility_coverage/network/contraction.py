"""Raw street segments to edges: where two of them meet at one pace, they become one."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from facility_coverage.compiled import KERNEL


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
    n_segments = len(segment_node)
    offset = np.zeros(n_segments + 1, dtype=np.int64)
    node, segment = np.empty((2, 2 * n_segments), dtype=np.int64)
    used = np.zeros(n_segments, dtype=np.bool_)
    n_chains = _trace(segment_node, first, order // 2, degree, kept, used, offset, node, segment)
    size = offset[n_chains]
    return Chains(offset[: n_chains + 1].copy(), node[:size].copy(), segment[:size].copy())


@njit(**KERNEL)
def _trace(
    segment_node: NDArray[np.int64],
    first: NDArray[np.int64],
    incident: NDArray[np.int64],
    degree: NDArray[np.int64],
    kept: NDArray[np.bool_],
    used: NDArray[np.bool_],
    offset: NDArray[np.int64],
    nodes: NDArray[np.int64],
    segments: NDArray[np.int64],
) -> int:
    """Follow chains from every node that is kept, then the rings that are left; count them."""
    n_chains, size = 0, 0
    for rings in range(2):
        for start in range(len(degree)):
            if degree[start] == 0 or not (kept[start] or rings == 1):
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
                    a = segment_node[segment, 0]
                    node = segment_node[segment, 1] if node == a else a
                    if kept[node] or node == start:
                        break
                    one, other = incident[first[node]], incident[first[node] + 1]
                    segment = other if one == segment else one
                nodes[size] = node
                segments[size] = segment
                size += 1
                n_chains += 1
                offset[n_chains] = size
    return n_chains
