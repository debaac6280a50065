"""Segments with their speeds, delays at nodes, and what stays a node because of them."""

import numpy as np
import pytest
from toy_city import network_of

from facility_coverage.network.profiles import Profile, shipped_profile
from facility_coverage.network.street_network import StreetNetwork

LINE = {n: (100.0 * n, 0.0) for n in range(1, 6)}
CAR = Profile(
    name="metre a second",
    mode="car",
    source="3.6 km/h are 1 m/s.",
    speed_kph=3.6,
    maxspeed_kph={},
)
DELAYED = CAR.model_copy(
    update={
        "node_delay_s": {"traffic_signals": 20.0, "crossing": 5.0},
        "junction_delay_s": {"primary": 10.0, "secondary": 3.0},
    }
)


def costs(network: StreetNetwork) -> dict[tuple[int, int], tuple[float, float]]:
    """Return the seconds of each edge there and back, by the OSM ids of its ends."""
    ends = network.node_id[network.edge_node].tolist()
    seconds = np.round(network.edge_cost_s, 6).tolist()
    return {(u, v): (there, back) for (u, v), (there, back) in zip(ends, seconds, strict=True)}


def test_a_one_way_street_is_infinite_the_other_way() -> None:
    network = network_of(LINE, {1: [1, 2, 3]}, CAR, tags={1: {"oneway": "yes"}})
    assert costs(network) == {(1, 3): (200.0, np.inf)}
    network = network_of(LINE, {1: [1, 2, 3]}, CAR, tags={1: {"oneway": "-1"}})
    assert costs(network) == {(1, 3): (np.inf, 200.0)}


def test_one_way_streets_in_a_row_are_one_edge_however_they_were_drawn() -> None:
    """1 → 2 → 3 as two ways, the second drawn against its direction."""
    tags = {1: {"oneway": "yes"}, 2: {"oneway": "-1"}}
    network = network_of(LINE, {1: [1, 2], 2: [3, 2]}, CAR, tags=tags)
    assert costs(network) == {(1, 3): (200.0, np.inf)}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({}, {"oneway": "yes"}, {(1, 2): (100.0, 100.0), (2, 3): (100.0, np.inf)}),
        (
            {"oneway": "yes"},
            {"oneway": "-1"},
            {(1, 2): (100.0, np.inf), (2, 3): (np.inf, 100.0)},
        ),
        ({}, {"maxspeed": "36"}, {(1, 2): (100.0, 100.0), (2, 3): (10.0, 10.0)}),
        ({}, {"maxspeed:forward": "36"}, {(1, 2): (100.0, 100.0), (2, 3): (10.0, 100.0)}),
    ],
    ids=["permission", "dead end", "speed", "speed one way"],
)
def test_a_node_stays_where_permission_or_pace_changes(
    first: dict[str, str],
    second: dict[str, str],
    expected: dict[tuple[int, int], tuple[float, float]],
) -> None:
    network = network_of(LINE, {1: [1, 2], 2: [2, 3]}, CAR, tags={1: first, 2: second})
    assert costs(network) == expected


def test_on_foot_only_junctions_stay() -> None:
    tags = {1: {"oneway": "yes"}, 2: {"maxspeed": "36"}}
    network = network_of(LINE, {1: [1, 2], 2: [2, 3]}, shipped_profile("walk"), tags=tags)
    assert costs(network) == {(1, 3): (180.0, 180.0)}


def test_ways_over_the_same_nodes_give_each_direction_its_best_speed() -> None:
    """Way 1 goes 1 → 2 slowly, way 2 only back and fast; the lower id keeps the name."""
    tags = {1: {"oneway": "yes"}, 2: {"oneway": "yes", "maxspeed": "36"}}
    network = network_of(LINE, {1: [1, 2], 2: [2, 1]}, CAR, tags=tags)
    assert costs(network) == {(1, 2): (100.0, 10.0)}
    assert network.way_id.tolist() == [1]


def test_without_delays_nobody_waits() -> None:
    network = network_of(LINE, {1: [1, 2, 3]}, CAR, node_class={2: "traffic_signals"})
    assert network.node_id.tolist() == [1, 3]
    assert network.node_delay_s.tolist() == [0.0, 0.0]


def test_a_node_where_one_waits_stays() -> None:
    """2 is a crossing between two segments; a stop sign costs nothing; 99 is on no street."""
    classes = {2: "crossing", 3: "stop", 99: "traffic_signals", -1: "crossing"}
    network = network_of(LINE, {1: [1, 2, 3, 4]}, DELAYED, node_class=classes)
    assert network.node_id.tolist() == [1, 2, 4]
    assert network.node_delay_s.tolist() == [0.0, 5.0, 0.0]


def test_at_a_junction_the_largest_delay_counts() -> None:
    """A secondary street 1-2-3-4-5: at 2, 3 and 4 side streets meet it, 3 has signals.

    The side street at 4 is primary.
    """
    nodes = LINE | {12: (200.0, 50.0), 13: (300.0, 50.0), 14: (400.0, 50.0)}
    tags = {
        1: {"highway": "secondary"},
        2: {"highway": "residential"},
        3: {"highway": "residential"},
        4: {"highway": "primary"},
    }
    ways = {1: [1, 2, 3, 4, 5], 2: [2, 12], 3: [3, 13], 4: [4, 14]}
    network = network_of(nodes, ways, DELAYED, tags=tags, node_class={3: "traffic_signals"})
    delays = dict(zip(network.node_id.tolist(), network.node_delay_s.tolist(), strict=True))
    assert delays == {1: 0.0, 2: 3.0, 3: 20.0, 4: 10.0, 5: 0.0, 12: 0.0, 13: 0.0, 14: 0.0}


def test_the_fastest_edge_is_the_fastest_in_its_better_direction() -> None:
    tags = {1: {"oneway": "yes"}, 2: {"maxspeed:forward": "36"}}
    network = network_of(LINE, {1: [1, 2], 2: [2, 3]}, CAR, tags=tags)
    assert network.fastest_m_per_s == pytest.approx(10.0)
