"""Isochrones whose area is known: diamonds, holes, rivers, one-way streets, narrow courts."""

from dataclasses import replace
from typing import Literal

import geopandas as gpd
import numpy as np
import pytest
import shapely
from drawn_circles import circle_layer, grid_over, places_on
from toy_city import CORNER_M, grid_city, network_of

from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.circles import COLUMNS, around
from facility_coverage.travel.impedance import impedance_for
from facility_coverage.travel.isochrones import Canvas
from facility_coverage.travel.times import Origins, each_alone

FIVE = Threshold("minutes", 5.0)
CLEARANCE_M = 0.08
"""How far a border keeps from a centre of a cell of 20 m, at the most."""


def layer(
    network: StreetNetwork,
    *facilities: tuple[float, float],
    thresholds: tuple[Threshold, ...] = (FIVE,),
    cell_m: float = 20.0,
    limit_m: float = 250.0,
    method: Literal["exact", "streets"] = "exact",
) -> gpd.GeoDataFrame:
    xy = np.array(facilities, dtype=float) + CORNER_M
    return circle_layer(network, xy, thresholds, cell_m=cell_m, limit_m=limit_m, method=method)


def at(x: float, y: float) -> shapely.Point:
    return shapely.Point(CORNER_M[0] + x, CORNER_M[1] + y)


def long_street() -> StreetNetwork:
    return network_of({1: (-1000, 0), 2: (1000, 0)}, {1: [1, 2]})


@pytest.mark.parametrize("cell_m", [5.0, 20.0])
def test_around_a_straight_street_the_area_is_a_diamond(cell_m: float) -> None:
    """|x| + |y| ≤ 300 m, cut at |y| ≤ 250 m: 2·300² less two tips of 50² = 175,000 m²."""
    shape = layer(long_street(), (0, 0), cell_m=cell_m).geometry.iloc[0]
    assert abs(shape.area / 175_000.0 - 1) <= 0.01
    diamond = shapely.Polygon([at(300, 0), at(0, 300), at(-300, 0), at(0, -300)])
    assert shape.difference(diamond.buffer(cell_m)).is_empty
    assert (
        diamond.buffer(-cell_m)
        .intersection(shapely.box(-1e9, CORNER_M[1] - 230, 1e9, CORNER_M[1] + 230))
        .within(shape)
    )


def test_an_off_street_leg_of_the_facility_makes_the_diamond_smaller() -> None:
    """100 m off the street 200 s are left: 2·200² = 80,000 m²."""
    shape = layer(long_street(), (0, 100)).geometry.iloc[0]
    assert abs(shape.area / 80_000.0 - 1) <= 0.01


def test_the_off_street_limit_caps_the_area() -> None:
    """|y| ≤ 57.5 m: 600 m wide in the middle, 485 m at its edges: 115 · 542.5 = 62,387.5 m²."""
    shape = layer(long_street(), (0, 0), limit_m=57.5, cell_m=5.0).geometry.iloc[0]
    assert abs(shape.area / 62_387.5 - 1) <= 0.01


def test_a_court_too_far_from_every_street_is_a_hole() -> None:
    """A block of 600 m, 110 m off the streets: 380 × 380 m in its middle belong to nobody."""
    network = grid_city(2, 2, block_m=600.0)
    shape = layer(network, (0, 0), thresholds=(Threshold("minutes", 60.0),), limit_m=110.0)
    (polygon,) = shape.geometry.iloc[0].geoms
    (hole,) = polygon.interiors
    assert abs(shapely.Polygon(hole).area / 380.0**2 - 1) <= 0.01
    assert not polygon.contains(at(300, 300))
    assert polygon.contains(at(300, 50))


def test_an_isochrone_does_not_leak_over_a_river() -> None:
    """Two quays 60 m apart, joined by a bridge 2 km to the east; a facility on the south quay.

    The far quay and its half of the river belong to streets that are out of reach, though they
    lie 60 m away.
    """
    nodes = {1: (0, 0), 2: (2000, 0), 3: (0, 60), 4: (2000, 60)}
    network = network_of(nodes, {1: [1, 2], 2: [3, 4], 3: [2, 4]})
    shape = layer(network, (300, -10)).geometry.iloc[0]
    assert shape.bounds[3] - CORNER_M[1] <= 30.0 + 10.0 + 1e-6  # the middle, and half a cell
    assert shape.contains(at(300, 15))
    assert not shape.intersects(shapely.LineString([at(0, 60), at(2000, 60)]))
    there = layer(network, (1990, 0)).geometry.iloc[0]
    assert there.contains(at(1950, 60))  # by the bridge it is near


