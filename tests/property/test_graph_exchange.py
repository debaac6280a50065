"""A network that goes out as a graph comes back as itself; a graph of OSMnx is the OSM file's."""

from pathlib import Path

import networkx as nx
import numpy as np
import osmnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from osm_town import write_town
from street_scenes import City, cities, laws
from toy_city import grid_city, network_of
from toy_osm import Way, write_osm

from facility_coverage.errors import CrsError, InputError, NotFoundError
from facility_coverage.network.build import read_network
from facility_coverage.network.cache import street_network
from facility_coverage.network.exchange import of_graph, read_graphml
from facility_coverage.network.graph_ways import ways_of_graph
from facility_coverage.network.profiles import shipped_profile, walk
from facility_coverage.network.street_network import StreetNetwork

ARRAYS = (
    "node_id", "node_xy", "node_delay_s", "edge_node", "edge_length_m", "edge_cost_s",
    "vertex_offset", "vertex_xy", "vertex_way", "way_id",
)  # fmt: skip
TAGS = st.sampled_from(
    [
        {},
        {"oneway": "yes"},
        {"oneway": "-1", "name": "反向路"},
        {"highway": "primary", "maxspeed": "60"},
        {"highway": "tertiary", "name": 'a "quoted" <name>'},
    ]
)


def same(one: StreetNetwork, other: StreetNetwork) -> bool:
    return one.about() == other.about() and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ARRAYS
    )


@laws(30)
@given(cities(), st.data())
def test_a_network_comes_back_from_its_graph(city: City, data: st.DataObject) -> None:
    tags = {way: data.draw(TAGS) for way in city.ways}
    crossings = {node: "traffic_signals" for node in city.nodes if data.draw(st.booleans())}
    for profile in (walk(3.6), shipped_profile("car")):
        network = network_of(city.nodes, city.ways, profile, tags=tags, node_class=crossings)
        assert same(of_graph(network.to_networkx()), network)


@laws(8)
@given(cities())
def test_a_network_comes_back_from_graphml(
    tmp_path_factory: pytest.TempPathFactory, city: City
) -> None:
    network = network_of(city.nodes, city.ways, shipped_profile("car"))
    path = tmp_path_factory.mktemp("graph") / "streets.graphml"
    osmnx.save_graphml(network.to_networkx(), path)
    assert same(street_network(path, network.profile), network)


def test_a_ring_with_two_costs_comes_back() -> None:
    """Both directions of a ring join the same two nodes: one arc has to hold both."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (-90, 0)}
    car = shipped_profile("car")
    tags = {1: {"oneway": "yes"}}
    network = network_of(nodes, {1: [1, 2, 3, 1], 2: [1, 4]}, car, tags=tags)
    assert (network.edge_node[:, 0] == network.edge_node[:, 1]).any()
    assert same(of_graph(network.to_networkx()), network)
    against = network_of(nodes, {1: [1, 2, 3, 1], 2: [1, 4]}, car, tags={1: {"oneway": "-1"}})
    assert same(of_graph(against.to_networkx()), against)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a town with a bridge over a street, bends, a one-way ring and an island."""
    folder = tmp_path_factory.mktemp("town")
    step = 0.001
    nodes = {
        row * 10 + column: (113.0 + step * column, 23.0 + step * row)
        for row in range(1, 7)
        for column in range(1, 8)
    }
    ways = {
        1: Way([11, 12, 13, 14, 15, 16], {"highway": "primary", "name": "一路"}),
        2: Way([12, 22, 32, 42, 43, 44], {"highway": "primary", "name": "二路"}),
        3: Way([14, 24, 34, 44, 45], {"highway": "residential", "oneway": "yes"}),
        4: Way([22, 24], {"highway": "primary", "oneway": "-1", "maxspeed": "30"}),
        5: Way([32, 23, 13], {"highway": "primary", "bridge": "yes", "layer": "1"}),
        6: Way([51, 52, 62, 51], {"highway": "residential"}),
        7: Way([16, 26, 36, 26, 27], {"highway": "service", "access": "private"}),
        8: Way([45, 35, 25, 15], {"highway": "residential", "junction": "roundabout"}),
    }
    node_tags = {24: {"highway": "traffic_signals"}}
    return write_osm(folder / "town.osm", nodes, ways, node_tags=node_tags)


def edges(network: StreetNetwork) -> list[tuple[float, ...]]:
    """Return the edges in an order of their own: ends by place, costs, length, shape."""
    rows = []
    for edge, (u, v) in enumerate(network.edge_node.tolist()):
        shape = network.vertex_xy[network.vertex_offset[edge] : network.vertex_offset[edge + 1]]
        there, back = network.edge_cost_s[edge].tolist()
        ends = [int(network.node_id[u]), int(network.node_id[v])]
        turned = (ends[0], *shape[1]) > (ends[1], *shape[-2])
        along = shape[::-1] if turned else shape
        costs = (back, there) if turned else (there, back)
        rows.append((*sorted(ends), *costs, float(network.edge_length_m[edge]), *along.ravel()))
    return sorted(rows)


