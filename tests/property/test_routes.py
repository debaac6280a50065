"""Travel costs are those of a plain Dijkstra over the raw ways, whatever the streets look like."""

from itertools import pairwise

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from plain_routes import Spot
from street_scenes import OFF_STREET_LIMIT_M, City, Scene, cities, clear_places, laws, scenes

from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.snapping import Snaps, snap
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import Access, measure_access, nearest_facility
from facility_coverage.travel.impedance import impedance_for
from facility_coverage.travel.times import each_alone, reach

EXACT_S = 1e-9
FAR = Threshold("minutes", 1e6)
limits_min = st.sampled_from([0.5, 1.0, 3.0, 5.0, 7.5, 10.0, 1e6])


def snapped(scene: Scene) -> tuple[Snaps, Snaps]:
    return (
        snap(scene.index, scene.facilities, off_street_limit_m=OFF_STREET_LIMIT_M),
        snap(scene.index, scene.homes, off_street_limit_m=OFF_STREET_LIMIT_M),
    )


def access(scene: Scene, threshold: Threshold = FAR) -> Access:
    facilities, homes = snapped(scene)
    return measure_access(scene.network, facilities, homes, (threshold,))


def dense(found: Access) -> NDArray[np.float64]:
    """Return costs as a full table; what is not stored is out of reach."""
    table = np.full(found.od.shape, np.inf)
    row = np.repeat(np.arange(found.od.shape[0]), np.diff(found.od.indptr))
    table[row, found.od.indices] = found.od.data
    return table


def spots(city: City, places: NDArray[np.float64]) -> list[Spot | None]:
    return [city.plain.spot(xy, OFF_STREET_LIMIT_M) for xy in places]


def plain_costs(scene: Scene) -> NDArray[np.float64]:
    city = scene.city
    return city.plain.costs_m(spots(city, scene.facilities), spots(city, scene.homes))


