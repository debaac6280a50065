"""Greater Porto, counted a second time: definition D0 written anew, and sets of Python.

A walk graph by OSMnx's rules less its sidewalk rule had 300,241 nodes and 323,663 edges in its
largest component, 63,026 and 86,050 contracted; D0 lets an explicit foot permission win, so that
the figures here are near those and not equal to them.
"""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from facility_coverage.network.build import read_network
from facility_coverage.network.profiles import walk
from facility_coverage.network.snapping import Snaps
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.impedance import impedance_for
from facility_coverage.travel.times import all_together, each_alone, reach

NOBODY_WALKS = {
    "abandoned", "bus_guideway", "construction", "corridor", "elevator", "escalator", "motorway",
    "motorway_link", "no", "planned", "platform", "proposed", "raceway", "razed", "rest_area",
    "services",
}  # fmt: skip


@pytest.fixture(scope="module")
def extract(real_data: Path) -> Path:
    return real_data / "porto" / "porto.osm.pbf"


@pytest.fixture(scope="module")
def network(extract: Path) -> StreetNetwork:
    return read_network(extract, walk())


@pytest.fixture(scope="module")
def raw(extract: Path) -> nx.Graph:
    """Return every segment that D0 lets walk, read with nothing of the program."""
    graph = nx.Graph()
    for way in osmium.FileProcessor(str(extract), osmium.osm.WAY):
        assert isinstance(way, osmium.osm.Way)
        tags = dict(way.tags)
        highway, foot = tags.get("highway"), tags.get("foot")
        allowed = foot in {"yes", "designated", "permissive"}
        closed = tags.get("access") in {"private", "no"} or tags.get("service") == "private"
        if highway is None or highway in NOBODY_WALKS or tags.get("area") == "yes" or foot == "no":
            continue
        if allowed or not (closed or highway == "cycleway"):
            nodes = [node.ref for node in way.nodes]
            graph.add_edges_from((a, b) for a, b in pairwise(nodes) if a != b)
    return graph


def test_every_raw_segment_is_there_once(network: StreetNetwork, raw: nx.Graph) -> None:
    assert network.source["raw_nodes"] == raw.number_of_nodes()
    assert network.source["raw_segments"] == raw.number_of_edges()
    pieces = len(network.vertex_xy) - network.n_edges
    assert pieces == raw.number_of_edges()


def test_nodes_that_remain_are_those_where_not_two_segments_meet(
    network: StreetNetwork, raw: nx.Graph
) -> None:
    degree = dict(raw.degree())
    islands = list(nx.connected_components(raw))
    rings = [island for island in islands if all(degree[node] == 2 for node in island)]
    kept = {node for node, count in degree.items() if count != 2}
    found = set(network.node_id.tolist())
    assert all(len(found & ring) == 1 for ring in rings)
    assert found - set().union(*rings) == kept
    gone = raw.number_of_nodes() - len(found)
    assert network.n_edges == raw.number_of_edges() - gone
    assert network.summary()["components"] == len(islands)


def test_the_size_is_the_published_one(network: StreetNetwork) -> None:
    in_largest = network.component == 0
    edges = Counter((network.component[network.edge_node[:, 0]] == 0).tolist())[True]
    assert abs(int(in_largest.sum()) / 63_026 - 1) <= 0.005
    assert abs(edges / 86_050 - 1) <= 0.005


def test_the_figures_do_not_drift(network: StreetNetwork) -> None:
    """What this program made of the extract when it was first written."""
    summary = network.summary()
    assert (summary["nodes"], summary["edges"]) == (64_390, 87_426)
    assert summary["components"] == 505
    assert summary["crs"] == "EPSG:32629"
    assert abs(summary["length_km"] - 9721.227) <= 0.002
    assert abs(summary["island_length_share"] - 0.006615) <= 0.000002


def one_way(network: StreetNetwork) -> tuple[StreetNetwork, csr_array]:
    """Return the network with every tenth direction closed by lot, and the same for scipy."""
    cost_s = network.edge_cost_s.copy()
    cost_s[np.random.default_rng(1).random(cost_s.shape) < 0.1] = np.inf
    tail, head = network.edge_node.ravel(), network.edge_node[:, ::-1].ravel()
    order = np.lexsort((cost_s.ravel(), head, tail))  # of parallel streets the quickest is first
    tail, head, seconds = tail[order], head[order], cost_s.ravel()[order]
    first = np.append(True, (np.diff(tail) != 0) | (np.diff(head) != 0))
    kept = first & np.isfinite(seconds) & (tail != head)
    shape = network.n_nodes, network.n_nodes
    matrix = csr_array((seconds[kept], (tail[kept], head[kept])), shape=shape)
    profile = network.profile.model_copy(update={"direction": "from"})
    return replace(network, profile=profile, edge_cost_s=cost_s), matrix


def on_nodes(network: StreetNetwork, count: int) -> tuple[Snaps, NDArray[np.int32]]:
    """Return places at the start of edges drawn by lot, and the nodes there."""
    edge = np.random.default_rng(2).choice(network.n_edges, count, replace=False).astype(np.int32)
    nothing = np.zeros(count)
    vertex = network.vertex_offset[edge]
    xy = network.vertex_xy[vertex]
    return Snaps(xy, edge, vertex, nothing, nothing), network.edge_node[edge, 0]


def test_what_is_within_a_quarter_of_an_hour_is_what_scipy_says(network: StreetNetwork) -> None:
    streets, matrix = one_way(network)
    places, node = on_nodes(streets, 60)
    impedance = impedance_for(streets, Threshold("minutes", 15.0))
    found = reach(streets, each_alone(places), impedance, 900.0)
    expected = dijkstra(matrix, indices=node, limit=900.0)
    assert len(found.node) == np.isfinite(expected).sum() > 60 * 50
    group = np.repeat(np.arange(60), np.diff(found.offset))
    assert np.allclose(found.cost, expected[group, found.node], rtol=0, atol=1e-9)


def test_the_field_of_the_nearest_place_is_that_of_scipy(network: StreetNetwork) -> None:
    streets, matrix = one_way(network)
    places, node = on_nodes(streets, 300)
    impedance = impedance_for(streets, Threshold("minutes", 15.0))
    found = reach(streets, all_together(places), impedance, np.inf)
    expected = dijkstra(matrix, indices=node, min_only=True)
    assert np.allclose(found.least(streets.n_nodes), expected, rtol=0, atol=1e-9)
    alone = reach(streets, each_alone(places), impedance, 900.0)
    near = found.cost <= 900.0
    own = {
        (origin, at): cost
        for origin, at, cost in zip(
            alone.origin.tolist(), alone.node.tolist(), alone.cost.tolist(), strict=True
        )
    }
    won = zip(found.origin[near].tolist(), found.node[near].tolist(), strict=True)
    assert [own[pair] for pair in won] == found.cost[near].tolist()
