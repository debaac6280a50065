"""From ways to a network: what is joined, what stays apart, what keeps which name."""

from pathlib import Path

import numpy as np
import pytest
from toy_city import CORNER_M, CRS, grid_city, network_of
from toy_osm import Way, write_osm

from facility_coverage.crs import WGS84
from facility_coverage.errors import CrsError, GeometryError
from facility_coverage.inputs.ways import WayTable
from facility_coverage.network.build import build_network, read_network
from facility_coverage.network.profiles import walk

STREET = {"highway": "residential"}


def ways_of(lonlat: list[tuple[float, float]], node_id: list[int]) -> WayTable:
    return WayTable(
        way_id=np.array([1]),
        street_class=("path",),
        name=("",),
        speed_kph=np.full((1, 2), 4.0),
        off_ground=np.array([False]),
        node_offset=np.array([0, len(node_id)]),
        node_id=np.array(node_id),
        node_lonlat=np.array(lonlat),
        node_class={},
        torn_ways=0,
    )


def test_a_bend_is_no_node_and_keeps_its_shape() -> None:
    """1 - 2 - 3 with a corner at 2: one edge of 300 + 400 m, three vertices."""
    network = network_of({1: (0, 0), 2: (300, 0), 3: (300, 400)}, {7: [1, 2, 3]})
    assert network.node_id.tolist() == [1, 3]
    assert network.n_edges == 1
    assert np.allclose(network.edge_length_m, [700.0])
    assert np.allclose(network.vertex_xy - CORNER_M, [(0, 0), (300, 0), (300, 400)])
    assert np.allclose(network.vertex_position_m, [0.0, 300.0, 700.0])


def test_a_street_goes_on_over_the_end_of_its_way() -> None:
    """Ways 7 and 8 meet at 2 and nothing else does: one edge, each metre under its own way."""
    network = network_of({1: (0, 0), 2: (100, 0), 3: (200, 0)}, {8: [2, 3], 7: [1, 2]})
    assert network.node_id.tolist() == [1, 3]
    assert network.way_id[network.vertex_way].tolist() == [7, 8, 8]


def test_lines_that_cross_without_a_common_node_do_not_meet() -> None:
    """A bridge over a street."""
    network = network_of(
        {1: (0, 0), 2: (200, 0), 3: (100, -100), 4: (100, 100)}, {1: [1, 2], 2: [3, 4]}
    )
    assert network.n_edges == 2
    assert network.summary()["components"] == 2


def test_parallel_streets_are_two_edges_and_one_street_drawn_twice_is_one() -> None:
    """1-2 drawn by ways 5 and 6, and a detour 1-3-2 by way 7."""
    nodes = {1: (0, 0), 2: (200, 0), 3: (100, 50), 4: (-50, 0), 5: (250, 0)}
    ways = {6: [2, 1], 5: [4, 1, 2, 5], 7: [1, 3, 2]}
    network = network_of(nodes, ways)
    assert network.node_id.tolist() == [4, 1, 2, 5]  # from west to east
    assert sorted(network.edge_node.tolist()) == [[0, 1], [1, 2], [1, 2], [2, 3]]
    assert network.edge_node[:, 0].tolist() == [0, 1, 1, 2]  # edges rise by their first node
    assert network.way_id.tolist() == [5, 7]  # way 6 drew nothing of its own
    lengths = sorted(network.edge_length_m.tolist())
    assert np.allclose(lengths, [50.0, 50.0, 200.0, 2 * np.hypot(100, 50)])


