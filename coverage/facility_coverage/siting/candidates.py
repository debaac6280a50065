"""Candidate sites: places on a street near uncovered demand, spaced apart."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from facility_coverage.network.snapping import Snaps

MAX_CANDIDATES = 3000
"""Most candidates that are weighed; the spacing is doubled until they are no more."""


def street_candidates(
    street_xy: NDArray[np.float64],
    demand: Snaps,
    weight: NDArray[np.float64],
    *,
    spacing_m: float,
) -> tuple[Snaps, float]:
    """Choose street points in front of the heaviest uncovered demand, spaced apart.

    Parameters
    ----------
    street_xy
        Shape (d, 2), metres: the street point of each demand point.
    demand
        The demand points, tied to their streets.
    weight
        Shape (d,), uncovered persons; 0 where a point is covered or has no street.
    spacing_m
        Least distance between two candidates.

    Returns
    -------
    snaps, spacing_m : Snaps, float
        The candidates, on a street (no off-street leg), heaviest demand first (of equals the
        southernmost, whatever the order of rows), and the spacing that was used.
    """
    rows = np.flatnonzero(weight > 0)
    rows = rows[np.lexsort((*street_xy[rows].T, -weight[rows]))]
    while True:
        kept = _spaced(street_xy[rows], spacing_m)
        if len(kept) <= MAX_CANDIDATES:
            break
        spacing_m *= 2.0
    chosen = rows[kept]
    on_street = np.zeros(len(chosen))
    return (
        Snaps(
            street_xy[chosen],
            demand.edge[chosen],
            demand.vertex[chosen],
            demand.position_m[chosen],
            on_street,
        ),
        spacing_m,
    )


def _spaced(xy: NDArray[np.float64], spacing_m: float) -> NDArray[np.int64]:
    """Return the rows that are kept when each keeps later ones away from it."""
    if not len(xy):
        return np.empty(0, dtype=np.int64)
    near = cKDTree(xy).query_ball_point(xy, np.nextafter(spacing_m, 0.0))
    open_ = np.ones(len(xy), dtype=bool)
    kept = []
    for row in range(len(xy)):
        if open_[row]:
            kept.append(row)
            open_[near[row]] = False
    return np.array(kept, dtype=np.int64)
