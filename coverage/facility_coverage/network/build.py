"""Ways to a street network: split at junctions, contracted in between, true shape kept."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facility_coverage.crs import WGS84, metric_crs, project, require_metric
from facility_coverage.errors import GeometryError
from facility_coverage.inputs.osm import WayTable, read_ways
from facility_coverage.network.contraction import contract
from facility_coverage.network.profiles import Profile
from facility_coverage.network.street_network import StreetNetwork


def read_network(path: Path, profile: Profile, *, crs: str | None = None) -> StreetNetwork:
    """Read an OSM file and build its street network.

    Parameters
    ----------
    path
        An ``.osm.pbf``, ``.osm`` or ``.osm.gz`` file.
    profile
        Who moves, and on which ways.
    crs
        The metric CRS; by default chosen from the middle of the streets.

    Returns
    -------
    StreetNetwork
        All accepted streets of the file, islands included.

    Raises
    ------
    NotFoundError, InputError, CrsError
        See ``read_ways`` and ``require_metric``.
    """
    if crs is not None:
        require_metric(crs, "[study] crs")
    ways = read_ways(path, profile.accepts)
    if crs is None:
        west_north = ways.node_lonlat.min(axis=0), ways.node_lonlat.max(axis=0)
        lon, lat = np.mean(west_north, axis=0)
        crs = metric_crs(float(lon), float(lat))
    return build_network(ways, profile, crs)


def build_network(ways: WayTable, profile: Profile, crs: str) -> StreetNetwork:
    """Build a street network from ways.

    Two ways over the same pair of nodes are one street; it keeps the lower way id. Nodes where
    two segments meet disappear; travel times between the nodes that remain do not change.

    Parameters
    ----------
    ways
        Ways that may be used, sorted by id.
    profile
        Who moves on them.
    crs
        A metric CRS.

    Returns
    -------
    StreetNetwork
        Nodes rise by OSM id; edges by their first node. Equal ways give equal arrays.

    Raises
    ------
    GeometryError
        A node has no place in ``crs``, or no two different nodes are joined.
    """
    osm_id, first_seen, node = np.unique(ways.node_id, return_index=True, return_inverse=True)
    xy = project(ways.node_lonlat[first_seen], WGS84, crs)
    if not np.isfinite(xy).all():
        lost = int(osm_id[~np.isfinite(xy).all(axis=1)][0])
        msg = f"OSM node {lost} has no position in {crs}; choose the metric CRS of this district"
        raise GeometryError(msg)
    segment_node, segment_way = _segments(ways, node)
    if not len(segment_node):
        msg = "the streets consist of single points; is the extract whole?"
        raise GeometryError(msg)
    chains = contract(segment_node, len(osm_id))
    ends = np.column_stack([chains.node[chains.offset[:-1]], chains.node[chains.offset[1:] - 1]])
    kept, edge_node = np.unique(ends, return_inverse=True)
    vertex_xy = xy[chains.node]
    used, vertex_way = np.unique(segment_way[chains.segment], return_inverse=True)
    return StreetNetwork(
        crs=crs,
        profile=profile,
        node_id=osm_id[kept],
        node_xy=xy[kept],
        edge_node=edge_node.reshape(-1, 2).astype(np.int32),
        edge_length_m=_lengths(vertex_xy, chains.offset),
        vertex_offset=chains.offset,
        vertex_xy=vertex_xy,
        vertex_way=vertex_way.astype(np.int32),
        way_id=ways.way_id[used],
        way_class=tuple(ways.street_class[way] for way in used.tolist()),
        way_name=tuple(ways.name[way] for way in used.tolist()),
        source={
            "torn_ways": ways.torn_ways,
            "raw_nodes": len(np.unique(segment_node)),
            "raw_segments": len(segment_node),
        },
    )


def _segments(
    ways: WayTable, node: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the different segments (s, 2) as node pairs, and the way of each."""
    way = np.repeat(np.arange(len(ways.way_id)), np.diff(ways.node_offset))
    pair = np.column_stack([node[:-1], node[1:]])
    inside = (way[:-1] == way[1:]) & (pair[:, 0] != pair[:, 1])
    pair, way = pair[inside], way[:-1][inside]
    low, high = pair.min(axis=1), pair.max(axis=1)
    _, kept = np.unique(low * (node.max() + 1) + high, return_index=True)
    kept.sort()
    return pair[kept], way[kept]


def _lengths(vertex_xy: NDArray[np.float64], offset: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the length of each polyline, metres."""
    step = np.zeros(len(vertex_xy))
    step[:-1] = np.hypot(*np.diff(vertex_xy, axis=0).T)
    step[offset[1:] - 1] = 0.0
    return np.add.reduceat(step, offset[:-1])
