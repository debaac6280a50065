"""What slopes do to walking speed: Tobler's hiking function over an elevation model."""

import numpy as np
from numpy.typing import NDArray

from facility_coverage.inputs.elevation import Elevation, require_heights
from facility_coverage.inputs.ways import WayTable


def tobler_factor(grade: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the speed on a slope as a multiple of the speed on the flat.

    Tobler's hiking function W = 6 exp(-3.5 |S + 0.05|) km/h, divided by its value on the flat:
    exp(-3.5 (|S + 0.05| - 0.05)). It is 1 on the flat, largest (1.19) at 5 % downhill, 0.70 at 10 %
    uphill and exactly 1 at 10 % downhill.

    Parameters
    ----------
    grade
        Rise over run, positive uphill.

    Returns
    -------
    ndarray of float64
        Multiples of the speed on the flat, same shape.

    References
    ----------
    W. Tobler, Three presentations on geographical analysis and modeling, NCGIA Technical Report
    93-1, 1993.
    """
    factor: NDArray[np.float64] = np.exp(-3.5 * (np.abs(grade + 0.05) - 0.05))
    return factor


def slope_factors(
    ways: WayTable,
    start: NDArray[np.intp],
    length_m: NDArray[np.float64],
    elevation: Elevation,
) -> NDArray[np.float64]:
    """Return what slopes do to the speed on each segment, both ways.

    A segment is cut into equal pieces no longer than a pixel of the model; each piece has one
    grade, and the segment the time of its pieces, which then grows evenly along it. On bridges and
    in tunnels the height runs evenly from one end of the way to the other: the ground below or
    above them is not theirs.

    Parameters
    ----------
    ways
        The ways.
    start
        Shape (s,), rows of ``ways.node_id`` at which the segments start; each ends at the next row.
    length_m
        Shape (s,), metres.
    elevation
        Heights around all ways.

    Returns
    -------
    ndarray of float64
        Shape (s, 2), multiples of the speed on the flat, along and against.

    Raises
    ------
    InputError
        Some place between two nodes has no height.
    """
    pixel = elevation.pixel_of(ways.node_lonlat)
    step = pixel[start + 1] - pixel[start]
    count = np.maximum(np.ceil(np.hypot(*step.T)), 1).astype(np.intp)
    first = np.concatenate([[0], np.cumsum(count + 1)])[:-1]
    segment = np.repeat(np.arange(len(start)), count + 1)
    share = (np.arange(len(segment)) - first[segment]) / count[segment]
    place = pixel[start][segment] + share[:, None] * step[segment]
    height_m = elevation.heights_m(place)
    lonlat = ways.node_lonlat[start][segment]
    require_heights(elevation, lonlat, height_m)
    rise_m = np.diff(height_m, append=0.0)
    run_m = (length_m / count)[segment]
    grade = np.divide(rise_m, run_m, out=np.zeros_like(rise_m), where=run_m > 0)
    inner = np.ones(len(segment), dtype=bool)
    inner[first + count] = False
    grade, segment = grade[inner], segment[inner]
    level, grade_of_way = _off_ground(ways, start, length_m, elevation)
    grade = np.where(level[segment], grade_of_way[segment], grade)
    factors = [
        count / np.bincount(segment, weights=1 / tobler_factor(sign * grade)) for sign in (1, -1)
    ]
    return np.column_stack(factors)


def _off_ground(
    ways: WayTable,
    start: NDArray[np.intp],
    length_m: NDArray[np.float64],
    elevation: Elevation,
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return which segments leave the ground, and the even grade of the way of each."""
    ends = np.column_stack([ways.node_offset[:-1], ways.node_offset[1:] - 1])
    height_m = elevation.heights_m(elevation.pixel_of(ways.node_lonlat[ends.ravel()]))
    rise_m = np.diff(height_m.reshape(-1, 2), axis=1)[:, 0]
    way = np.searchsorted(ways.node_offset, start, side="right") - 1
    run_m = np.bincount(way, weights=length_m, minlength=len(ends))
    grade = np.divide(rise_m, run_m, out=np.zeros_like(rise_m), where=run_m > 0)
    return ways.off_ground[way], grade[way]
