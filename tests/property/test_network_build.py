"""A network keeps every street: none lost, none twice, each at its length and under its way."""

from collections import Counter
from itertools import pairwise

import networkx as nx
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from street_scenes import City, cities, edge_lines, laws

from facility_coverage.network.contraction import contract
from facility_coverage.network.street_network import StreetNetwork


@st.composite
def segment_lists(draw: st.DrawFn) -> NDArray[np.int64]:
    """Draw segments between few nodes; two may join the same pair, none joins a node to itself."""
    node = st.integers(0, 7)
    pairs = st.tuples(node, node).filter(lambda pair: pair[0] != pair[1])
    return np.array(draw(st.lists(pairs, min_size=1, max_size=14)), dtype=np.int64)


@laws(150)
@given(segment_lists())
def test_every_segment_stands_in_exactly_one_chain(segments: NDArray[np.int64]) -> None:
    chains = contract(segments, np.ones((len(segments), 2)), np.zeros(8, dtype=bool))
    found: list[int] = []
    for first, last in pairwise(chains.offset.tolist()):
        found += chains.segment[first : last - 1].tolist()
        assert chains.segment[last - 1] == chains.segment[last - 2]
        for step in range(first, last - 1):
            ends = {int(chains.node[step]), int(chains.node[step + 1])}
            assert ends == set(segments[chains.segment[step]].tolist())
    assert sorted(found) == list(range(len(segments)))


@laws(150)
@given(segment_lists())
def test_chains_end_where_not_two_segments_meet_and_nowhere_else(
    segments: NDArray[np.int64],
) -> None:
    chains = contract(segments, np.ones((len(segments), 2)), np.zeros(8, dtype=bool))
    degree = Counter(segments.ravel().tolist())
    for first, last in pairwise(chains.offset.tolist()):
        nodes = chains.node[first:last].tolist()
        assert all(degree[node] == 2 for node in nodes[1:-1])
        ring = nodes[0] == nodes[-1] and degree[nodes[0]] == 2
        if ring:
            assert nodes[0] == min(nodes)
        else:
            assert degree[nodes[0]] != 2
            assert degree[nodes[-1]] != 2


def network_segments(network: StreetNetwork) -> list[tuple[tuple[float, ...], ...]]:
    """Return the straight pieces of all edges, as pairs of points in order."""
    found = []
    for first, last in pairwise(network.vertex_offset.tolist()):
        for one, other in pairwise(network.vertex_xy[first:last].tolist()):
            found.append(tuple(sorted((tuple(one), tuple(other)))))
    return sorted(found)


@laws(50)
@given(cities())
def test_the_network_is_its_ways_each_street_once(city: City) -> None:
    network, plain = city.network(), city.plain
    drawn = sorted(
        tuple(sorted((tuple(plain.xy[a].tolist()), tuple(plain.xy[b].tolist()))))
        for a, b in plain.segments
    )
    assert network_segments(network) == drawn
    assert np.isclose(network.edge_length_m.sum(), plain.total_m, rtol=0, atol=1e-9)


@laws(50)
@given(cities())
def test_edges_run_from_node_to_node_along_their_shape(city: City) -> None:
    network = city.network()
    first, last = network.vertex_offset[:-1], network.vertex_offset[1:] - 1
    assert np.array_equal(network.vertex_xy[first], network.node_xy[network.edge_node[:, 0]])
    assert np.array_equal(network.vertex_xy[last], network.node_xy[network.edge_node[:, 1]])
    assert np.allclose(network.edge_length_m, shapely.length(edge_lines(network)), rtol=1e-14)
    assert np.array_equal(network.vertex_position_m[first], np.zeros(network.n_edges))
    assert np.array_equal(network.vertex_position_m[last], network.edge_length_m)
    assert len(set(network.node_id.tolist())) == network.n_nodes
    for node, xy in zip(network.node_id.tolist(), network.node_xy, strict=True):
        assert np.array_equal(xy, city.plain.xy[node])


@laws(50)
@given(cities())
def test_each_segment_knows_the_lowest_way_that_drew_it(city: City) -> None:
    network, plain = city.network(), city.plain
    lowest: dict[tuple[tuple[float, ...], ...], int] = {}
    for way, nodes in sorted(city.ways.items()):
        for a, b in pairwise(nodes):
            ends = tuple(sorted((tuple(plain.xy[a].tolist()), tuple(plain.xy[b].tolist()))))
            lowest.setdefault(ends, way)
    for first, last in pairwise(network.vertex_offset.tolist()):
        ways = network.way_id[network.vertex_way[first:last]].tolist()
        assert ways[-1] == ways[-2]
        for way, one, other in zip(
            ways[:-1],
            network.vertex_xy[first : last - 1].tolist(),
            network.vertex_xy[first + 1 : last].tolist(),
            strict=True,
        ):
            assert way == lowest[tuple(sorted((tuple(one), tuple(other))))]


@laws(30)
@given(cities())
def test_components_are_islands_and_the_longest_is_the_first(city: City) -> None:
    network = city.network()
    graph = network.to_networkx().to_undirected()
    of_node = dict(zip(network.node_id.tolist(), network.component.tolist(), strict=True))
    islands = list(nx.connected_components(graph))
    assert sorted(set(of_node.values())) == list(range(len(islands)))
    assert all(len({of_node[node] for node in island}) == 1 for island in islands)
    length_m = np.bincount(
        network.component[network.edge_node[:, 0]], weights=network.edge_length_m
    )
    assert (np.diff(length_m) <= 0).all()
    share = 1 - length_m[0] / length_m.sum()
    assert network.summary()["island_length_share"] == round(share, 6)


@laws(20)
@given(cities())
def test_equal_ways_give_equal_arrays(city: City) -> None:
    one, other = city.network(), City(city.nodes, dict(reversed(city.ways.items()))).network()
    for name in ("node_id", "node_xy", "edge_node", "edge_length_m", "vertex_xy", "vertex_way"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
