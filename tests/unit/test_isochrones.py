"""Isochrones whose area is known: diamonds, holes, rivers, and fields of costs."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from toy_city import CORNER_M, grid_city, network_of

from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.snapping import snap
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import measure_access
from facility_coverage.travel.circles import COLUMNS, circles, grid_around
from facility_coverage.travel.isochrones import METHOD, field_polygon

FIVE = Threshold("minutes", 5.0)


def layer(
    network: StreetNetwork,
    *facilities: tuple[float, float],
    thresholds: tuple[Threshold, ...] = (FIVE,),
    cell_m: float = 20.0,
    limit_m: float = 250.0,
) -> gpd.GeoDataFrame:
    index = StreetIndex.of(network)
    xy = np.array(facilities, dtype=float) + CORNER_M
    places = snap(index, xy, off_street_limit_m=limit_m)
    nobody = places.take(np.zeros(len(xy), dtype=bool))
    access = measure_access(network, places, nobody, thresholds)
    grid = grid_around(index, places.xy, thresholds, cell_size_m=cell_m, off_street_limit_m=limit_m)
    ids = [f"f{row}" for row in range(len(xy))]
    names = pd.DataFrame({"facility_id": ids, "facility_name": [f"名{name}" for name in ids]})
    return circles(network, access, grid, names)


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
    assert set(table["method"]) == {METHOD}
    assert set(table["cell_size_m"]) == {20.0}
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


def field(rows: list[list[float]], limit: float = 100.0) -> shapely.MultiPolygon:
    """Draw costs on cells of 10 m that cost 20 each, with a rim that is not reached."""
    costs = np.full((len(rows) + 2, len(rows[0]) + 2), np.inf)
    costs[1:-1, 1:-1] = rows
    x_m, y_m = (10.0 * np.arange(size, dtype=float) for size in costs.shape[::-1])
    return field_polygon(costs, x_m, y_m, limit=limit, cell_cost=20.0)


def test_one_cell_is_a_diamond_half_way_to_its_neighbours() -> None:
    """Borders 5 m from the centre on both axes: 2·5² = 50 m²."""
    shape = field([[0.0]])
    assert shape.area == pytest.approx(50.0)
    assert shape.bounds == (5.0, 5.0, 15.0, 15.0)


def test_the_border_is_interpolated() -> None:
    """From 90 to 110 the cost passes 100 half-way, from 95 to 115 a quarter of the way."""
    assert field([[90.0, 110.0]]).bounds[2] == pytest.approx(15.0)
    assert field([[95.0, 115.0]]).bounds[2] == pytest.approx(12.5)


def test_a_cost_at_the_limit_belongs_to_the_area() -> None:
    """Four cells: three within, one at the limit itself; the border passes through its centre."""
    shape = field([[90.0, 90.0], [90.0, 100.0]])
    assert shape.intersects(shapely.Point(20, 20))
    assert not field([[90.0, 90.0], [90.0, 100.001]]).intersects(shapely.Point(20, 20))


def test_holes_are_kept_and_turn_the_other_way() -> None:
    shape = field([[0.0] * 5, [0.0, 500.0, 500.0, 500.0, 0.0], [0.0] * 5])
    (polygon,) = shape.geoms
    assert len(polygon.interiors) == 1
    assert polygon.exterior.is_ccw
    assert not polygon.interiors[0].is_ccw
    assert not shape.contains(shapely.Point(30, 20))


def test_parts_come_in_the_order_of_their_corners() -> None:
    shape = field([[0.0, np.inf, np.inf, 0.0], [np.inf] * 4, [np.inf, np.inf, 0.0, np.inf]])
    assert [part.bounds[:2] for part in shape.geoms] == [(5.0, 5.0), (25.0, 25.0), (35.0, 5.0)]


def test_nothing_within_the_limit_is_an_empty_area() -> None:
    assert field([[101.0, np.inf]]).is_empty
    assert field([[100.0]]).is_empty  # a single point holds no ground
