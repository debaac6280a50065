"""Slopes: Tobler's function, pieces of long segments, and what leaves the ground."""

import math
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from street_scenes import laws
from toy_city import CORNER_M, CRS, network_of
from toy_osm import Way, write_osm

from facility_coverage.errors import InputError
from facility_coverage.inputs.elevation import Elevation
from facility_coverage.network.build import read_network
from facility_coverage.network.profiles import shipped_profile, walk
from facility_coverage.network.slope import tobler_factor
from facility_coverage.network.street_network import StreetNetwork

PIXEL_M = 100.0


def ground(height_m: list[float]) -> Elevation:
    """Return ground whose heights stand at x = 0, 100, 200 … m from the corner, for every y."""
    grid = np.tile(np.array(height_m), (5, 1))
    to_pixel = ~rasterio.Affine(
        PIXEL_M, 0.0, CORNER_M[0] - PIXEL_M / 2, 0.0, -PIXEL_M, CORNER_M[1] + 2.5 * PIXEL_M
    )
    return Elevation(Path(__file__), grid, to_pixel, (0, 0), CRS)


def street(
    nodes: list[float], heights_m: list[float], tags: dict[str, str] | None = None
) -> StreetNetwork:
    """Build a street along y = 0 through nodes at these x; at 3.6 km/h a flat metre is a second."""
    places = {i + 1: (x, 0.0) for i, x in enumerate(nodes)}
    way = {1: list(places)}
    return network_of(places, way, walk(3.6), tags={1: tags or {}}, elevation=ground(heights_m))


def test_tobler() -> None:
    grades = np.array([0.0, -0.05, -0.1, 0.1, 0.5])
    expected = [1.0, math.exp(0.175), 1.0, math.exp(-0.35), math.exp(-1.75)]
    assert tobler_factor(grades) == pytest.approx(expected)
    assert tobler_factor(np.array([0.0]))[0] == 1.0  # to the last bit: the flat stays flat


@laws(50)
@given(st.floats(0.0, 3.0))
def test_nobody_climbs_as_fast_as_he_descends(grade: float) -> None:
    up, down = tobler_factor(np.array([grade, -grade]))
    assert up <= down
    assert up < down or grade < 1e-9


def test_up_is_slower_than_down_and_down_faster_than_flat() -> None:
    """5 m over 100 m: 5 % down is Tobler's fastest."""
    network = street([0.0, 100.0], [0.0, 5.0, 10.0])
    ((up, down),) = network.edge_cost_s.tolist()
    assert up == pytest.approx(100 * math.exp(0.175), rel=1e-6)
    assert down == pytest.approx(100 * math.exp(-0.175), rel=1e-6)
    assert network.elevation is not None
    assert network.source["filled_heights"] == 0


def test_a_long_segment_climbs_over_the_hill_between_its_ends() -> None:
    """200 m over a hill of 10 m, both ends at one height: two pieces of 10 % up and down."""
    network = street([0.0, 200.0], [0.0, 10.0, 0.0])
    expected = 100 * math.exp(0.35) + 100
    assert network.edge_cost_s[0] == pytest.approx([expected, expected], rel=1e-6)


def test_a_node_stays_where_the_slope_changes_and_goes_where_it_does_not() -> None:
    """Flat, flat, up: the node at 100 m goes, that at 200 m stays."""
    network = street([0.0, 100.0, 200.0, 300.0], [7.0, 7.0, 7.0, 17.0, 27.0])
    assert network.node_id.tolist() == [1, 3, 4]


@pytest.mark.parametrize("tags", [{"bridge": "yes"}, {"tunnel": "yes"}, {"bridge": "viaduct"}])
def test_a_bridge_does_not_descend_into_its_valley(tags: dict[str, str]) -> None:
    """Both banks at 50 m, the river at 0 m; and a bridge from 50 m to 60 m rises evenly."""
    level = street([0.0, 100.0, 200.0], [50.0, 0.0, 50.0], tags)
    assert level.edge_cost_s.tolist() == [pytest.approx([200.0, 200.0])]
    rising = street([0.0, 30.0, 100.0, 200.0], [50.0, 0.0, 60.0], tags)
    seconds = rising.edge_cost_s.sum(axis=0)
    assert seconds == pytest.approx([200 * math.exp(0.175), 200 * math.exp(-0.175)], rel=1e-6)


def test_on_level_ground_the_network_is_the_flat_one() -> None:
    nodes = {1: (0.0, 0.0), 2: (130.0, 20.0), 3: (260.0, -40.0), 4: (130.0, -90.0)}
    ways = {1: [1, 2, 3], 2: [2, 4]}
    flat = network_of(nodes, ways)
    level = network_of(nodes, ways, elevation=ground([713.3] * 5))
    for name in ("node_id", "edge_node", "edge_length_m", "edge_cost_s", "vertex_xy"):
        assert np.array_equal(getattr(flat, name), getattr(level, name))


def test_a_street_without_length_has_no_slope() -> None:
    nodes = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (100.0, 0.0)}
    network = network_of(nodes, {1: [1, 2], 2: [2, 3]}, elevation=ground([0.0, 50.0, 0.0]))
    assert np.isfinite(network.edge_cost_s).all()
    assert 0.0 in network.edge_cost_s


def test_a_hole_between_two_nodes_is_told() -> None:
    """The nodes have heights, the ground half-way has none."""
    with pytest.raises(InputError, match="no height at"):
        street([0.0, 400.0], [0.0, 0.0, math.nan, 0.0, 0.0, 0.0])


def test_a_profile_that_knows_no_slope_refuses_them(tmp_path: Path) -> None:
    nodes = {1: (1.0, 42.0), 2: (1.001, 42.0)}
    path = write_osm(tmp_path / "a.osm", nodes, {1: Way([1, 2], {"highway": "residential"})})
    with pytest.raises(InputError, match=r"dem\.tif: profile car does not say how slopes change"):
        read_network(path, shipped_profile("car"), elevation=tmp_path / "dem.tif")
