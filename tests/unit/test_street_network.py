"""A network as a value: positions, arcs, components, and the file that it is saved in."""

import json
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from toy_city import CORNER_M, grid_city, network_of

from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.network.profiles import shipped_profile, walk
from facility_coverage.network.street_network import FORMAT, StreetNetwork

ARRAYS = (
    "node_id", "node_xy", "node_delay_s", "edge_node", "edge_length_m", "edge_cost_s",
    "vertex_offset", "vertex_xy", "vertex_way", "way_id",
)  # fmt: skip


def test_edges_laid_out_on_one_line_stand_a_metre_apart() -> None:
    """Edges of 100, 200 and 50 m start at 0, 101 and 302."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (300, 0), 4: (100, 50)}
    network = network_of(nodes, {1: [1, 2, 3], 2: [2, 4]})
    assert np.allclose(network.edge_length_m, [100.0, 200.0, 50.0])
    assert np.allclose(network.edge_base_m, [0.0, 101.0, 302.0])


def test_every_edge_is_left_from_both_of_its_ends() -> None:
    network = grid_city(3, 3)
    arcs = network.arcs
    assert arcs.indptr[-1] == len(arcs.head) == 2 * network.n_edges
    for node in range(network.n_nodes):
        for arc in range(arcs.indptr[node], arcs.indptr[node + 1]):
            tail, head = network.edge_node[arcs.edge[arc]].tolist()
            expected = (node, arcs.head[arc]) if arcs.along[arc] else (arcs.head[arc], node)
            assert (tail, head) == expected


def test_the_summary_tells_the_size_and_the_islands() -> None:
    """A street of 300 m and an island of 100 m: a quarter of the length lies on the island."""
    nodes = {1: (0, 0), 2: (300, 0), 3: (0, 50), 4: (100, 50)}
    summary = network_of(nodes, {1: [1, 2], 2: [3, 4]}, walk(4.5)).summary()
    assert summary == {
        "nodes": 4, "edges": 2, "length_km": 0.4, "components": 2, "island_length_share": 0.25,
        "crs": "EPSG:4547", "profile": "walk", "mode": "foot", "direction": "to",
        "speed_kph": 4.5, "off_street_speed_kph": None, "elevation_sha256": None,
        "torn_ways": 0, "raw_nodes": 4, "raw_segments": 2,
    }  # fmt: skip


def test_the_longest_component_is_the_first_whatever_its_ids() -> None:
    network = network_of({1: (0, 0), 2: (10, 0), 3: (0, 50), 4: (90, 50)}, {1: [1, 2], 2: [3, 4]})
    assert network.component.tolist() == [1, 1, 0, 0]


def test_the_corners_are_those_of_all_shapes() -> None:
    """The bend at (100, 70) is no node and lies furthest north."""
    network = network_of({1: (0, 0), 2: (100, 70), 3: (200, -10)}, {1: [1, 2, 3]})
    expected = np.array([(0, -10), (0, 70), (200, -10), (200, 70)]) + CORNER_M
    assert network.corners_xy == pytest.approx(expected, abs=1e-6)


def test_the_exchange_graph_has_no_arc_where_a_direction_is_forbidden() -> None:
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0)}
    tags = {1: {"oneway": "yes"}}
    car = shipped_profile("car")
    graph = network_of(nodes, {1: [1, 2], 2: [2, 3]}, car, tags=tags).to_networkx()
    assert sorted(graph.edges()) == [(1, 2), (2, 3), (3, 2)]
    assert graph.edges[1, 2, 0]["travel_time"] == pytest.approx(18.0)  # 20 km/h
    assert dict(graph.nodes(data="delay")) == {1: 0.0, 2: 0.0, 3: 0.0}


def test_the_exchange_graph_carries_both_directions_and_parallel_streets() -> None:
    """1-2 straight, and around by 3: two edges of 200 m and of twice hypot(100, 50)."""
    nodes = {1: (0, 0), 2: (200, 0), 3: (100, 50), 4: (-50, 0), 5: (250, 0)}
    network = network_of(nodes, {5: [4, 1, 2, 5], 7: [1, 3, 2]}, walk(7.2))
    graph = network.to_networkx()
    assert graph.graph["crs"] == network.crs
    assert sorted(graph.nodes) == [1, 2, 4, 5]
    assert graph.number_of_edges() == 2 * network.n_edges
    there = sorted(data["length"] for data in graph.get_edge_data(1, 2).values())
    back = sorted(data["length"] for data in graph.get_edge_data(2, 1).values())
    assert there == back
    assert np.allclose(there, [200.0, 2 * np.hypot(100, 50)])
    straight = min(graph.get_edge_data(1, 2).values(), key=lambda data: data["length"])
    assert np.isclose(straight["travel_time"], 100.0)  # 7.2 km/h are 2 m/s
    assert straight["osmid"] == 5


def same(one: StreetNetwork, other: StreetNetwork) -> bool:
    plain = ("crs", "profile", "elevation", "way_class", "way_name", "source")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ARRAYS) and all(
        getattr(one, name) == getattr(other, name) for name in plain
    )


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "network.npz"
    grid_city(3, 2).save(path)
    return path


def test_what_was_saved_is_what_is_read(saved: Path) -> None:
    assert same(StreetNetwork.load(saved), grid_city(3, 2))


def test_equal_networks_give_equal_bytes_and_others_others(saved: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.npz"
    grid_city(3, 2).save(again)
    assert again.read_bytes() == saved.read_bytes()
    grid_city(2, 3).save(again)
    assert again.read_bytes() != saved.read_bytes()


def test_saving_leaves_nothing_else_behind(saved: Path) -> None:
    grid_city(3, 2).save(saved)
    assert [entry.name for entry in saved.parent.glob("*network*")] == ["network.npz"]


def test_there_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"x\.npz: there is no such file"):
        StreetNetwork.load(tmp_path / "x.npz")


def test_a_cut_file_is_refused_wherever_it_was_cut(saved: Path) -> None:
    whole = saved.read_bytes()
    for length in range(0, len(whole), 37):
        saved.write_bytes(whole[:length])
        with pytest.raises(InputError, match="not a saved network; build it again"):
            StreetNetwork.load(saved)


@pytest.mark.parametrize("flip", [0x01, 0xFF])
def test_a_damaged_file_is_refused_or_read_right(saved: Path, flip: int) -> None:
    """Any byte may be damaged; zip's checksums tell, and no other error escapes."""
    whole, expected = saved.read_bytes(), grid_city(3, 2)
    for place in range(0, len(whole), 11):
        damaged = bytearray(whole)
        damaged[place] ^= flip
        saved.write_bytes(damaged)
        try:
            network = StreetNetwork.load(saved)
        except InputError:
            continue
        assert same(network, expected)


