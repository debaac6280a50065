"""Reached streets with a margin: a look that many know. It says nothing about times off streets."""

import numpy as np
import shapely
from numpy.typing import NDArray

from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.travel.impedance import Impedance
from facility_coverage.travel.service_areas import piece_lines, reached_pieces
from facility_coverage.travel.times import Origins, reach


def buffered_streets(
    network: StreetNetwork,
    origins: Origins,
    impedance: Impedance,
    limits: tuple[float, ...],
    buffer_m: float,
) -> NDArray[np.object_]:
    """Return the margin around the streets that each group of origins reaches.

    Parameters
    ----------
    network
        The street network.
    origins
        Groups of places on it.
    impedance
        What moving costs.
    limits
        Rising limits, inclusive.
    buffer_m
        Breadth of the margin on both sides; round ends are drawn as polygons of 32 sides.

    Returns
    -------
    ndarray of shapely.MultiPolygon
        Shape (groups, limits): valid, outer rings anticlockwise; empty where nothing is reached.
    """
    found = reach(network, origins, impedance, limits[-1])
    n_groups = len(origins.offset) - 1
    areas = np.empty((n_groups, len(limits)), dtype=object)
    for group in range(n_groups):
        rows = np.arange(origins.offset[group], origins.offset[group + 1])
        places = Origins(origins.snaps.take(rows), np.array([0, len(rows)]))
        alone = found.of_group(group)
        for nth, limit in enumerate(limits):
            pieces = reached_pieces(network, places, alone, impedance, limit)
            areas[group, nth] = _margin(piece_lines(network, pieces), buffer_m)
    return areas


def _margin(lines: NDArray[np.object_], buffer_m: float) -> shapely.MultiPolygon:
    """Return the union of the margins of all segments of some lines."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    first = np.flatnonzero(line[1:] == line[:-1])
    segments = shapely.linestrings(np.stack([xy[first], xy[first + 1]], axis=1))
    area = shapely.orient_polygons(shapely.union_all(shapely.buffer(segments, buffer_m)))
    return shapely.multipolygons(shapely.get_parts(area))
