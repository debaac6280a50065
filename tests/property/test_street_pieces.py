"""Reached street pieces: cut at the exact second, and a sound arithmetic of what is left."""

from itertools import pairwise

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.ops import substring
from street_scenes import OFF_STREET_LIMIT_M, City, Scene, cities, edge_lines, laws, scenes

from facility_coverage.network.snapping import snap
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.impedance import impedance_for
from facility_coverage.travel.service_areas import (
    StreetPieces,
    complement,
    difference,
    length_within,
    piece_lines,
    reached_pieces,
)
from facility_coverage.travel.times import each_alone, reach

ROUNDING_M = 1e-8
limits_s = st.one_of(st.sampled_from([1.0, 60.0, 300.0, 600.0, 900.0, 1e6]), st.floats(1.0, 1500.0))


def reached(scene: Scene, limit: float, facilities: slice = slice(None)) -> StreetPieces:
    network, impedance = scene.network, impedance_for(scene.network, Threshold("minutes", 1.0))
    places = scene.facilities[facilities]
    origins = each_alone(snap(scene.index, places, off_street_limit_m=OFF_STREET_LIMIT_M))
    found = reach(network, origins, impedance, limit)
    return reached_pieces(network, origins, found, impedance, limit)


def is_sound(network: StreetNetwork, pieces: StreetPieces) -> bool:
    """Tell whether pieces are sorted, of some length, within their edges and apart."""
    inside = (pieces.start_m >= 0) & (pieces.end_m <= network.edge_length_m[pieces.edge])
    same = np.diff(pieces.edge) == 0
    return bool(
        (pieces.start_m < pieces.end_m).all()
        and inside.all()
        and (np.diff(pieces.edge) >= 0).all()
        and (pieces.start_m[1:] > pieces.end_m[:-1])[same].all()
    )


@laws(70)
@given(scenes(), limits_s)
def test_the_reached_length_is_that_of_the_raw_segments(scene: Scene, limit: float) -> None:
    pieces = reached(scene, limit)
    plain = scene.city.plain
    spots = [plain.spot(xy, OFF_STREET_LIMIT_M) for xy in scene.facilities]
    expected = plain.reached_m([spot for spot in spots if spot is not None], limit)
    assert is_sound(scene.network, pieces)
    assert abs(pieces.length_m - expected) <= ROUNDING_M


@laws(30)
@given(scenes(), limits_s)
def test_a_place_on_a_street_is_within_reach_where_its_piece_is(scene: Scene, limit: float) -> None:
    """Cut pieces and travel costs tell the same of every point of every street."""
    network, plain = scene.network, scene.city.plain
    pieces = reached(scene, limit)
    edge = np.repeat(np.arange(network.n_edges), 5)
    position_m = network.edge_length_m[edge] * np.tile(
        [0.03, 0.25, 0.5, 0.77, 0.99], len(edge) // 5
    )
    xy = shapely.get_coordinates(
        shapely.line_interpolate_point(edge_lines(network)[edge], position_m)
    )
    clear = [plain.is_clear(place, OFF_STREET_LIMIT_M) for place in xy]
    costs = plain.costs_m(
        [plain.spot(place, OFF_STREET_LIMIT_M) for place in scene.facilities],
        [plain.spot(place, OFF_STREET_LIMIT_M) for place in xy],
    ).min(axis=0)
    for row in np.flatnonzero(clear & (np.abs(costs - limit) > 1e-6)):
        own = pieces.edge == edge[row]
        inside = (pieces.start_m[own] <= position_m[row]) & (position_m[row] <= pieces.end_m[own])
        assert inside.any() == (costs[row] <= limit)


@laws(30)
@given(scenes())
def test_wider_circles_hold_narrower_ones(scene: Scene) -> None:
    circles = [reached(scene, limit) for limit in (300.0, 600.0, 900.0)]
    for inner, outer in pairwise(circles):
        assert difference(scene.network, inner, outer).length_m <= ROUNDING_M


@laws(30)
@given(scenes(), limits_s)
def test_one_more_facility_takes_no_street_away(scene: Scene, limit: float) -> None:
    for count in range(1, len(scene.facilities)):
        fewer, more = reached(scene, limit, slice(count)), reached(scene, limit, slice(count + 1))
        assert difference(scene.network, fewer, more).length_m <= ROUNDING_M


