"""The guarantee of isochrones on real streets: on foot and, along one-way streets, by car."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from drawn_circles import circle_layer, places_on
from numpy.typing import NDArray

from facility_coverage.network.build import read_network
from facility_coverage.network.profiles import shipped_profile
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.impedance import impedance_for
from facility_coverage.travel.self_check import self_check
from facility_coverage.travel.times import all_together, reach

EXTRACTS = {
    "las_palmas": "las_palmas_2023-02-21.osm.pbf",
    "porto": "porto.osm.pbf",
    "andorra": "andorra.osm.pbf",
}
LIMIT_M, CELL_M, POINTS = 250.0, 20.0, 2000
TRIALS = [
    ("las_palmas", "walk", (5.0, 10.0, 15.0)),
    ("porto", "walk", (5.0, 10.0, 15.0)),
    ("andorra", "walk", (5.0, 10.0, 15.0)),
    ("andorra", "car", (1.0, 2.0)),
]


def facilities_in(network: StreetNetwork) -> NDArray[np.float64]:
    """Return six places beside streets around the middle of the network."""
    middle = np.median(network.node_xy, axis=0)
    near = np.argsort(np.hypot(*(network.node_xy - middle).T), kind="stable")
    places: NDArray[np.float64] = network.node_xy[near[:600:100]] + (7.0, 3.0)
    return places


@pytest.mark.parametrize(("place", "profile", "minutes"), TRIALS)
def test_every_place_inside_is_within_reach_and_every_reached_node_inside(
    real_data: Path, place: str, profile: str, minutes: tuple[float, ...]
) -> None:
    network = read_network(real_data / place / EXTRACTS[place], shipped_profile(profile))
    xy = facilities_in(network)
    thresholds = tuple(Threshold("minutes", value) for value in minutes)
    layer = circle_layer(network, xy, thresholds, cell_m=CELL_M, limit_m=LIMIT_M)
    impedance = impedance_for(network, thresholds[0])
    check = self_check(network, impedance, xy, layer, off_street_limit_m=LIMIT_M, points=POINTS)
    assert check.points >= POINTS
    assert check.failures == 0
    assert shapely.is_valid(layer.geometry.to_numpy()).all()

    found = reach(network, all_together(places_on(network, xy, LIMIT_M)), impedance, np.inf)
    joint = layer[layer["scope"] == "all"].geometry
    for area, threshold in zip(joint, thresholds, strict=True):
        reached = network.node_xy[found.node[found.cost <= threshold.limit]]
        assert len(reached) > 20
        assert (shapely.distance(area, shapely.points(reached)) <= 1e-6).all()
