"""What the benchmarks measure on: stitched cities, instances of location problems, true times."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from toy_city import network_of

import graphs
from facility_coverage.network.street_network import StreetNetwork
from pairs import Pairs
from places import on_nodes, random_nodes
from siting_instances import Instance, siting_instance
from stitched import GAP_M, stitched
from truth import Truth


@pytest.fixture(scope="module")
def network() -> StreetNetwork:
    """Return four streets that meet in a square of 100 m, at 1 m/s, each corner with a dead end."""
    nodes = {
        1: (0.0, 0.0), 2: (100.0, 0.0), 3: (100.0, 100.0), 4: (0.0, 100.0),
        5: (0.0, -50.0), 6: (150.0, 0.0), 7: (100.0, 150.0), 8: (-50.0, 100.0),
    }  # fmt: skip
    return network_of(nodes, {1: [1, 2, 3, 4, 1], 2: [1, 5], 3: [2, 6], 4: [3, 7], 5: [4, 8]})


def test_a_stitched_city_holds_every_copy_and_is_one_piece(network: StreetNetwork) -> None:
    city = stitched(network, 3, 2)
    n, e = network.n_nodes, network.n_edges
    assert city.n_nodes == 6 * n
    assert len(np.unique(city.node_id)) == 6 * n
    assert city.component.max() == 0
    assert city.edge_length_m[: 6 * e].tolist() == network.edge_length_m.tolist() * 6
    assert city.edge_length_m[6 * e :].min() >= GAP_M
    assert np.allclose(city.node_xy[n : 2 * n] - network.node_xy, (200.0 + GAP_M, 0.0))


def test_edges_of_a_stitched_city_end_at_their_nodes(network: StreetNetwork) -> None:
    city = stitched(network, 2, 2)
    first, last = city.vertex_offset[:-1], city.vertex_offset[1:] - 1
    assert np.allclose(city.vertex_xy[first], city.node_xy[city.edge_node[:, 0]])
    assert np.allclose(city.vertex_xy[last], city.node_xy[city.edge_node[:, 1]])
    assert city.vertex_way.max() < len(city.way_id) == len(city.way_class) == len(city.way_name)


def test_one_copy_is_the_network_itself(network: StreetNetwork) -> None:
    city = stitched(network, 1, 1)
    assert city.edge_node.tolist() == network.edge_node.tolist()
    assert city.edge_cost_s.tolist() == network.edge_cost_s.tolist()


def test_places_on_nodes_stand_where_their_node_is(network: StreetNetwork) -> None:
    node = random_nodes(network, network.n_nodes, seed=1)
    snaps = on_nodes(network, node)
    assert sorted(node.tolist()) == list(range(network.n_nodes))
    ends = network.edge_node[snaps.edge]
    at_start = snaps.position_m == 0.0
    assert np.where(at_start, ends[:, 0], ends[:, 1]).tolist() == node.tolist()


def test_an_instance_says_how_long_one_walks(network: StreetNetwork, tmp_path: Path) -> None:
    """The longest way, between two dead ends at opposite corners, is 50 + 200 + 50 m."""
    instance = siting_instance(network, 5, 3)
    assert instance.od_s.shape == (3, 5)
    assert instance.od_s.nnz == 15
    assert set(instance.od_s.data.round(6)) <= {50.0, 100.0, 150.0, 200.0, 250.0, 300.0}
    instance.save(tmp_path / "instance.npz")
    read = Instance.load(tmp_path / "instance.npz")
    assert read.od_s.toarray().tolist() == instance.od_s.toarray().tolist()
    assert read.people.tolist() == instance.people.tolist()


def test_pairs_that_only_one_engine_has_are_counted() -> None:
    place, node = np.array([0, 1, 1]), np.array([2, 0, 1])
    ours = Pairs.of(place, node, np.array([1.0, 2.0, 3.0]), 3)
    theirs = Pairs.of(place[::-1][:2], node[::-1][:2], np.array([3.5, 2.0]), 3)
    assert theirs.agreement(ours) == "2 pairs, 1 unshared, Δt ≤ 5.0e-01 s"


def test_a_polygon_that_leaks_is_found_out(network: StreetNetwork) -> None:
    """From corner 1 its dead end is 50 s away, corners 2 and 4 are 100, their dead ends 150."""
    first = np.flatnonzero(network.node_id == 1)
    truth = Truth.of(network, graphs.matrix(network), first, (2.0,))
    x, y = network.node_xy[first][0]
    wide = shapely.box(x - 60, y - 60, x + 160, y + 160)
    corners = shapely.multipoints([(x, y), (x, y - 50), (x + 100, y), (x, y + 100)])
    kept = truth.judge([[corners.convex_hull.buffer(1)]], 0, diagonal_m=10.0)
    assert (kept.recall, kept.leak, kept.beyond_bound) == (1.0, 0.0, 0.0)
    leaking = truth.judge([[wide]], 0, diagonal_m=10.0)
    assert (leaking.recall, leaking.leak, leaking.beyond_bound) == (1.0, 1.0, 1.0)
    assert truth.judge([[wide]], 0, diagonal_m=40.0).beyond_bound == 0.0
    assert truth.judge([[shapely.Point(x, y)]], 0).recall == 0.25
