"""Travel costs on a street network, worked by hand at one metre per second."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray
from toy_city import CORNER_M, grid_city, network_of

from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.profiles import walk
from facility_coverage.network.snapping import Snaps, snap
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import measure_access, nearest_facility
from facility_coverage.travel.impedance import impedance_for
from facility_coverage.travel.times import (
    PointsOnEdges,
    all_together,
    each_alone,
    least_by_column,
    od_matrix,
    reach,
)

FAR = Threshold("minutes", 1e6)


def places(network: StreetNetwork, *xy: tuple[float, float]) -> Snaps:
    where = np.array(xy, dtype=float).reshape(-1, 2) + CORNER_M
    return snap(StreetIndex.of(network), where, off_street_limit_m=100.0)


def costs(
    network: StreetNetwork,
    facility: tuple[float, float],
    *homes: tuple[float, float],
    threshold: Threshold = FAR,
) -> NDArray[np.float64]:
    found = measure_access(
        network, places(network, facility), places(network, *homes), (threshold,)
    )
    return found.least


def street() -> StreetNetwork:
    """Return one street of 1000 m to the east."""
    return network_of({1: (0, 0), 2: (1000, 0)}, {1: [1, 2]})


def test_both_off_street_legs_count() -> None:
    """20 m to the street, 300 m along it, 30 m off it."""
    assert np.allclose(costs(street(), (100, 20), (400, -30)), [350.0])


def test_along_one_edge_nobody_walks_round_by_its_ends() -> None:
    """Facility at 500 m: homes before and behind it, and on the very spot."""
    found = costs(street(), (500, 10), (450, 0), (570, 5), (500, 0), (500, 10))
    assert np.allclose(found, [60.0, 85.0, 10.0, 20.0])


def test_round_by_the_ends_where_that_is_shorter() -> None:
    """A ring road 0-300-300-300 m whose ends nearly meet: 900 m of one edge, closed by 10 m.

    From 50 m along to 850 m along: 50 back + 10 over + 50 on = 110 m, not 800 m.
    """
    nodes = {
        1: (0, 0),
        2: (300, 0),
        3: (300, 300),
        4: (0, 300),
        5: (0, 10),
        6: (-50, 0),
        7: (-50, 10),
    }
    network = network_of(nodes, {1: [1, 2, 3, 4, 5], 2: [5, 1], 3: [1, 6], 4: [5, 7]})
    assert np.allclose(costs(network, (50, 0), (0, 60)), [50.0 + 10.0 + 50.0])


def test_round_a_loop_the_shorter_way() -> None:
    """A loop of 400 m at node 1: places 50 m and 350 m along it are 100 m apart, not 300."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100), 9: (-100, -100)}
    network = network_of(nodes, {1: [9, 1], 2: [1, 2, 3, 4, 1]})
    assert np.allclose(costs(network, (50, 0), (0, 50)), [100.0])
    assert np.allclose(costs(network, (50, 0), (100, 50)), [100.0])


def test_over_a_lattice_the_way_is_that_of_blocks() -> None:
    """From corner to corner of 4 × 3 blocks of 100 m: 700 m."""
    network = grid_city(5, 4)
    assert np.allclose(costs(network, (0, 0), (400, 300)), [700.0])


def test_over_a_large_lattice_every_cost_is_that_of_blocks() -> None:
    """1600 corners from two facilities: more than a search first makes room for."""
    network = grid_city(40, 40)
    corner = np.array([(x * 100.0, y * 100.0) for x in range(40) for y in range(40)])
    facilities = np.array([(0.0, 0.0), (1700.0, 2300.0)])
    od = measure_access(network, places(network, *facilities), places(network, *corner), (FAR,)).od
    blocks = np.abs(facilities[:, None, :] - corner[None, :, :]).sum(axis=2)
    assert od.nnz == blocks.size
    assert np.allclose(od.toarray(), blocks, rtol=0, atol=1e-6)


