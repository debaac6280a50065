"""Ways to a street network: split at junctions, contracted in between, true shape kept."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facility_coverage.crs import WGS84, metric_crs, project, require_metric
from facility_coverage.errors import GeometryError, InputError
from facility_coverage.files import sha256_of
from facility_coverage.inputs.elevation import Elevation, read_elevation
from facility_coverage.inputs.ways import WayTable, read_ways
from facility_coverage.network.contraction import Chains, contract
from facility_coverage.network.correction_report import CorrectionReport
from facility_coverage.network.corrections import corrected_ways
from facility_coverage.network.exchange import read_graphml
from facility_coverage.network.graph_ways import ways_of_graph
from facility_coverage.network.profiles import Profile
from facility_coverage.network.segments import Segments, node_delays_s, segments_of
from facility_coverage.network.street_network import StreetNetwork

_CURVE_CELL_M = 1.0

_SPREAD_BITS = (
    (16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333), (1, 0x5555555555555555),
)  # fmt: skip
"""Shifts and masks that put a gap after every bit of a number: two such numbers interleave."""


def read_network(
    path: Path,
    profile: Profile,
    *,
    crs: str | None = None,
    elevation: Path | None = None,
    corrections: Path | None = None,
    year: int | None = None,
) -> StreetNetwork:
    """Read an OSM file and build its street network.

    Parameters
    ----------
    path
        An ``.osm.pbf``, ``.osm`` or ``.osm.gz`` file, or a graph that OSMnx saved (``.graphml``).
    profile
        Who moves, on which ways and how fast.
    crs
        The metric CRS; by default that of the median of the streets' nodes.
    elevation
        An elevation model whose slopes change the speed; None leaves the streets flat.
    corrections
        A file of corrections that are put on the ways before anything else; None for none.
    year
        Up to which year they count.

    Returns
    -------
    StreetNetwork
        All streets of the file that may be used, islands included.

    Raises
    ------
    NotFoundError, InputError, CrsError
        See ``read_ways``, ``read_elevation``, ``read_corrections`` and ``require_metric``; or the
        profile says not how slopes change its speed.
    """
    if crs is not None:
        require_metric(crs, "[study] crs")
    if elevation is not None and profile.slope is None:
        msg = (
            "{elevation}: profile {profile} does not say how slopes change its speed; leave "
            'elevation out, or take a profile with slope = "tobler"'
        )
        raise InputError(msg, elevation=elevation, profile=profile.name)
    if path.suffix == ".graphml":
        ways = ways_of_graph(read_graphml(path), profile, str(path))
    else:
        ways = read_ways(path, profile.speeds_kph, node_classes=bool(profile.node_delay_s))
    if crs is None:
        lon, lat = np.median(ways.node_lonlat, axis=0)  # a street astray far away moves nothing
        crs = metric_crs(float(lon), float(lat))
    if corrections is None:
        return _on_ground(ways, profile, crs, elevation)
    # Tables take 110 MB, and only corrections need them.
    from facility_coverage.inputs.corrections import read_corrections  # noqa: PLC0415

    changed = corrected_ways(ways, read_corrections(corrections), profile, crs, year)
    network = _on_ground(changed.ways, profile, crs, elevation)
    before = network if changed.ways is ways else _on_ground(ways, profile, crs, elevation)
    figures = before.summary(), network.summary()
    report = CorrectionReport(
        sha256=sha256_of(corrections),
        year=year,
        edges_before=figures[0]["edges"],
        edges=figures[1]["edges"],
        length_km_before=figures[0]["length_km"],
        length_km=figures[1]["length_km"],
        outcomes=changed.outcomes,
    )
    return replace(network, corrections=report)


def _on_ground(ways: WayTable, profile: Profile, crs: str, elevation: Path | None) -> StreetNetwork:
    """Build a network from ways, on the ground of an elevation model where there is one."""
    terrain = None if elevation is None else read_elevation(elevation, ways.node_lonlat)
    return build_network(ways, profile, crs, terrain)


def build_network(
    ways: WayTable, profile: Profile, crs: str, elevation: Elevation | None = None
) -> StreetNetwork:
    """Build a street network from ways.

    Two ways over the same pair of nodes are one street: it keeps the lower way id, and in each
    direction the higher speed. A node where two segments meet at one pace, without delay,
    disappears; travel times between the nodes that remain do not change.

    Parameters
    ----------
    ways
        Ways that may be used, sorted by id.
    profile
        Who moves on them.
    crs
        A metric CRS.
    elevation
        Heights around all ways; None leaves them flat.

    Returns
    -------
    StreetNetwork
        Nodes follow each other along a curve that fills the plane, and edges their first nodes:
        what is near on the ground is near in memory, which is what keeps a search as quick in a
        large network as in a small one. Equal ways give equal arrays.

    Raises
    ------
    GeometryError
        A node has no place in ``crs``, or no two different nodes are joined.
    """
    osm_id, first_seen, node = np.unique(ways.node_id, return_index=True, return_inverse=True)
    xy = project(ways.node_lonlat[first_seen], WGS84, crs)
    if not np.isfinite(xy).all():
        lost = int(osm_id[~np.isfinite(xy).all(axis=1)][0])
        msg = "OSM node {lost} has no position in {crs}; choose the metric CRS of this district"
        raise GeometryError(msg, lost=lost, crs=crs)
    segments = segments_of(ways, node, xy, elevation)
    if not len(segments.node):
        msg = "the streets consist of single points; is the extract whole?"
        raise GeometryError(msg)
    delay_s = node_delays_s(ways, osm_id, segments, profile)
    order = _along_curve(xy)
    osm_id, xy, delay_s = osm_id[order], xy[order], delay_s[order]
    segments = replace(segments, node=np.argsort(order)[segments.node])
    chains = contract(segments.node, segments.speed_m_per_s, delay_s > 0)
    ends = np.column_stack([chains.node[chains.offset[:-1]], chains.node[chains.offset[1:] - 1]])
    kept, edge_node = np.unique(ends, return_inverse=True)
    vertex_xy = xy[chains.node]
    length_m = _lengths(vertex_xy, chains.offset)
    used, vertex_way = np.unique(segments.way[chains.segment], return_inverse=True)
    return StreetNetwork(
        crs=crs,
        profile=profile,
        elevation=None if elevation is None else sha256_of(elevation.path),
        node_id=osm_id[kept],
        node_xy=xy[kept],
        node_delay_s=delay_s[kept],
        edge_node=edge_node.reshape(-1, 2).astype(np.int32),
        edge_length_m=length_m,
        edge_cost_s=_costs_s(length_m, chains, segments),
        vertex_offset=chains.offset,
        vertex_xy=vertex_xy,
        vertex_way=vertex_way.astype(np.int32),
        way_id=ways.way_id[used],
        way_class=tuple(ways.street_class[way] for way in used.tolist()),
        way_name=tuple(ways.name[way] for way in used.tolist()),
        source={
            "torn_ways": ways.torn_ways,
            "raw_nodes": int(np.count_nonzero(np.bincount(segments.node.ravel()))),
            "raw_segments": len(segments.node),
            **({} if elevation is None else {"filled_heights": elevation.filled_places}),
        },
    )


def _along_curve(xy: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the order of places along a Z-curve; within one of its cells by their index."""
    cell = ((xy - xy.min(axis=0)) / _CURVE_CELL_M).astype(np.uint64)
    for shift, mask in _SPREAD_BITS:
        cell = (cell | cell << np.uint64(shift)) & np.uint64(mask)
    return np.argsort(cell[:, 0] | cell[:, 1] << np.uint64(1), kind="stable")


def _lengths(vertex_xy: NDArray[np.float64], offset: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the length of each polyline, metres."""
    step = np.zeros(len(vertex_xy))
    step[:-1] = np.hypot(*np.diff(vertex_xy, axis=0).T)
    step[offset[1:] - 1] = 0.0
    return np.add.reduceat(step, offset[:-1])


def _costs_s(
    length_m: NDArray[np.float64], chains: Chains, segments: Segments
) -> NDArray[np.float64]:
    """Return the seconds of each edge, both ways: its segments all have the pace of its first."""
    first = chains.segment[chains.offset[:-1]]
    drawn = segments.node[first, 0] == chains.node[chains.offset[:-1]]
    speed = segments.speed_m_per_s[first]
    speed = np.where(drawn[:, None], speed, speed[:, ::-1])
    cost_s = np.full_like(speed, np.inf)
    return np.divide(length_m[:, None], speed, out=cost_s, where=speed > 0)
