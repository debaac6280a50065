"""Costs on streets with one-way directions, unequal paces, closed edges and delays at junctions.

The networks are those of ``street_scenes``; their costs are drawn anew, without regard to lengths:
nothing, ordinary seconds, the price of a ferry, or no permission at all.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from split_graph import split_costs
from street_scenes import OFF_STREET_LIMIT_M, Scene, laws, scenes
from toy_city import grid_city

from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.profiles import walk
from facility_coverage.network.snapping import Snaps, snap
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel import blocks
from facility_coverage.travel.access import Access, measure_access, nearest_facility
from facility_coverage.travel.impedance import impedance_for
from facility_coverage.travel.times import each_alone, reach

FAR = Threshold("minutes", 1e9)
FACTORS = np.array([0.0, 0.25, 1.0, 1.0, 1.0, 2.5, 1e7, np.inf, np.inf])
DELAYS_S = np.array([0.0, 0.0, 0.0, 4.0, 12.5])
seeds = st.integers(0, 2**32 - 1)


def with_signs(network: StreetNetwork, seed: int, direction: str = "from") -> StreetNetwork:
    """Return a network whose directions and junctions were given costs by lot."""
    rng = np.random.default_rng(seed)
    cost_s = (
        network.edge_length_m[:, None]
        * np.where(np.isinf(FACTORS), 0.0, FACTORS)[
            (lot := rng.integers(0, len(FACTORS), network.edge_cost_s.shape))
        ]
    )
    cost_s[np.isinf(FACTORS)[lot]] = np.inf
    return replace(
        network,
        profile=network.profile.model_copy(update={"direction": direction}),
        edge_cost_s=cost_s,
        node_delay_s=rng.choice(DELAYS_S, network.n_nodes),
    )


def snapped(scene: Scene) -> tuple[Snaps, Snaps]:
    return (
        snap(scene.index, scene.facilities, off_street_limit_m=OFF_STREET_LIMIT_M),
        snap(scene.index, scene.homes, off_street_limit_m=OFF_STREET_LIMIT_M),
    )


def dense(access: Access) -> NDArray[np.float64]:
    table = np.full(access.od.shape, np.inf)
    row = np.repeat(np.arange(access.od.shape[0]), np.diff(access.od.indptr))
    table[row, access.od.indices] = access.od.data
    return table


def costs(
    network: StreetNetwork, facilities: Snaps, homes: Snaps, threshold: Threshold = FAR
) -> NDArray[np.float64]:
    return dense(measure_access(network, facilities, homes, (threshold,)))


def same(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Tell whether costs agree to a nanosecond, or to the last digits of those of ferries."""
    return np.allclose(one, other, rtol=1e-13, atol=1e-9)


@laws(60)
@given(scenes(), seeds)
def test_every_cost_is_that_of_networkx_on_split_edges(scene: Scene, seed: int) -> None:
    network, (facilities, homes) = with_signs(scene.network, seed), snapped(scene)
    assert same(costs(network, facilities, homes), split_costs(network, facilities, homes))


@laws(40)
@given(scenes(), seeds)
def test_on_the_way_to_the_facility_it_is_the_home_that_the_way_starts_from(
    scene: Scene, seed: int
) -> None:
    network, (facilities, homes) = with_signs(scene.network, seed, "to"), snapped(scene)
    housed = homes.take(homes.found)
    back = split_costs(network, housed, facilities).T
    assert same(costs(network, facilities, homes)[:, homes.found], back)


@laws(20)
@given(scenes(), seeds)
def test_from_on_the_streets_turned_round_is_to(scene: Scene, seed: int) -> None:
    network, (facilities, homes) = with_signs(scene.network, seed, "to"), snapped(scene)
    turned = replace(
        network,
        profile=network.profile.model_copy(update={"direction": "from"}),
        edge_cost_s=network.edge_cost_s[:, ::-1],
    )
    one, other = costs(network, facilities, homes), costs(turned, facilities, homes)
    assert np.array_equal(one, other)


@laws(30)
@given(scenes(), seeds)
def test_the_winner_is_a_facility_at_the_least_cost(scene: Scene, seed: int) -> None:
    network, (facilities, homes) = with_signs(scene.network, seed), snapped(scene)
    table = costs(network, facilities, homes)
    nearest = nearest_facility(network, facilities, homes)
    assert np.array_equal(nearest.cost, table.min(axis=0))
    served = np.isfinite(nearest.cost)
    assert (nearest.origin[~served] == -1).all()
    own = table[nearest.origin[served], np.flatnonzero(served)]
    assert np.array_equal(own, nearest.cost[served])


@laws(30)
@given(scenes(), seeds)
def test_of_facilities_on_one_spot_the_first_wins(scene: Scene, seed: int) -> None:
    network, (facilities, homes) = with_signs(scene.network, seed), snapped(scene)
    count = len(facilities.edge)
    twice = facilities.take(np.tile(np.arange(count), 2))
    one, two = (nearest_facility(network, some, homes) for some in (facilities, twice))
    assert np.array_equal(one.origin, two.origin)
    assert np.array_equal(one.cost, two.cost)