def test_a_loop_leaves_and_enters_one_node() -> None:
    """A stem 1-2 and a ring 2-3-4-2: the ring is one edge from 2 to 2."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 50), 4: (200, -50)}
    network = network_of(nodes, {1: [1, 2], 2: [2, 3, 4, 2]})
    assert network.node_id.tolist() == [1, 2]
    assert network.edge_node.tolist() == [[0, 1], [1, 1]]
    assert np.allclose(network.edge_length_m, [100.0, 100.0 + 2 * np.hypot(100, 50)])


def test_a_ring_without_a_junction_keeps_one_node() -> None:
    """The first along the curve: the one in the south-west."""
    network = network_of({5: (0, 0), 3: (100, 0), 9: (0, 100)}, {1: [9, 3, 5, 9]})
    assert network.node_id.tolist() == [5]
    assert network.edge_node.tolist() == [[0, 0]]
    assert np.allclose(network.edge_length_m, [200.0 + np.hypot(100, 100)])


def test_nodes_that_are_near_each_other_stand_together() -> None:
    """Four hamlets at the corners of a square, their ids dealt out in turn."""
    rng = np.random.default_rng(4)
    corners = [(0.0, 0.0), (600.0, 0.0), (0.0, 600.0), (600.0, 600.0)]
    nodes, ways = {1: (0.0, 0.0)}, {}
    for i in range(40):
        x, y = corners[i % 4]
        nodes[i + 2] = (x + rng.uniform(1, 90), y + rng.uniform(1, 90))
        ways[i + 1] = [1, i + 2]
    hamlet = [(node - 2) % 4 for node in network_of(nodes, ways).node_id.tolist() if node > 1]
    assert hamlet == sorted(hamlet)


def test_a_node_named_twice_in_a_row_is_one() -> None:
    network = network_of({1: (0, 0), 2: (100, 0), 3: (50, 50)}, {1: [1, 1, 2, 2], 2: [3, 3]})
    assert np.allclose(network.edge_length_m, [100.0])
    assert network.source == {"torn_ways": 0, "raw_nodes": 2, "raw_segments": 1}


def test_two_nodes_on_one_spot_are_a_street_without_length() -> None:
    """OSM holds such pairs; they join what they name and cost nothing."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (100, 0), 4: (200, 0), 5: (100, 50), 6: (100, -50)}
    network = network_of(nodes, {1: [1, 2, 3, 4], 2: [2, 5], 3: [3, 6]})
    assert sorted(np.round(network.edge_length_m, 6).tolist()) == [0.0, 50.0, 50.0, 100.0, 100.0]
    assert network.summary()["components"] == 1


def test_a_lattice_has_its_streets_and_no_more() -> None:
    """4 × 3 corners; the four at the very corners are bends: 8 nodes, 17 streets less 4 bends."""
    network = grid_city(4, 3)
    assert (network.n_nodes, network.n_edges) == (8, 13)
    assert np.isclose(network.edge_length_m.sum(), 1700.0)
    assert network.source == {"torn_ways": 0, "raw_nodes": 12, "raw_segments": 17}


def test_streets_of_one_point_are_refused() -> None:
    with pytest.raises(GeometryError, match="the streets consist of single points"):
        network_of({1: (0, 0)}, {1: [1, 1]})


def test_a_node_without_a_place_in_the_crs_is_named() -> None:
    ways = ways_of([(114.0, 23.0), (114.0, 95.0)], [1, 77])
    with pytest.raises(GeometryError, match="OSM node 77 has no position in EPSG:4547"):
        build_network(ways, walk(), CRS)


def test_the_crs_is_that_of_the_median_of_the_streets(tmp_path: Path) -> None:
    """The median, 115.6°, belongs to the zone of 117°; the one node astray moves nothing."""
    nodes = {1: (115.58, 30.0), 2: (115.6, 30.0), 3: (115.61, 30.0), 4: (-60.0, -30.0)}
    nodes[5] = (115.59, 30.0)
    path = write_osm(tmp_path / "a.osm", nodes, {1: Way([1, 5, 2, 3, 4], STREET)})
    assert read_network(path, walk()).crs == "EPSG:4548"
    assert read_network(path, walk(), crs="EPSG:4547").crs == "EPSG:4547"


def test_a_crs_in_degrees_is_refused_before_the_file_is_read(tmp_path: Path) -> None:
    with pytest.raises(CrsError, match="not in metres"):
        read_network(tmp_path / "nowhere.osm", walk(), crs=WGS84)
