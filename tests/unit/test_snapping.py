"""Places to streets, worked by hand."""

import numpy as np
import pytest
import shapely
from street_scenes import edge_lines
from toy_city import CORNER_M, network_of

from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.snapping import Snaps, snap, street_points


def snapped(*places: tuple[float, float], limit_m: float = 100.0) -> Snaps:
    """Tie places to an L: 300 m to the east, then 400 m to the north; one edge of 700 m."""
    network = network_of({1: (0, 0), 2: (300, 0), 3: (300, 400)}, {1: [1, 2, 3]})
    xy = np.array(places, dtype=float) + CORNER_M
    return snap(StreetIndex.of(network), xy, off_street_limit_m=limit_m)


def test_beside_a_street_the_leg_is_the_perpendicular() -> None:
    """(120, 30): 120 m along, 30 m off. (330, 150): 300 + 150 m along, 30 m off."""
    snaps = snapped((120, 30), (330, 150))
    assert np.allclose(snaps.position_m, [120, 450])
    assert np.allclose(snaps.off_street_m, [30, 30])
    assert snaps.vertex.tolist() == [0, 1]


def test_beyond_the_end_the_leg_runs_to_the_end() -> None:
    """(-30, -40) is 50 m from the start; (300, 430) 30 m from the end."""
    snaps = snapped((-30, -40), (300, 430))
    assert np.allclose(snaps.position_m, [0, 700])
    assert np.allclose(snaps.off_street_m, [50, 30])


def test_outside_a_bend_the_leg_runs_to_the_bend() -> None:
    """(330, -40) is 50 m from the corner, which lies 300 m along."""
    snaps = snapped((330, -40))
    assert np.allclose(snaps.position_m, [300])
    assert np.allclose(snaps.off_street_m, [50])


def test_the_limit_is_inclusive() -> None:
    """The toy city's metres are true to a nanometre, hence one more and one less."""
    assert snapped((120, 50), limit_m=50 + 1e-8).found.all()
    assert not snapped((120, 50), limit_m=50 - 1e-8).found.any()
    network = network_of({1: (0, 0), 2: (300, 0)}, {1: [1, 2]})
    on_street = snap(StreetIndex.of(network), network.node_xy, off_street_limit_m=0.0)
    assert on_street.found.all()


def test_a_place_without_a_street_or_position_is_tied_to_none() -> None:
    snaps = snapped((120, 101), (np.nan, 0), (np.inf, 0), (120, 99))
    assert snaps.found.tolist() == [False, False, False, True]
    assert snaps.edge.tolist() == [-1, -1, -1, 0]
    assert np.isinf(snaps.off_street_m[:3]).all()


@pytest.mark.parametrize("longest_m", [15.0, 60.0, 400.0])
def test_among_many_streets_the_nearest_is_found(longest_m: float) -> None:
    """400 streets strewn over 1 km²: the distance is the least that shapely finds of all."""
    rng = np.random.default_rng(1)
    start = rng.uniform(0, 1000, (400, 2))
    end = start + rng.uniform(-longest_m, longest_m, (400, 2))
    nodes = {i: (float(x), float(y)) for i, (x, y) in enumerate(np.concatenate([start, end]))}
    network = network_of(nodes, {i + 1: [i, 400 + i] for i in range(400)})
    xy = rng.uniform(-200, 1200, (2000, 2)) + CORNER_M
    snaps = snap(StreetIndex.of(network), xy, off_street_limit_m=170.0)
    gaps = shapely.distance(shapely.points(xy)[:, None], edge_lines(network)[None, :]).min(axis=1)
    assert np.array_equal(snaps.found, gaps <= 170.0)
    assert np.allclose(snaps.off_street_m[snaps.found], gaps[snaps.found], rtol=0, atol=1e-8)


def test_far_away_nothing_is_found_and_nothing_fails() -> None:
    far = snapped((1e7, -1e7), (-5e6, 3e6))
    assert not far.found.any()


def test_rows_can_be_taken_by_mask_and_by_number() -> None:
    snaps = snapped((120, 101), (120, 99), (200, 10))
    for rows in (snaps.found, np.array([1, 2])):
        taken = snaps.take(rows)
        assert np.allclose(taken.position_m, [120, 200])
        assert np.allclose(taken.xy - CORNER_M, [(120, 99), (200, 10)])
        assert taken.found.all()


def test_street_points_stand_on_the_street() -> None:
    """And a place without a street has none."""
    network = network_of({1: (0, 0), 2: (300, 0), 3: (300, 400)}, {1: [1, 2, 3]})
    index = StreetIndex.of(network)
    xy = np.array([(120, 30), (330, 150), (150, 200)], dtype=float) + CORNER_M
    points = street_points(index, snap(index, xy, off_street_limit_m=100.0)) - CORNER_M
    assert np.allclose(points[:2], [(120, 0), (300, 150)])
    assert np.isnan(points[2]).all()


def test_a_street_without_length_is_a_point_to_be_tied_to() -> None:
    network = network_of({1: (0, 0), 2: (0, 0)}, {1: [1, 2]})
    index = StreetIndex.of(network)
    snaps = snap(index, np.array([[3.0, 4.0]]) + CORNER_M, off_street_limit_m=10.0)
    assert np.allclose(snaps.off_street_m, [5.0])
    assert snaps.position_m.tolist() == [0.0]
    assert np.allclose(street_points(index, snaps) - CORNER_M, [(0.0, 0.0)])
