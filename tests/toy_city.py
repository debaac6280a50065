"""A street network small enough to work out by hand, built by code."""

from collections.abc import Mapping

import numpy as np

from facility_coverage.crs import WGS84, project
from facility_coverage.inputs.elevation import Elevation
from facility_coverage.inputs.ways import WayTable
from facility_coverage.network.build import build_network
from facility_coverage.network.profiles import Profile, walk
from facility_coverage.network.street_network import StreetNetwork

CRS = "EPSG:4547"
CORNER_M = (500_000.0, 2_560_000.0)
"""South-west corner of the toy city: on the central meridian of its CRS."""


def network_of(
    nodes: Mapping[int, tuple[float, float]],
    ways: Mapping[int, list[int]],
    profile: Profile | None = None,
    *,
    tags: Mapping[int, dict[str, str]] | None = None,
    node_class: Mapping[int, str] | None = None,
    elevation: Elevation | None = None,
) -> StreetNetwork:
    """Build a network from node positions (metres from the corner) and ways (lists of nodes).

    A way is a residential street unless ``tags`` say more of it; none of them may be closed.
    """
    profile = profile or walk(3.6)
    table = table_of(nodes, ways, profile, tags=tags, node_class=node_class)
    return build_network(table, profile, CRS, elevation)


def table_of(
    nodes: Mapping[int, tuple[float, float]],
    ways: Mapping[int, list[int]],
    profile: Profile,
    *,
    tags: Mapping[int, dict[str, str]] | None = None,
    node_class: Mapping[int, str] | None = None,
) -> WayTable:
    """Return ways as they are read, from the same."""
    rows = sorted(ways)
    tagged = [{"highway": "residential"} | (tags or {}).get(way, {}) for way in rows]
    ids = [node for way in rows for node in ways[way]]
    xy = np.array([nodes[node] for node in ids], dtype=float) + CORNER_M
    return WayTable(
        way_id=np.array(rows, dtype=np.int64),
        street_class=tuple(row["highway"] for row in tagged),
        name=("",) * len(rows),
        speed_kph=np.array([profile.speeds_kph(row) for row in tagged]),
        off_ground=np.array(["bridge" in row or "tunnel" in row for row in tagged]),
        node_offset=np.cumsum([0, *(len(ways[way]) for way in rows)], dtype=np.int64),
        node_id=np.array(ids, dtype=np.int64),
        node_lonlat=project(xy, CRS, WGS84),
        node_class=dict(node_class or {}),
        torn_ways=0,
    )


def grid_city(columns: int, rows: int, block_m: float = 100.0) -> StreetNetwork:
    """Build a lattice of streets; at 3.6 km/h one metre takes one second."""
    nodes = {
        row * 1000 + column + 1: (column * block_m, row * block_m)
        for row in range(rows)
        for column in range(columns)
    }
    ways = {
        **{r + 1: [r * 1000 + c + 1 for c in range(columns)] for r in range(rows)},
        **{1000 + c: [r * 1000 + c + 1 for r in range(rows)] for c in range(columns)},
    }
    return network_of(nodes, ways)
