"""Places to their nearest street: the point of an edge, and the leg off the street."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facility_coverage.network.nearest import StreetIndex


@dataclass(frozen=True, eq=False)
class Snaps:
    """Places tied to the nearest point of the whole network.

    Attributes
    ----------
    xy
        Shape (p, 2), the places, metres.
    edge
        Shape (p,), edge index; -1 where no street lies within the limit.
    vertex
        Shape (p,), vertex at which the nearest segment starts; -1 likewise.
    position_m
        Shape (p,), distance of the street point from the start of its edge.
    off_street_m
        Shape (p,), the off-street leg; inf likewise.
    """

    xy: NDArray[np.float64]
    edge: NDArray[np.int32]
    vertex: NDArray[np.int64]
    position_m: NDArray[np.float64]
    off_street_m: NDArray[np.float64]

    @property
    def found(self) -> NDArray[np.bool_]:
        """Tell which places have a street within the limit, shape (p,)."""
        return self.edge >= 0

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> "Snaps":
        """Return some of the places.

        Parameters
        ----------
        rows
            Indices or mask.

        Returns
        -------
        Snaps
            Those rows.
        """
        return Snaps(
            self.xy[rows],
            self.edge[rows],
            self.vertex[rows],
            self.position_m[rows],
            self.off_street_m[rows],
        )


def snap(index: StreetIndex, xy: NDArray[np.float64], *, off_street_limit_m: float) -> Snaps:
    """Tie places to the nearest point of an edge.

    Parameters
    ----------
    index
        The network's segments.
    xy
        Shape (p, 2), metres in the network's CRS; NaN where a place has no position.
    off_street_limit_m
        Longest off-street leg, inclusive.

    Returns
    -------
    Snaps
        One row per place.
    """
    placed = np.flatnonzero(np.isfinite(xy).all(axis=1))
    near = index.nearest(xy[placed], off_street_limit_m)
    edge, vertex = np.full(len(xy), -1, dtype=np.int32), np.full(len(xy), -1, dtype=np.int64)
    position_m, off_street_m = np.zeros(len(xy)), np.full(len(xy), np.inf)
    edge[placed], vertex[placed] = near.edge, near.vertex
    position_m[placed], off_street_m[placed] = near.position_m, near.distance_m
    return Snaps(xy, edge, vertex, position_m, off_street_m)


def joined(one: Snaps, other: Snaps) -> Snaps:
    """Return the places of both, one after the other.

    Parameters
    ----------
    one, other
        Places on the same network.

    Returns
    -------
    Snaps
        As many rows as both have.
    """
    return Snaps(
        np.concatenate([one.xy, other.xy]),
        np.concatenate([one.edge, other.edge]),
        np.concatenate([one.vertex, other.vertex]),
        np.concatenate([one.position_m, other.position_m]),
        np.concatenate([one.off_street_m, other.off_street_m]),
    )


def street_points(index: StreetIndex, snaps: Snaps) -> NDArray[np.float64]:
    """Return the point of the street that each place was tied to.

    Parameters
    ----------
    index
        The index that tied them.
    snaps
        The places.

    Returns
    -------
    ndarray of float64
        Shape (p, 2), metres; NaN where no street lies within the limit.
    """
    network = index.network
    point = np.full((len(snaps.edge), 2), np.nan)
    found = snaps.found
    start = snaps.vertex[found]
    along_m = snaps.position_m[found] - network.vertex_position_m[start]
    step = network.vertex_xy[start + 1] - network.vertex_xy[start]
    length_m = np.hypot(*step.T)
    share = np.divide(along_m, length_m, out=np.zeros_like(along_m), where=length_m > 0)
    point[found] = network.vertex_xy[start] + np.clip(share, 0, 1)[:, None] * step
    return point