def test_over_long_and_short_streets_nodes_cost_what_networkx_says() -> None:
    """Streets of 1 m to 4 km between 600 strewn corners: hundreds of nodes wait at once."""
    rng = np.random.default_rng(5)
    corners, streets = 600, 2400
    nodes = {i: (float(x), float(y)) for i, (x, y) in enumerate(rng.uniform(0, 3000, (corners, 2)))}
    ends = rng.integers(0, corners, (streets, 2)).tolist()
    network = network_of(nodes, {i + 1: [a, b] for i, (a, b) in enumerate(ends) if a != b})
    start = network.n_nodes // 3
    origin = snap(StreetIndex.of(network), network.node_xy[[start]], off_street_limit_m=0.0)
    found = reach(network, each_alone(origin), impedance_for(network, FAR), np.inf)
    expected = nx.single_source_dijkstra_path_length(
        network.to_networkx(), int(network.node_id[start]), weight="length"
    )
    assert len(found.node) == network.n_nodes
    wanted = [expected[node] for node in network.node_id[found.node].tolist()]
    assert np.allclose(found.cost, wanted, rtol=0, atol=1e-9)


def test_the_shorter_of_two_parallel_streets() -> None:
    """Straight 200 m, around twice hypot(100, 50); a facility on the detour at 2/3 of it."""
    nodes = {1: (0, 0), 2: (200, 0), 3: (100, 50), 4: (-100, 0), 5: (300, 0)}
    network = network_of(nodes, {1: [4, 1, 2, 5], 2: [1, 3, 2]})
    half = np.hypot(100, 50)
    assert np.allclose(costs(network, (-50, 0), (250, 0)), [50 + 200 + 50])
    assert np.allclose(costs(network, (100, 50), (-50, 0)), [half + 50])


def test_over_a_gap_there_is_no_way() -> None:
    network = network_of({1: (0, 0), 2: (100, 0), 3: (0, 50), 4: (100, 50)}, {1: [1, 2], 2: [3, 4]})
    assert np.isinf(costs(network, (50, 0), (50, 50))).all()


def test_the_limit_is_inclusive_and_legs_count_towards_it() -> None:
    """Home at 10 + 280 + 10 = 300 s exactly as 5 minutes; a metre further it is beyond."""
    network, five = street(), Threshold("minutes", 5.0)
    exact = costs(network, (100, 10), (380, 10))[0]
    assert np.isfinite(
        costs(network, (100, 10), (380, 10), threshold=Threshold("minutes", exact / 60))[0]
    )
    assert np.isinf(costs(network, (100, 10), (381, 10), threshold=five)[0])
    assert np.isinf(costs(network, (100, 10), (380, 11), threshold=five)[0])
    assert np.isinf(costs(network, (100, 11), (380, 10), threshold=five)[0])
    assert np.isfinite(costs(network, (100, 9), (380, 10), threshold=five)[0])


@pytest.mark.parametrize("limit", [299.9999, 300.0, 300.0001])
def test_the_bound_is_compared_as_it_is(limit: float) -> None:
    """On a street laid in whole metres of its CRS the cost is 300 s to the last bit."""
    network = network_of({1: (0, 0), 2: (1000, 0)}, {1: [1, 2]})
    snaps = Snaps(
        np.zeros((2, 2)), np.array([0, 0], dtype=np.int32), np.array([0, 0]),
        np.array([0.0, 250.0]), np.array([20.0, 30.0]),
    )  # fmt: skip
    threshold = Threshold("metres", limit)
    found = measure_access(network, snaps.take(np.array([0])), snaps, (threshold,))
    assert bool(found.covered(threshold)[1]) is (limit >= 300.0)


def test_a_place_at_no_cost_is_stored_and_covered() -> None:
    """A facility stands on its own street: a home there is 0 s away, which is not 'no entry'."""
    network = street()
    network_xy = network.node_xy[[0]]
    here = snap(StreetIndex.of(network), network_xy, off_street_limit_m=1.0)
    access = measure_access(network, here, here, (FAR,))
    assert access.od.nnz == 1
    assert access.least.tolist() == [0.0]
    assert access.covered(FAR).tolist() == [True]


def test_homes_without_a_street_are_never_covered() -> None:
    access = measure_access(
        street(), places(street(), (0, 0)), places(street(), (50, 101), (50, 0)), (FAR,)
    )
    assert access.od.shape == (1, 2)
    assert access.covered(FAR).tolist() == [False, True]
    assert np.isinf(access.least[0])