@pytest.mark.parametrize("name", ["walk", "car", "bicycle"])
@pytest.mark.parametrize("simplify", [False, True])
def test_an_osmnx_graph_gives_the_network_of_its_file(
    town: Path,
    tmp_path: Path,
    name: str,
    simplify: bool,  # noqa: FBT001
) -> None:
    profile = shipped_profile(name)
    graph = osmnx.graph_from_xml(
        town, simplify=False, retain_all=True, bidirectional=name == "walk"
    )
    if simplify:  # only where neither class nor speed changes may ways be joined
        graph = osmnx.simplify_graph(
            graph,
            edge_attrs_differ=["highway", "maxspeed", "access"],
            remove_rings=False,
            node_attrs_include=["highway"],
        )
    path = tmp_path / "streets.graphml"
    osmnx.save_graphml(graph, path)
    ours, theirs = street_network(path, profile), read_network(town, profile)
    assert ours.crs == theirs.crs
    # Bends of a simplified graph have lost their ids, and islands without a junction their start.
    one, other = edges(ours), edges(theirs)
    assert len(one) == len(other)
    for found, right in zip(one, other, strict=True):
        assert found == pytest.approx(right, rel=1e-9, abs=1e-6)


def test_a_projected_graph_gives_the_same_network(town: Path, tmp_path: Path) -> None:
    graph = osmnx.graph_from_xml(town, simplify=False, retain_all=True, bidirectional=True)
    path = tmp_path / "streets.graphml"
    osmnx.save_graphml(osmnx.project_graph(graph), path)
    ours, theirs = street_network(path, walk()), read_network(town, walk())
    assert ours.node_xy == pytest.approx(theirs.node_xy, abs=1e-3)
    assert ours.edge_length_m.sum() == pytest.approx(theirs.edge_length_m.sum(), abs=1e-2)


def test_an_edge_that_joins_ways_of_different_speed_is_refused(town: Path) -> None:
    graph = osmnx.graph_from_xml(town, retain_all=True, bidirectional=True)
    with pytest.raises(InputError, match=r"joins ways on which car is not equally fast"):
        ways_of_graph(graph, shipped_profile("car"), "graph")
    with pytest.raises(InputError, match="simplify=False"):  # a private way joins a public one
        ways_of_graph(graph, walk(), "graph")


def test_graphs_that_are_none_are_told(town: Path, tmp_path: Path) -> None:
    path = tmp_path / "streets.graphml"
    with pytest.raises(NotFoundError):
        street_network(path, walk())
    path.write_text("<graphml>", encoding="utf-8")
    with pytest.raises(InputError, match="no graph that OSMnx saved"):
        read_graphml(path)
    nx.write_graphml(nx.MultiDiGraph(nx.path_graph(3)), path)
    with pytest.raises(CrsError, match="says no CRS"):
        street_network(path, walk())
    bare = nx.MultiDiGraph(nx.path_graph(3), crs="EPSG:4326")
    nx.set_edge_attributes(bare, "residential", "highway")
    nx.write_graphml(bare, path)
    with pytest.raises(InputError, match="an edge or node lacks 'osmid'"):
        street_network(path, walk())
    closed = osmnx.graph_from_xml(town, simplify=False, retain_all=True)
    nx.set_edge_attributes(closed, "motorway", "highway")
    osmnx.save_graphml(closed, path)
    with pytest.raises(InputError, match="holds no street that walk may use"):
        street_network(path, walk())


def test_a_graph_of_ours_that_was_changed_is_told(tmp_path: Path) -> None:
    network = grid_city(4, 3)
    graph = network.to_networkx()
    edge = next(iter(graph.edges(keys=True)))
    graph.edges[edge]["length"] = -1.0
    with pytest.raises(InputError, match="does not fit together"):
        of_graph(graph)
    with pytest.raises(InputError, match="no graph of this program"):
        of_graph(nx.MultiDiGraph())
    path = tmp_path / "streets.graphml"
    osmnx.save_graphml(network.to_networkx(), path)
    with pytest.raises(InputError, match="built for profile"):
        street_network(path, shipped_profile("car"))


def test_an_edge_may_be_taken_out_of_a_graph() -> None:
    network = grid_city(4, 3)
    graph = network.to_networkx()
    u, v, key = next(iter(graph.edges(keys=True)))
    graph.remove_edge(u, v, key)
    assert of_graph(graph).n_edges == network.n_edges  # the other direction tells it
    graph.remove_edge(v, u, key)
    assert of_graph(graph).n_edges == network.n_edges - 1


def test_a_large_graph_is_read_from_the_cache(tmp_path: Path) -> None:
    town = write_town(tmp_path / "town.osm")
    graph = osmnx.graph_from_xml(town, simplify=False, retain_all=True, bidirectional=True)
    path = tmp_path / "streets.graphml"
    osmnx.save_graphml(graph, path)
    cache = tmp_path / "cache"
    first = street_network(path, walk(), cache_folder=cache)
    assert len(list(cache.iterdir())) == 1
    assert same(street_network(path, walk(), cache_folder=cache), first)
