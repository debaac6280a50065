"""Both directions of every edge, ordered by the node that they leave: what searches follow."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

from facility_coverage.compiled import KERNEL


@dataclass(frozen=True, eq=False)
class Arcs:
    """Directed arcs in CSR form: node i is left by ``indptr[i]:indptr[i + 1]``.

    Attributes
    ----------
    indptr
        Shape (n + 1,).
    head
        Shape (m,), node that the arc enters.
    edge
        Shape (m,), its undirected edge; rising among the arcs of one node.
    along
        Shape (m,), True where the arc runs the way its edge was drawn.
    """

    indptr: NDArray[np.int32]
    head: NDArray[np.int32]
    edge: NDArray[np.int32]
    along: NDArray[np.bool_]

    @classmethod
    def of(cls, edge_node: NDArray[np.int32], n_nodes: int) -> Self:
        """Order the arcs of edges.

        Parameters
        ----------
        edge_node
            Shape (e, 2), the ends of each edge.
        n_nodes
            Number of nodes.

        Returns
        -------
        Arcs
            Two for each edge; an edge that returns to its own node leaves it twice.
        """
        count = np.bincount(edge_node.ravel(), minlength=n_nodes)
        indptr = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
        head, edge = np.empty((2, edge_node.size), dtype=np.int32)
        along = np.empty(edge_node.size, dtype=np.bool_)
        _fill(edge_node, indptr[:-1].copy(), head, edge, along)
        return cls(indptr, head, edge, along)


@njit(**KERNEL)
def _fill(
    edge_node: NDArray[np.int32],
    cursor: NDArray[np.int32],
    head: NDArray[np.int32],
    edge: NDArray[np.int32],
    along: NDArray[np.bool_],
) -> None:
    """Put every arc into the next free place of the node that it leaves."""
    for i in range(len(edge_node)):
        for side in range(2):
            tail = edge_node[i, side]
            arc = cursor[tail]
            cursor[tail] += 1
            head[arc] = edge_node[i, 1 - side]
            edge[arc] = i
            along[arc] = side == 0