def test_the_nearest_of_two_facilities_on_one_street() -> None:
    """Facilities at 100 and 900 m; homes at 300, 500 and 800 m."""
    network = street()
    facilities = places(network, (100, 0), (900, 0))
    homes = places(network, (300, 0), (500, 0), (800, 0))
    assert np.allclose(nearest_facility(network, facilities, homes).cost, [200.0, 400.0, 100.0])
    od = measure_access(network, facilities, homes, (FAR,)).od.toarray()
    assert np.allclose(od, [[200.0, 400.0, 700.0], [600.0, 400.0, 100.0]])


def test_one_search_from_all_equals_the_least_of_each() -> None:
    network = grid_city(6, 5)
    facilities = places(network, (130, 0), (400, 250), (0, 390))
    homes = places(network, *((x * 60.0, y * 50.0) for x in range(9) for y in range(9)))
    impedance = impedance_for(network, FAR)
    points = PointsOnEdges.of(network, homes)
    least = []
    for origins in (each_alone(facilities), all_together(facilities)):
        found = reach(network, origins, impedance, np.inf)
        least.append(least_by_column(od_matrix(network, origins, found, points, impedance, np.inf)))
    assert np.isfinite(least[0]).all()
    assert np.array_equal(least[0], least[1])


def test_a_search_lists_nodes_up_to_its_limit() -> None:
    """From the corner of a lattice within 200 m: nodes at 100, 100, 200, 200, 200 m."""
    network = network_of(
        {n: (n * 100.0, 0) for n in range(5)} | {10 + n: (n * 100.0, 50) for n in range(5)},
        {1: [0, 1, 2, 3, 4], **{10 + n: [n, 10 + n] for n in range(5)}},
    )
    origin = places(network, (0, 0))
    found = reach(network, each_alone(origin), impedance_for(network, FAR), 150.5)
    by_id = dict(zip(network.node_id[found.node].tolist(), found.cost.tolist(), strict=True))
    assert {node: round(cost, 6) for node, cost in by_id.items()} == {1: 100.0, 10: 50.0, 11: 150.0}
    assert np.isinf(found.least(network.n_nodes)).sum() == network.n_nodes - 3


def test_points_are_sorted_by_edge_and_those_without_a_street_left_out() -> None:
    network = grid_city(3, 3)
    snaps = places(network, (150, 200), (100, 50), (10, 0), (1e6, 0), (150, 200))
    points = PointsOnEdges.of(network, snaps)
    assert points.n_rows == 5
    assert sorted(points.row.tolist()) == [0, 1, 2, 4]
    assert (np.diff(snaps.edge[points.row]) >= 0).all()
    assert np.array_equal(points.position_m, snaps.position_m[points.row])
    for edge in range(network.n_edges):
        own = points.row[points.offset[edge] : points.offset[edge + 1]]
        assert (snaps.edge[own] == edge).all()


def test_no_demand_and_no_origins_give_empty_tables() -> None:
    network = grid_city(3, 3)
    some, none = places(network, (0, 0)), places(network).take(np.array([], dtype=np.intp))
    assert measure_access(network, some, none, (FAR,)).od.shape == (1, 0)
    found = measure_access(network, none, some, (FAR,))
    assert found.od.shape == (0, 1)
    assert np.isinf(found.least).all()


def signed(
    network: StreetNetwork, direction: str = "from", *, against_s: float, delay_s: float = 0.0
) -> StreetNetwork:
    """Return a network whose edges cost so much against the way they run, and whose nodes wait."""
    cost_s = network.edge_cost_s.copy()
    cost_s[:, 1] = against_s
    return replace(
        network,
        profile=network.profile.model_copy(update={"direction": direction}),
        edge_cost_s=cost_s,
        node_delay_s=np.full(network.n_nodes, delay_s),
    )


def test_help_comes_from_the_facility_and_people_go_to_it() -> None:
    """A street of 1000 m that costs 5000 s westwards, a facility in its middle."""
    homes = [(400.0, 0.0), (600.0, 0.0)]
    outward = signed(street(), "from", against_s=5000.0)
    assert np.allclose(costs(outward, (500, 0), *homes), [500.0, 100.0])
    inward = signed(street(), "to", against_s=5000.0)
    assert np.allclose(costs(inward, (500, 0), *homes), [100.0, 500.0])