@laws(20)
@given(scenes(), seeds)
def test_the_order_of_facilities_changes_no_cost(scene: Scene, seed: int) -> None:
    network, (facilities, homes) = with_signs(scene.network, seed), snapped(scene)
    order = np.random.default_rng(seed).permutation(len(facilities.edge))
    shuffled = facilities.take(order)
    one, other = costs(network, facilities, homes), costs(network, shuffled, homes)
    assert np.array_equal(one[order], other)
    nearest = nearest_facility(network, shuffled, homes)
    assert np.array_equal(nearest.cost, nearest_facility(network, facilities, homes).cost)


@laws(20)
@given(scenes(), seeds)
def test_one_more_facility_raises_no_cost(scene: Scene, seed: int) -> None:
    network, (facilities, homes) = with_signs(scene.network, seed), snapped(scene)
    fewer = facilities.take(np.arange(len(facilities.edge) - 1))
    more = nearest_facility(network, facilities, homes).cost
    assert (more <= nearest_facility(network, fewer, homes).cost).all()


@laws(30)
@given(scenes(), seeds)
def test_a_street_that_opens_raises_no_cost(scene: Scene, seed: int) -> None:
    """The same streets, some directions of which are closed by lot."""
    network, (facilities, homes) = with_signs(scene.network, seed), snapped(scene)
    closed = np.random.default_rng(seed + 1).random(network.edge_cost_s.shape) < 0.3
    fewer = replace(network, edge_cost_s=np.where(closed, np.inf, network.edge_cost_s))
    assert (costs(network, facilities, homes) <= costs(fewer, facilities, homes)).all()


@laws(20)
@given(scenes(), seeds, st.sampled_from([2.0, 4.0, 36.0]))
def test_metres_are_seconds_at_one_speed_and_respect_one_way_streets(
    scene: Scene, seed: int, speed_kph: float
) -> None:
    facilities, homes = snapped(scene)
    closed = np.random.default_rng(seed).random(scene.network.edge_cost_s.shape) < 0.3
    network = replace(
        scene.network,
        profile=walk(speed_kph),
        edge_cost_s=np.where(
            closed, np.inf, scene.network.edge_length_m[:, None] * 3.6 / speed_kph
        ),
    )
    in_s = costs(network, facilities, homes)
    in_m = costs(network, facilities, homes, Threshold("metres", 1e9))
    assert same(in_s * speed_kph / 3.6, in_m)


@laws(20)
@given(scenes(), seeds, st.sampled_from([20.0, 100.0, 300.0, 1e4]))
def test_a_limit_hides_what_is_beyond_it_and_changes_nothing_else(
    scene: Scene, seed: int, limit_s: float
) -> None:
    network, (facilities, homes) = with_signs(scene.network, seed), snapped(scene)
    everything = costs(network, facilities, homes)
    within = costs(network, facilities, homes, Threshold("minutes", limit_s / 60.0))
    limit_s = Threshold("minutes", limit_s / 60.0).limit
    assert np.array_equal(within, np.where(everything <= limit_s, everything, np.inf))


@pytest.fixture(scope="module")
def lattice() -> tuple[StreetNetwork, Snaps, Snaps]:
    """Return 20 × 20 blocks with signs, 300 facilities and 400 homes."""
    network = with_signs(grid_city(20, 20), 7)
    rng = np.random.default_rng(7)
    low, high = network.node_xy.min(axis=0), network.node_xy.max(axis=0)
    index = StreetIndex.of(network)
    facilities, homes = (
        snap(index, rng.uniform(low, high, (count, 2)), off_street_limit_m=100.0)
        for count in (300, 400)
    )
    return network, facilities, homes


@pytest.mark.parametrize("threads", [2, 5])
def test_threads_change_nothing(lattice: tuple[StreetNetwork, Snaps, Snaps], threads: int) -> None:
    network, facilities, homes = lattice
    threshold = Threshold("minutes", 10.0)
    one, many = (
        measure_access(network, facilities, homes, (threshold,), threads=count)
        for count in (1, threads)
    )
    for name in ("offset", "node", "cost", "origin"):
        assert getattr(one.found, name).tobytes() == getattr(many.found, name).tobytes()
    for name in ("indptr", "indices", "data"):
        assert getattr(one.od, name).tobytes() == getattr(many.od, name).tobytes()
    assert one.least.tobytes() == many.least.tobytes()


def test_room_is_made_where_it_runs_out(
    lattice: tuple[StreetNetwork, Snaps, Snaps], monkeypatch: pytest.MonkeyPatch
) -> None:
    network, facilities, homes = lattice
    few = facilities.take(np.arange(3))
    ample = measure_access(network, few, homes, (FAR,))
    monkeypatch.setattr(blocks, "FIRST_ROOM", 1)
    monkeypatch.setattr(blocks, "ROOM_GROWTH", 1)
    scant = measure_access(network, few, homes, (FAR,))
    assert np.array_equal(ample.found.node, scant.found.node)
    assert np.array_equal(ample.found.cost, scant.found.cost)
    assert np.array_equal(dense(ample), dense(scant))


def test_a_search_meets_each_node_once(lattice: tuple[StreetNetwork, Snaps, Snaps]) -> None:
    network, facilities, _ = lattice
    found = reach(network, each_alone(facilities), impedance_for(network, FAR), np.inf)
    group = np.repeat(np.arange(len(facilities.edge)), np.diff(found.offset))
    pairs = group * network.n_nodes + found.node
    assert len(np.unique(pairs)) == len(pairs)
    assert np.array_equal(found.origin, group)
