"""Times between places and nodes, as every engine can state them, so that they can be compared."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Pairs:
    """Times of (place, node) pairs.

    Attributes
    ----------
    key
        Shape (k,), ``place * number of nodes + node``, rising.
    time_s
        Shape (k,).
    """

    key: NDArray[np.int64]
    time_s: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        place: NDArray[np.integer[Any]],
        node: NDArray[np.integer[Any]],
        time_s: NDArray[np.float64],
        n_nodes: int,
    ) -> "Pairs":
        """Sort pairs.

        Parameters
        ----------
        place, node, time_s
            Shape (k,) each.
        n_nodes
            Number of nodes.

        Returns
        -------
        Pairs
            The pairs.
        """
        key = place.astype(np.int64) * n_nodes + node
        order = np.argsort(key, kind="stable")
        return cls(key[order], time_s[order])

    def agreement(self, ours: "Pairs") -> str:
        """Say how far these pairs agree with ours.

        Parameters
        ----------
        ours
            Our pairs.

        Returns
        -------
        str
            Number of pairs, how many only one of the two has, and the largest difference.
        """
        _, here, there = np.intersect1d(self.key, ours.key, assume_unique=True, return_indices=True)
        lone = len(self.key) + len(ours.key) - 2 * len(here)
        difference_s = np.abs(self.time_s[here] - ours.time_s[there]).max(initial=0.0)
        return f"{len(self.key):,} pairs, {lone:,} unshared, Δt ≤ {difference_s:.1e} s"