def test_the_layer_has_a_row_for_each_facility_and_threshold_and_for_all() -> None:
    thresholds = (FIVE, Threshold("minutes", 10.0))
    table = layer(long_street(), (0, 50), (700, 0), thresholds=thresholds)
    assert list(table.columns) == [*COLUMNS, "geometry"]
    assert table["scope"].tolist() == ["facility"] * 4 + ["all"] * 2
    assert table["facility_id"].tolist()[:4] == ["f0", "f0", "f1", "f1"]
    assert table["facility_name"].tolist()[:4] == ["名f0", "名f0", "名f1", "名f1"]
    assert table["facility_id"].isna().tolist() == [False] * 4 + [True] * 2
    assert table["threshold"].tolist() == ["5min", "10min"] * 3
    assert table["threshold_s"].tolist() == [300.0, 600.0] * 3
    assert table["threshold_m"].isna().all()
    assert np.allclose(table["access_s"][:4], [50.0, 50.0, 0.0, 0.0])
    assert table["access_s"][4:].isna().all()
    assert set(table["method"]) == {"exact"}
    assert set(table["cell_size_m"]) == {20.0}
    assert table["street_buffer_m"].isna().all()
    assert set(table.geometry.geom_type) == {"MultiPolygon"}
    assert table.crs == "EPSG:4547"


def test_metres_are_told_as_metres() -> None:
    table = layer(long_street(), (0, 50), thresholds=(Threshold("metres", 300.0),))
    assert table["threshold_m"].tolist() == [300.0, 300.0]
    assert table["threshold_s"].isna().all()
    assert table["access_s"].tolist()[0] == pytest.approx(50.0)  # time, whatever the threshold