@st.composite
def network_and_pieces(draw: st.DrawFn) -> tuple[StreetNetwork, list[StreetPieces]]:
    """Draw a network and three sets of pieces of its edges."""
    network = draw(cities()).network()
    cuts = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.5 + 1e-9, 0.9, 1.0]), unique=True)
    drawn = []
    for _ in range(3):
        edge, start, end = [], [], []
        for row in range(network.n_edges):
            marks = sorted(draw(cuts))
            for low, high in list(pairwise(marks))[::2]:
                edge.append(row)
                start.append(low * network.edge_length_m[row])
                end.append(high * network.edge_length_m[row])
        drawn.append(StreetPieces(np.array(edge, dtype=np.int64), np.array(start), np.array(end)))
    return network, drawn


@laws(50)
@given(network_and_pieces())
def test_pieces_and_the_rest_are_the_whole(drawn: tuple[StreetNetwork, list[StreetPieces]]) -> None:
    network, (pieces, _, _) = drawn
    rest = complement(network, pieces)
    whole_m = network.edge_length_m.sum()
    assert is_sound(network, rest)
    assert abs(pieces.length_m + rest.length_m - whole_m) <= ROUNDING_M
    assert length_within(network, rest, pieces).sum() <= ROUNDING_M
    again = complement(network, rest)
    for name in ("edge", "start_m", "end_m"):
        assert np.array_equal(getattr(again, name), getattr(pieces, name))


@laws(50)
@given(network_and_pieces())
def test_what_is_taken_and_what_is_left_are_the_pieces(
    drawn: tuple[StreetNetwork, list[StreetPieces]],
) -> None:
    network, (pieces, taken, third) = drawn
    left = difference(network, pieces, taken)
    common = length_within(network, pieces, taken)
    assert is_sound(network, left)
    assert (common >= -ROUNDING_M).all()
    assert (common <= pieces.end_m - pieces.start_m + ROUNDING_M).all()
    assert abs(left.length_m + common.sum() - pieces.length_m) <= ROUNDING_M
    assert abs(common.sum() - length_within(network, taken, pieces).sum()) <= ROUNDING_M
    assert abs(length_within(network, left, taken).sum()) <= ROUNDING_M
    in_turn = difference(network, left, third)
    at_once = difference(network, difference(network, pieces, third), taken)
    assert abs(in_turn.length_m - at_once.length_m) <= ROUNDING_M


@laws(30)
@given(network_and_pieces())
def test_nothing_taken_leaves_all_and_all_taken_leaves_nothing(
    drawn: tuple[StreetNetwork, list[StreetPieces]],
) -> None:
    network, (pieces, _, _) = drawn
    nothing = StreetPieces(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))
    everything = complement(network, nothing)
    assert everything.length_m == network.edge_length_m.sum()
    assert difference(network, pieces, nothing).length_m == pieces.length_m
    assert len(difference(network, pieces, everything).edge) == 0
    assert not length_within(network, pieces, nothing).any()
    within = length_within(network, pieces, everything)
    assert np.allclose(within, pieces.end_m - pieces.start_m, rtol=0, atol=ROUNDING_M)


def drawn_on(lines: NDArray[np.object_], pieces: StreetPieces) -> list[shapely.LineString]:
    return [
        substring(lines[edge], start, end)
        for edge, start, end in zip(pieces.edge, pieces.start_m, pieces.end_m, strict=True)
    ]


@laws(50)
@given(network_and_pieces())
def test_lines_follow_the_true_shape(drawn: tuple[StreetNetwork, list[StreetPieces]]) -> None:
    network, (pieces, _, _) = drawn
    lines = piece_lines(network, pieces)
    assert np.allclose(
        shapely.length(lines), pieces.end_m - pieces.start_m, rtol=0, atol=ROUNDING_M
    )
    for line, expected in zip(lines, drawn_on(edge_lines(network), pieces), strict=True):
        assert shapely.hausdorff_distance(line, expected) <= 1e-6


@laws(20)
@given(cities(), st.sampled_from([1e-13, 1e-12, 1e-11, 1e-9]))
def test_a_sliver_at_the_end_of_an_edge_is_a_line(city: City, sliver_m: float) -> None:
    """What is left of a minute may pay for less than a coordinate can tell."""
    network = city.network()
    length_m = network.edge_length_m
    pieces = StreetPieces(np.arange(network.n_edges), length_m - sliver_m, length_m)
    some = pieces.start_m < pieces.end_m
    pieces = StreetPieces(pieces.edge[some], pieces.start_m[some], pieces.end_m[some])
    lines = piece_lines(network, pieces)
    assert (shapely.length(lines) <= 2e-9).all()
