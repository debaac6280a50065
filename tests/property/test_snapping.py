"""A place is tied to the nearest point of the whole network: shapely, asked for all, agrees."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from street_scenes import City, cities, edge_lines, laws, places_near

from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.snapping import snap, street_points

NANOMETRES_M = 2e-9
limits_m = st.sampled_from([0.0, 1.0, 40.0, 79.9, 80.0, 80.1, 120.0, 250.0, 5000.0])


@st.composite
def city_and_places(draw: st.DrawFn) -> tuple[City, NDArray[np.float64]]:
    city = draw(cities())
    places = draw(st.lists(places_near(city), min_size=1, max_size=12))
    return city, np.array(places, dtype=float).reshape(-1, 2)


@laws(100)
@given(city_and_places(), limits_m)
def test_the_distance_is_the_least_of_all_streets(
    drawn: tuple[City, NDArray[np.float64]], limit_m: float
) -> None:
    city, xy = drawn
    network = city.network()
    snaps = snap(StreetIndex.of(network), xy, off_street_limit_m=limit_m)
    lines = edge_lines(network)
    gaps = shapely.distance(shapely.points(xy)[:, None], lines[None, :])
    least = gaps.min(axis=1)
    doubtful = np.abs(least - limit_m) <= NANOMETRES_M
    assert np.array_equal(snaps.found[~doubtful], (least <= limit_m)[~doubtful])
    found = snaps.found
    assert np.allclose(snaps.off_street_m[found], least[found], rtol=0, atol=NANOMETRES_M)
    assert np.isinf(snaps.off_street_m[~found]).all()
    assert (snaps.vertex[~found] == -1).all()
    own = gaps[found, snaps.edge[found]]
    assert np.allclose(own, least[found], rtol=0, atol=NANOMETRES_M)


@laws(70)
@given(city_and_places())
def test_the_street_point_lies_at_its_position_and_distance(
    drawn: tuple[City, NDArray[np.float64]],
) -> None:
    city, xy = drawn
    network = city.network()
    index = StreetIndex.of(network)
    snaps = snap(index, xy, off_street_limit_m=5000.0)
    point = street_points(index, snaps)
    assert np.allclose(np.hypot(*(point - xy).T), snaps.off_street_m, rtol=0, atol=NANOMETRES_M)
    there = shapely.line_interpolate_point(edge_lines(network)[snaps.edge], snaps.position_m)
    gap_m = shapely.distance(there, shapely.points(point))
    assert gap_m.max() <= NANOMETRES_M
    assert (snaps.position_m >= 0).all()
    assert (snaps.position_m <= network.edge_length_m[snaps.edge]).all()


@laws(50)
@given(city_and_places())
def test_each_place_is_tied_as_if_it_were_alone(
    drawn: tuple[City, NDArray[np.float64]],
) -> None:
    city, xy = drawn
    index = StreetIndex.of(city.network())
    together = snap(index, xy, off_street_limit_m=250.0)
    for row in range(len(xy)):
        alone = snap(index, xy[row : row + 1], off_street_limit_m=250.0)
        assert alone.edge[0] == together.edge[row]
        assert alone.position_m[0] == together.position_m[row]
        assert alone.off_street_m[0] == together.off_street_m[row]


@laws(50)
@given(cities(), st.data())
def test_of_equally_near_edges_the_lowest_wins(city: City, data: st.DataObject) -> None:
    """At a node every edge that ends there is equally near: 0 metres."""
    network = city.network()
    node = data.draw(st.integers(0, network.n_nodes - 1))
    snaps = snap(StreetIndex.of(network), network.node_xy[[node]], off_street_limit_m=10.0)
    ends_there = np.flatnonzero((network.edge_node == node).any(axis=1))
    assert snaps.off_street_m[0] == 0.0
    assert snaps.edge[0] <= ends_there[0]


@laws(30)
@given(cities())
def test_a_place_on_a_junction_lies_at_the_very_end_of_its_street(city: City) -> None:
    """To the last bit: a search tells the end of a street from a place just before it."""
    network = city.network()
    found = snap(StreetIndex.of(network), network.node_xy, off_street_limit_m=0.0)
    length_m = network.edge_length_m[found.edge]
    at_start = network.edge_node[found.edge, 0] == np.arange(network.n_nodes)
    at_end = network.edge_node[found.edge, 1] == np.arange(network.n_nodes)
    crossed = ~at_start & ~at_end  # another street passes over the very spot
    exact = (at_start & (found.position_m == 0.0)) | (at_end & (found.position_m == length_m))
    assert (exact | crossed).all()
