"""A network of ours is a graph that OSMnx works with."""

import networkx as nx
import osmnx
import pytest
from toy_city import grid_city


def test_osmnx_reads_our_graph() -> None:
    network = grid_city(4, 3)
    nodes, edges = osmnx.convert.graph_to_gdfs(network.to_networkx())
    assert len(nodes) == network.n_nodes
    assert len(edges) == 2 * network.n_edges
    assert str(nodes.crs) == network.crs
    assert edges["length"].sum() == pytest.approx(2 * network.edge_length_m.sum())


def test_osmnx_routes_on_our_graph() -> None:
    network = grid_city(4, 3)
    graph = network.to_networkx()
    x, y = network.node_xy[0]
    assert osmnx.distance.nearest_nodes(graph, x + 1.0, y - 1.0) == network.node_id[0]
    first, last = int(network.node_id[0]), int(network.node_id[-1])
    seconds = nx.shortest_path_length(graph, first, last, weight="travel_time")
    # The corners are contracted away, so the first node is (100, 0) and the last (200, 200):
    # three blocks of 100 m at 1 m/s.
    assert seconds == pytest.approx(300.0, abs=1e-3)
    route = osmnx.routing.shortest_path(graph, first, last, weight="travel_time")
    assert route is not None
    assert route[0] == first
    assert route[-1] == last