class Trap:
    """Unpickling this writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        """Tell pickle to call ``Path.touch``."""
        return Path.touch, (self.path,)


def test_a_pickle_is_never_run(tmp_path: Path) -> None:
    """Neither as the file itself nor as an array of objects inside an archive."""
    sprung, path = tmp_path / "sprung", tmp_path / "network.npz"
    path.write_bytes(pickle.dumps(Trap(sprung)))
    with pytest.raises(InputError, match="not a saved network"):
        StreetNetwork.load(path)
    np.savez(path, allow_pickle=True, heading=np.array([Trap(sprung)], dtype=object))
    with pytest.raises(InputError, match="not a saved network"):
        StreetNetwork.load(path)
    assert not sprung.exists()


def with_heading(saved: Path, heading: Any) -> Path:  # noqa: ANN401  (whatever JSON holds)
    """Put another heading into a saved network."""
    with np.load(saved) as archive:
        arrays = {name: archive[name] for name in ARRAYS}
    text = heading if isinstance(heading, bytes) else json.dumps(heading).encode()
    np.savez(saved, heading=np.frombuffer(text, dtype=np.uint8), **arrays)
    return saved


@pytest.mark.parametrize(
    "heading",
    [
        [], {}, 1, b"{", b"\xff", {"format": FORMAT},
        {"format": FORMAT, "crs": "EPSG:4547", "profile": {"name": "walk", "wings": 2}},
        {"format": FORMAT, "crs": "EPSG:4547", "profile": 3},
    ],
)  # fmt: skip
def test_a_heading_that_is_none_is_refused(saved: Path, heading: Any) -> None:  # noqa: ANN401
    with pytest.raises(InputError, match="not a saved network"):
        StreetNetwork.load(with_heading(saved, heading))


def test_another_format_says_so(saved: Path) -> None:
    with pytest.raises(InputError, match="of another format of this program"):
        StreetNetwork.load(with_heading(saved, {"format": FORMAT + 1}))


def test_other_numpy_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "network.npz"
    with path.open("wb") as stream:
        np.save(stream, np.zeros(3))
    with pytest.raises(InputError, match="not a saved network"):
        StreetNetwork.load(path)
    np.savez(path, anything=np.zeros(3))
    with pytest.raises(InputError, match="not a saved network"):
        StreetNetwork.load(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no arrays")
    with pytest.raises(InputError, match="not a saved network"):
        StreetNetwork.load(path)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("edge_node", lambda array: np.where(array == 0, 2_000_000_000, array)),
        ("edge_node", lambda array: array - 1),
        ("vertex_offset", lambda array: array + 1),
        ("vertex_offset", lambda array: array[:-1]),
        ("vertex_way", lambda array: array + 1_000_000),
        ("node_xy", lambda array: array[:-1]),
        ("edge_cost_s", lambda array: array[:, :1]),
        ("edge_cost_s", lambda array: -array),
        ("edge_cost_s", lambda array: array * np.nan),
        ("node_delay_s", lambda array: array - 1),
        ("node_delay_s", lambda array: array + np.inf),
        ("edge_length_m", lambda array: array * np.inf),
    ],
    ids=[
        "beyond",
        "below",
        "shifted",
        "short",
        "no such way",
        "fewer places",
        "one direction",
        "negative cost",
        "no cost",
        "negative delay",
        "endless delay",
        "endless length",
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(
    name: str, change: Callable[[NDArray[np.int64]], NDArray[np.int64]], tmp_path: Path
) -> None:
    """The compiled searches check no bounds, so a crafted file must not get that far."""
    network = grid_city(3, 3)
    spoiled: dict[str, Any] = {name: change(getattr(network, name))}
    replace(network, **spoiled).save(tmp_path / "a.npz")
    with pytest.raises(InputError, match="do not fit together"):
        StreetNetwork.load(tmp_path / "a.npz")