def test_a_facility_too_far_off_reaches_no_ground() -> None:
    """200 m off the street nothing is left of 100 s."""
    table = layer(long_street(), (0, 200), thresholds=(Threshold("minutes", 100 / 60),))
    assert table.geometry.is_empty.all()
    assert table["area_m2"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("limit_m", [160.0, 150.0, 157.3, 140.0])
def test_the_off_street_limit_is_drawn_where_it_lies(limit_m: float) -> None:
    """Also where it is a multiple of the cell, and the street runs along cell centres."""
    table = layer(long_street(), (0, 0), thresholds=(Threshold("minutes", 15.0),), limit_m=limit_m)
    bounds = table.geometry.iloc[0].bounds
    assert bounds[3] - CORNER_M[1] == pytest.approx(limit_m, abs=0.1)
    assert bounds[1] - CORNER_M[1] == pytest.approx(-limit_m, abs=0.1)


@pytest.mark.parametrize("y", [0.0, 7.0])
def test_a_street_is_inside_up_to_the_last_metre(y: float) -> None:
    """300 s along a street beside the cell centres and on them; its tip is a point of the area."""
    network = network_of({1: (-1000, y), 2: (1000, y)}, {1: [1, 2]})
    shape = layer(network, (3, y)).geometry.iloc[0]
    west, _, east, _ = shape.bounds
    assert (west - CORNER_M[0], east - CORNER_M[0]) == pytest.approx((-297.0, 303.0), abs=1e-6)


def test_a_street_between_others_that_are_out_of_reach_is_inside() -> None:
    """Three parallel streets 4 m apart, of which only the middle one is reached; cells of 20 m.

    No cell centre is nearest to the middle one.
    """
    y = {1: 6.0, 2: 10.0, 3: 14.0}
    nodes = {10 * i + end: (1000.0 * end, north) for i, north in y.items() for end in (0, 1)}
    network = network_of(nodes, {i: [10 * i, 10 * i + 1] for i in y})
    shape = layer(network, (500, 10)).geometry.iloc[0]
    assert shape.is_valid
    street = shapely.LineString([at(200.001, 10), at(799.999, 10)])
    assert street.difference(shape.buffer(1e-6)).is_empty
    assert shape.area < 20.0 * 640.0  # no more than the row of squares through which it runs


def one_way_street() -> StreetNetwork:
    """Return a street of 2000 m that may be used to the east alone."""
    street = long_street()
    cost_s = street.edge_cost_s.copy()
    eastward = street.node_xy[street.edge_node[0, 0], 0] < street.node_xy[street.edge_node[0, 1], 0]
    cost_s[0, 1 if eastward else 0] = np.inf
    return replace(street, edge_cost_s=cost_s)


def test_people_come_to_a_facility_along_a_one_way_street_from_one_side() -> None:
    """From the west 300 m; from the east they never arrive: beyond it is just the place itself."""
    shape = layer(one_way_street(), (0, 0)).geometry.iloc[0]
    west, _, east, _ = shape.bounds
    assert west - CORNER_M[0] == pytest.approx(-300.0, abs=CLEARANCE_M)
    assert 0.0 <= east - CORNER_M[0] <= 20.0


def test_help_leaves_a_facility_along_a_one_way_street_to_one_side() -> None:
    street = one_way_street()
    profile = street.profile.model_copy(update={"direction": "from"})
    shape = layer(replace(street, profile=profile), (0, 0)).geometry.iloc[0]
    west, _, east, _ = shape.bounds
    assert east - CORNER_M[0] == pytest.approx(300.0, abs=CLEARANCE_M)
    assert -20.0 <= west - CORNER_M[0] <= 0.0


def test_a_delay_at_a_crossing_is_paid_by_those_who_pass_it() -> None:
    """100 m to the crossing, 50 s of waiting: 150 m are left beyond it, on either street."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (1000, 0), 4: (100, 900), 5: (100, -900)}
    network = network_of(nodes, {1: [1, 2, 3], 2: [4, 2, 5]})
    delay_s = np.where(network.node_id == 2, 50.0, 0.0)
    shape = layer(replace(network, node_delay_s=delay_s), (0, 0)).geometry.iloc[0]
    assert shape.bounds[2] - CORNER_M[0] == pytest.approx(250.0, abs=1e-6)
    for side in (1, -1):
        assert shape.intersects(at(100, 149.9 * side))
        assert not shape.intersects(at(100, 150.1 * side))


def test_buffered_streets_are_named_as_such() -> None:
    """600 m of street, 25 m on both sides and round ends: 600·50 + π·25² (of 32 sides)."""
    table = layer(long_street(), (0, 0), method="streets")
    assert table["method"].tolist() == ["streets", "streets"]
    assert table["cell_size_m"].isna().all()
    assert table["street_buffer_m"].tolist() == [25.0, 25.0]
    assert table["area_m2"].iloc[0] == pytest.approx(600 * 50 + np.pi * 25**2, rel=1e-3)


def test_no_reached_street_leaves_no_margin() -> None:
    table = layer(
        long_street(), (0, 200), thresholds=(Threshold("minutes", 100 / 60),), method="streets"
    )
    assert table.geometry.is_empty.all()
    assert set(table.geometry.geom_type) == {"MultiPolygon"}


def test_a_box_around_boxes() -> None:
    assert around((0, 0, 1, 1), (-2, 0.5, 0.5, 3)) == (-2.0, 0.0, 1.0, 3.0)


def test_many_facilities_drawn_together_are_drawn_as_each_alone() -> None:
    """With more points than there is room for at first, and more streets than one block holds."""
    city = grid_city(31, 31)
    xy = np.random.default_rng(5).uniform(300.0, 2700.0, size=(24, 2)) + CORNER_M
    canvas = Canvas.of(city, grid_over(city, xy, (FIVE,), cell_m=5.0, limit_m=250.0))
    places, impedance = places_on(city, xy, 250.0), impedance_for(city, FIVE)
    together = canvas.polygons(each_alone(places), impedance, (300.0, 900.0))
    for row in range(len(xy)):
        alone = each_alone(places.take(np.array([row])))
        (own,) = canvas.polygons(alone, impedance, (300.0, 900.0))
        assert [shapely.to_wkb(area) for area in own] == [
            shapely.to_wkb(area) for area in together[row]
        ]


def test_nobody_draws_nothing() -> None:
    city = grid_city(3, 3)
    xy = np.array([[100.0, 100.0]]) + CORNER_M
    places = places_on(city, xy, 250.0)
    grid = grid_over(city, xy, (FIVE,), cell_m=20.0, limit_m=250.0)
    nobody = Origins(places.take(np.zeros(1, dtype=bool)), np.zeros(1, dtype=np.int64))
    impedance = impedance_for(city, FIVE)
    assert Canvas.of(city, grid).polygons(nobody, impedance, (300.0,)).shape == (0, 1)