def test_against_a_one_way_street_there_is_no_way() -> None:
    one_way = signed(street(), against_s=np.inf)
    found = costs(one_way, (500, 10), (400, 0), (500, 0), (600, 0))
    assert np.allclose(found, [np.inf, 10.0, 110.0])


def test_a_place_at_the_end_of_a_one_way_street_is_at_the_corner() -> None:
    """Streets run to a corner from the west, and from it to the north and the east.

    A facility at the corner may be tied to the end of the first or to the start of another.
    """
    nodes = {1: (0, 0), 2: (500, 0), 3: (500, 400), 4: (900, 0)}
    network = signed(network_of(nodes, {1: [1, 2], 2: [2, 3], 3: [2, 4]}), against_s=np.inf)
    homes = places(network, (0, 0), (500, 400), (900, 0))
    corner = int(np.flatnonzero(network.node_id == 2)[0])
    for edge, ends in enumerate(network.edge_node.tolist()):
        position_m = 0.0 if ends[0] == corner else float(network.edge_length_m[edge])
        here = Snaps(
            network.node_xy[[corner]], np.array([edge], dtype=np.int32), np.array([0]),
            np.array([position_m]), np.array([0.0]),
        )  # fmt: skip
        found = measure_access(network, here, homes, (FAR,)).least
        assert np.allclose(found, [np.inf, 400.0, 400.0])


def test_who_passes_a_junction_waits_there_and_who_stops_before_it_does_not() -> None:
    """A street of 3 × 100 m, each junction 30 s: 20 m to the first, 100 m and 50 m more."""
    network = network_of(
        {n: (n * 100.0, 0) for n in range(4)} | {10 + n: (n * 100.0, 50) for n in range(4)},
        {1: [0, 1, 2, 3], **{10 + n: [n, 10 + n] for n in range(4)}},
    )
    network = signed(network, against_s=100.0, delay_s=30.0)
    found = costs(network, (80, 0), (90, 0), (150, 0), (250, 0))
    assert np.allclose(found, [10.0, 20.0 + 30.0 + 50.0, 20.0 + 30.0 + 100.0 + 30.0 + 50.0])


def test_of_two_facilities_at_equal_time_the_first_wins() -> None:
    """Facilities at 100 and 900 m, in either order; homes at 500 m, beside each, and nowhere."""
    network = street()
    homes = places(network, (500, 0), (200, 0), (800, 0), (500, 5000))
    for order, expected in (((100, 900), [0, 0, 1, -1]), ((900, 100), [0, 1, 0, -1])):
        facilities = Snaps(
            np.zeros((2, 2)), np.array([0, 0], dtype=np.int32), np.array([0, 0]),
            np.array(order, dtype=float), np.array([7.0, 7.0]),
        )  # fmt: skip
        middle = replace(homes, position_m=np.array([500.0, 200.0, 800.0, 0.0]))
        found = nearest_facility(network, facilities, middle)
        assert found.origin.tolist() == expected
        assert np.allclose(found.cost, [407.0, 107.0, 107.0, np.inf])


def test_a_network_that_is_closed_both_ways_serves_its_own_spot_alone() -> None:
    closed = signed(street(), against_s=np.inf)
    closed = replace(closed, edge_cost_s=np.full((1, 2), np.inf))
    found = costs(closed, (500, 10), (500, 0), (501, 0), threshold=Threshold("metres", 1e9))
    assert np.allclose(found, [10.0, np.inf])


def test_impedance_is_seconds_for_minutes_and_metres_for_metres() -> None:
    """100 m at 7.2 km/h are 50 s; a metre off the streets half a second."""
    network = network_of({1: (0, 0), 2: (100, 0)}, {1: [1, 2]}, walk(7.2))
    seconds = impedance_for(network, Threshold("minutes", 1.0))
    assert np.allclose(seconds.along, [50.0])
    assert np.allclose(seconds.against, [50.0])
    assert np.allclose(seconds.off_street(np.array([0.0, 30.0])), [0.0, 15.0])
    metres = impedance_for(network, Threshold("metres", 1.0))
    assert np.allclose(metres.along, [100.0])
    assert np.allclose(metres.off_street(np.array([0.0, 30.0])), [0.0, 30.0])
