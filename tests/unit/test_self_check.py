"""A self-check finds what is wrong: circles that were tampered with fail it."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from drawn_circles import circle_layer
from toy_city import CORNER_M, grid_city

from facility_coverage.figures import check_notes
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.impedance import impedance_for
from facility_coverage.travel.self_check import SelfCheck, self_check

LIMIT_M = 120.0
FACILITIES = np.array([(210.0, 190.0), (520.0, 390.0)]) + CORNER_M
THRESHOLDS = (Threshold("minutes", 3.0), Threshold("minutes", 5.0))


@pytest.fixture(scope="module")
def network() -> StreetNetwork:
    return grid_city(8, 7)


@pytest.fixture(scope="module")
def layer(network: StreetNetwork) -> gpd.GeoDataFrame:
    return circle_layer(network, FACILITIES, THRESHOLDS, cell_m=10.0, limit_m=LIMIT_M)


def check(network: StreetNetwork, layer: gpd.GeoDataFrame, **options: int) -> SelfCheck:
    impedance = impedance_for(network, THRESHOLDS[0])
    return self_check(network, impedance, FACILITIES, layer, off_street_limit_m=LIMIT_M, **options)


def test_circles_as_they_are_drawn_keep_the_guarantee(
    network: StreetNetwork, layer: gpd.GeoDataFrame
) -> None:
    """Two facilities and their union, two limits: 600 places are 100 for each of six polygons."""
    found = check(network, layer, points=600)
    assert found.failures == 0
    assert found.points == 600
    assert 100 < found.inside < 500
    assert found.bound_s == pytest.approx(10.0 * np.sqrt(2.0))  # a metre takes a second
    assert found.largest_overshoot_s is not None
    assert 0.0 < found.largest_overshoot_s <= found.bound_s
    assert 0.0 < found.largest_miss_s <= found.bound_s


def test_the_same_seed_draws_the_same_places(
    network: StreetNetwork, layer: gpd.GeoDataFrame
) -> None:
    assert check(network, layer) == check(network, layer)
    assert check(network, layer) != check(network, layer, seed=2)


def test_a_circle_that_is_too_large_fails(network: StreetNetwork, layer: gpd.GeoDataFrame) -> None:
    generous = layer.assign(geometry=layer.geometry.buffer(40.0))
    found = check(network, generous)
    assert found.failures > 0
    assert found.largest_overshoot_s is None or found.largest_overshoot_s > found.bound_s


def test_a_circle_that_is_too_small_fails(network: StreetNetwork, layer: gpd.GeoDataFrame) -> None:
    strict = layer.assign(geometry=layer.geometry.buffer(-40.0))
    found = check(network, strict)
    assert found.failures > 0
    assert found.largest_miss_s > found.bound_s


def test_a_place_inside_that_cannot_be_reached_at_all_has_no_overshoot_to_tell(
    network: StreetNetwork, layer: gpd.GeoDataFrame
) -> None:
    far = [shapely.MultiPolygon([shapely.box(*shape.bounds)]) for shape in layer.geometry]
    moved = layer.assign(geometry=[shapely.transform(s, lambda xy: xy + 5000.0) for s in far])
    found = check(network, moved)
    assert found.largest_overshoot_s is None
    assert found.failures == found.inside


def test_an_empty_circle_has_no_places(network: StreetNetwork, layer: gpd.GeoDataFrame) -> None:
    empty = layer.assign(geometry=[shapely.MultiPolygon()] * len(layer))
    assert check(network, empty).points == 0


def test_metres_are_told_as_the_time_of_walking_them(network: StreetNetwork) -> None:
    thresholds = (Threshold("metres", 300.0),)
    layer = circle_layer(network, FACILITIES, thresholds, cell_m=10.0, limit_m=LIMIT_M)
    found = self_check(
        network,
        impedance_for(network, thresholds[0]),
        FACILITIES,
        layer,
        off_street_limit_m=LIMIT_M,
    )
    assert found.failures == 0
    assert found.bound_s == pytest.approx(10.0 * np.sqrt(2.0))


def test_a_failure_is_said_aloud() -> None:
    good = SelfCheck(300, 150, 3.0, 4.0, 25.5, 2, 0).figures()
    bad = SelfCheck(300, 150, 90.0, 4.0, 25.46, 2, 7).figures()
    assert check_notes({"minutes": good}, "en") == ()
    (sentence,) = check_notes({"minutes": good, "metres": bad}, "en")
    assert "FAILED their self-check at 7 of 300 places: within 25.5 s" in sentence
    assert "自检未通过" in check_notes({"metres": bad}, "zh")[0]