def same(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Tell whether costs agree to a nanosecond, out of reach included."""
    finite = np.isfinite(one)
    if not np.array_equal(finite, np.isfinite(other)):
        return False
    return bool(np.abs(one[finite] - other[finite]).max(initial=0.0) <= EXACT_S)


@laws(70)
@given(scenes())
def test_every_cost_is_that_of_a_plain_dijkstra_over_raw_segments(scene: Scene) -> None:
    assert same(dense(access(scene)), plain_costs(scene))


@laws(30)
@given(scenes(), limits_min)
def test_a_limit_hides_what_is_beyond_it_and_changes_nothing_else(
    scene: Scene, minutes: float
) -> None:
    threshold = Threshold("minutes", minutes)
    expected = plain_costs(scene)
    assume(not (np.abs(expected - threshold.limit) <= EXACT_S).any())
    assert same(
        dense(access(scene, threshold)),
        np.where(expected <= threshold.limit, expected, np.inf),
    )


@laws(30)
@given(scenes())
def test_the_nearest_facility_is_the_least_of_all(scene: Scene) -> None:
    facilities, homes = snapped(scene)
    nearest_s = nearest_facility(scene.network, facilities, homes).cost
    assert np.array_equal(nearest_s, dense(access(scene)).min(axis=0))
    assert same(nearest_s, plain_costs(scene).min(axis=0))


@laws(20)
@given(scenes())
def test_a_search_lists_exactly_the_nodes_within_its_limit_itself_included(scene: Scene) -> None:
    """The limits tried are the costs of the nodes themselves, to the last bit."""
    network, (facilities, _) = scene.network, snapped(scene)
    origins, impedance = each_alone(facilities), impedance_for(network, FAR)
    everything = reach(network, origins, impedance, np.inf)
    for limit in np.unique(everything.cost).tolist():
        within = reach(network, origins, impedance, limit)
        for group in range(len(facilities.edge)):
            own, known = within.of_group(group), everything.of_group(group)
            near = known.cost <= limit
            assert dict(zip(own.node.tolist(), own.cost.tolist(), strict=True)) == dict(
                zip(known.node[near].tolist(), known.cost[near].tolist(), strict=True)
            )


@laws(20)
@given(scenes())
def test_a_larger_limit_reaches_the_same_and_more_at_the_same_cost(scene: Scene) -> None:
    reached = [dense(access(scene, Threshold("minutes", value))) for value in (5.0, 10.0, 15.0)]
    for small, large in pairwise(reached):
        within = np.isfinite(small)
        assert np.array_equal(small[within], large[within])


@laws(20)
@given(scenes(), st.sampled_from([3.0, 3.6, 4.0, 5.0]))
def test_minutes_are_metres_at_the_speed_of_the_profile(scene: Scene, speed_kph: float) -> None:
    network = scene.city.network(speed_kph)
    facilities, homes = snapped(scene)
    in_s = measure_access(network, facilities, homes, (FAR,))
    in_m = measure_access(network, facilities, homes, (Threshold("metres", 1e9),))
    assert same(dense(in_s) * speed_kph / 3.6, dense(in_m))


@laws(20)
@given(scenes())
def test_one_more_facility_never_makes_anybody_walk_further(scene: Scene) -> None:
    costs = dense(access(scene))
    for row in range(1, len(scene.facilities)):
        fewer = Scene(scene.city, scene.facilities[:row], scene.homes)
        assert np.array_equal(access(fewer).least, costs[:row].min(axis=0))
        assert (costs[: row + 1].min(axis=0) <= access(fewer).least).all()


@laws(30)
@given(scenes(), st.integers(0, 2**32 - 1))
def test_the_order_of_rows_changes_no_cost(scene: Scene, seed: int) -> None:
    rng = np.random.default_rng(seed)
    f = rng.permutation(len(scene.facilities))
    h = rng.permutation(len(scene.homes))
    shuffled = Scene(scene.city, scene.facilities[f], scene.homes[h])
    assert np.array_equal(dense(access(shuffled)), dense(access(scene))[np.ix_(f, h)])
    assert np.array_equal(access(shuffled).least, access(scene).least[h])


@laws(30)
@given(scenes(), st.data())
def test_how_ways_are_numbered_drawn_and_parted_changes_no_cost(
    scene: Scene, data: st.DataObject
) -> None:
    """The same streets, their ways renumbered, some drawn backwards, some drawn in two parts."""
    parts: list[list[int]] = []
    for way in scene.city.ways.values():
        at = data.draw(st.integers(0, len(way) - 1))
        pieces = [way[: at + 1], way[at:]] if 0 < at < len(way) - 1 else [way]
        parts += [piece[::-1] if data.draw(st.booleans()) else piece for piece in pieces]
    order = data.draw(st.permutations(range(len(parts))))
    redrawn = City(scene.city.nodes, {number + 1: parts[row] for number, row in enumerate(order)})
    other = Scene(redrawn, scene.facilities, scene.homes)
    assert same(dense(access(other)), dense(access(scene)))


def rows_of(network: StreetNetwork, ids: list[int]) -> NDArray[np.intp]:
    """Return where nodes stand in a network, by their OSM ids."""
    order = np.argsort(network.node_id)
    return order[np.searchsorted(network.node_id[order], ids)]


def at_nodes(network: StreetNetwork, ids: list[int]) -> Snaps:
    """Tie places to nodes, by the first edge that ends there."""
    edge, vertex, position_m = [], [], []
    nodes = rows_of(network, ids)
    for node in nodes.tolist():
        one = int(np.flatnonzero((network.edge_node == node).any(axis=1))[0])
        at_start = network.edge_node[one, 0] == node
        edge.append(one)
        vertex.append(
            network.vertex_offset[one] if at_start else network.vertex_offset[one + 1] - 2
        )
        position_m.append(0.0 if at_start else network.edge_length_m[one])
    xy = network.node_xy[nodes]
    return Snaps(
        xy,
        np.array(edge, dtype=np.int32),
        np.array(vertex, dtype=np.int64),
        np.array(position_m),
        np.zeros(len(ids)),
    )


def node_costs(network: StreetNetwork, ids: list[int]) -> NDArray[np.float64]:
    """Return the cost between nodes, found by the search over nodes alone."""
    impedance = impedance_for(network, FAR)
    found = reach(network, each_alone(at_nodes(network, ids)), impedance, np.inf)
    table = np.full((len(ids), network.n_nodes), np.inf)
    table[np.repeat(np.arange(len(ids)), np.diff(found.offset)), found.node] = found.cost
    return table[:, rows_of(network, ids)]


@laws(40)
@given(cities(), st.data())
def test_one_more_street_never_makes_two_old_nodes_further_apart(
    city: City, data: st.DataObject
) -> None:
    more = st.lists(st.sampled_from(sorted(city.nodes)), min_size=2, max_size=5)
    wider = City(city.nodes, {**city.ways, 999: data.draw(more)})
    before, after = city.network(), wider.network()
    ids = sorted(set(before.node_id.tolist()) & set(after.node_id.tolist()))
    assume(ids)
    old, new = node_costs(before, ids), node_costs(after, ids)
    reached = np.isfinite(old)
    assert np.isfinite(new[reached]).all()
    assert (new[reached] <= old[reached] + EXACT_S).all()


@laws(30)
@given(cities(), st.data())
def test_the_way_there_is_as_long_as_the_way_back(city: City, data: st.DataObject) -> None:
    places = data.draw(clear_places(city, min_size=2, max_size=5, with_street=True))
    network = city.network()
    snaps = snap(StreetIndex.of(network), places, off_street_limit_m=OFF_STREET_LIMIT_M)
    costs = dense(measure_access(network, snaps, snaps, (FAR,)))
    assert same(costs, costs.T)
    assert np.allclose(np.diag(costs), 2 * snaps.off_street_m, rtol=0, atol=EXACT_S)
