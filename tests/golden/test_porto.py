"""Greater Porto, counted a second time: definition D0 written anew, and sets of Python.

A walk graph by OSMnx's rules less its sidewalk rule had 300,241 nodes and 323,663 edges in its
largest component, 63,026 and 86,050 contracted; D0 lets an explicit foot permission win, so that
the figures here are near those and not equal to them.
"""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import networkx as nx
import osmium
import pytest

from facility_coverage.network.build import read_network
from facility_coverage.network.profiles import walk
from facility_coverage.network.street_network import StreetNetwork

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
    kept |= {min(ring) for ring in rings}
    assert set(network.node_id.tolist()) == kept
    gone = raw.number_of_nodes() - len(kept)
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
