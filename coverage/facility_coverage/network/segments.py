"""Straight pieces of ways between two nodes: each street once, with its speed both ways."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facility_coverage.inputs.elevation import Elevation
from facility_coverage.inputs.ways import WayTable
from facility_coverage.network.profiles import Profile
from facility_coverage.network.slope import slope_factors
from facility_coverage.units import METRES_PER_KILOMETRE, SECONDS_PER_HOUR

_JUNCTION_DEGREE = 3


@dataclass(frozen=True, eq=False)
class Segments:
    """Segments between different nodes; no two join the same pair.

    Attributes
    ----------
    node
        Shape (s, 2), node indices, in the order in which the way names them.
    way
        Shape (s,), row of the way table: the lowest way id of those that drew the segment.
    speed_m_per_s
        Shape (s, 2), from the first node to the second and back; 0 where it may not be used.
    """

    node: NDArray[np.int64]
    way: NDArray[np.int64]
    speed_m_per_s: NDArray[np.float64]


def segments_of(
    ways: WayTable,
    node: NDArray[np.int64],
    xy: NDArray[np.float64],
    elevation: Elevation | None,
) -> Segments:
    """Cut ways into segments.

    Parameters
    ----------
    ways
        Ways that may be used, sorted by id.
    node
        Shape (k,), node index of each row of ``ways.node_id``.
    xy
        Shape (n, 2), where the nodes are, metres.
    elevation
        Heights around all ways; None leaves them flat.

    Returns
    -------
    Segments
        In the order of the ways. Where several ways join one pair of nodes, each direction has
        the highest of their speeds.
    """
    way = np.repeat(np.arange(len(ways.way_id)), np.diff(ways.node_offset))
    start = np.flatnonzero((way[:-1] == way[1:]) & (node[:-1] != node[1:]))
    way, pair = way[start], np.column_stack([node[start], node[start + 1]])
    speed = (ways.speed_kph * METRES_PER_KILOMETRE / SECONDS_PER_HOUR)[way]
    if elevation is not None:
        length_m = np.hypot(*(xy[pair[:, 1]] - xy[pair[:, 0]]).T)
        speed *= slope_factors(ways, start, length_m, elevation)
    turned = pair[:, 0] > pair[:, 1]
    key = pair.min(axis=1) * len(xy) + pair.max(axis=1)
    _, first, street = np.unique(key, return_index=True, return_inverse=True)
    highest = np.zeros((len(first), 2))
    np.maximum.at(highest, street, np.where(turned[:, None], speed[:, ::-1], speed))
    kept = np.sort(first)
    speed = highest[street[kept]]
    return Segments(pair[kept], way[kept], np.where(turned[kept][:, None], speed[:, ::-1], speed))


def node_delays_s(
    ways: WayTable, osm_id: NDArray[np.int64], segments: Segments, profile: Profile
) -> NDArray[np.float64]:
    """Return how long a profile waits at each node.

    Parameters
    ----------
    ways
        The ways, and the classes of nodes.
    osm_id
        Shape (n,), OSM ids of the nodes, rising.
    segments
        What meets at them.
    profile
        Who waits.

    Returns
    -------
    ndarray of float64
        Shape (n,), seconds: that of the node's own class and, where more than two segments meet,
        of the classes of the streets that do; the largest counts.
    """
    delay_s = np.zeros(len(osm_id))
    if not profile.has_delays:
        return delay_s
    named = np.array(sorted(ways.node_class), dtype=np.int64)
    own_s = np.array([profile.node_delay_s.get(ways.node_class[n], 0.0) for n in named.tolist()])
    place = np.minimum(np.searchsorted(osm_id, named), len(osm_id) - 1)
    here = osm_id[place] == named
    delay_s[place[here]] = own_s[here]
    if profile.junction_delay_s:
        class_s = np.array([profile.junction_delay_s.get(c, 0.0) for c in ways.street_class])
        ends = segments.node.ravel()
        met_s = np.zeros(len(osm_id))
        np.maximum.at(met_s, ends, np.repeat(class_s[segments.way], 2))
        crossing = np.bincount(ends, minlength=len(osm_id)) >= _JUNCTION_DEGREE
        delay_s[crossing] = np.maximum(delay_s, met_s)[crossing]
    return delay_s
