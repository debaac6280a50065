"""Isochrone polygons, held against travel times that an independent router works out.

A polygon is drawn on a grid. In a square of four cell centres that are all within the limit every
point is inside; in one whose centres are all beyond it none is; between the two the border runs
where the time, interpolated, is the limit. The laws below say so of points, with a margin of one
cell diagonal where nothing jumps (a jump: where the nearest street changes, as over a river).
"""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from street_scenes import OFF_STREET_LIMIT_M, Scene, laws, scenes

from facility_coverage.network.snapping import snap
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.access import measure_access
from facility_coverage.travel.circles import circles, grid_around
from facility_coverage.travel.isochrones import field_polygon

CELL_M = 25.0
DIAGONAL_M = CELL_M * np.sqrt(2.0)
MINUTES = (5.0, 10.0, 15.0)
THRESHOLDS = tuple(Threshold("minutes", value) for value in MINUTES)
LIMITS_S = tuple(threshold.limit for threshold in THRESHOLDS)
SLIVER_M2 = 1e-3
UNREACHED_S = 1e9


def isochrones(scene: Scene, thresholds: tuple[Threshold, ...] = THRESHOLDS) -> gpd.GeoDataFrame:
    """Draw the circles of a scene's facilities; at 3.6 km/h a second is a metre."""
    facilities = snap(scene.index, scene.facilities, off_street_limit_m=OFF_STREET_LIMIT_M)
    nobody = facilities.take(np.zeros(len(scene.facilities), dtype=bool))
    access = measure_access(scene.network, facilities, nobody, thresholds)
    grid = grid_around(
        scene.index,
        facilities.xy,
        thresholds,
        cell_size_m=CELL_M,
        off_street_limit_m=OFF_STREET_LIMIT_M,
    )
    ids = [f"f{row}" for row in range(len(scene.facilities))]
    names = pd.DataFrame({"facility_id": ids, "facility_name": ids})
    return circles(scene.network, access, grid, names)


def times_s(scene: Scene, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the least time to places; NaN where the nearest street is in doubt."""
    plain = scene.city.plain
    costs = plain.costs_m(
        [plain.spot(place, OFF_STREET_LIMIT_M) for place in scene.facilities],
        [plain.spot(place, OFF_STREET_LIMIT_M) for place in xy],
    ).min(axis=0)
    clear = np.array([plain.is_clear(place, OFF_STREET_LIMIT_M) for place in xy])
    return np.where(clear, np.minimum(costs, UNREACHED_S), np.nan)


@st.composite
def scenes_with_samples(draw: st.DrawFn) -> tuple[Scene, NDArray[np.float64]]:
    """Draw a scene and points all over it, between cell centres."""
    scene = draw(scenes())
    low, high = scene.network.vertex_xy.min(axis=0), scene.network.vertex_xy.max(axis=0)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return scene, rng.uniform(low - 150.0, high + 150.0, size=(40, 2))


def corners(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return shape (p, 4, 2): the four cell centres around each point."""
    low = np.floor(xy / CELL_M) * CELL_M
    steps = np.array([(0, 0), (0, 1), (1, 0), (1, 1)]) * CELL_M
    return low[:, None, :] + steps[None, :, :]


@laws(20)
@given(scenes_with_samples())
def test_points_are_inside_where_the_time_is_within_the_limit(
    drawn: tuple[Scene, NDArray[np.float64]],
) -> None:
    scene, xy = drawn
    layer = isochrones(scene)
    joint = layer[layer["scope"] == "all"].set_index("threshold_s").geometry
    at_corners = times_s(scene, corners(xy).reshape(-1, 2)).reshape(-1, 4)
    here = times_s(scene, xy)
    gap_m = np.hypot(*np.moveaxis(corners(xy) - xy[:, None, :], 2, 0))
    smooth = (np.abs(at_corners - here[:, None]) <= 2.0 * gap_m + 1e-6).all(axis=1)
    for limit in LIMITS_S:
        inside = shapely.intersects(joint[limit], shapely.points(xy))
        assert inside[(at_corners <= limit - 1e-6).all(axis=1)].all()
        assert not inside[(at_corners >= limit + 1e-6).all(axis=1)].any()
        assert inside[smooth & (here <= limit - DIAGONAL_M)].all()
        assert not inside[smooth & (here >= limit + DIAGONAL_M)].any()


@laws(20)
@given(scenes())
def test_circles_are_valid_and_hold_each_other(scene: Scene) -> None:
    layer = isochrones(scene)
    assert shapely.is_valid(layer.geometry.to_numpy()).all()
    assert (layer["area_m2"] == shapely.area(layer.geometry.to_numpy())).all()
    joint = layer[layer["scope"] == "all"].set_index("threshold_s").geometry
    for _, own in layer.groupby(["scope", "facility_id"], dropna=False):
        by_limit = own.set_index("threshold_s").geometry
        for inner, outer in pairwise(LIMITS_S):
            assert by_limit[inner].difference(by_limit[outer]).area <= SLIVER_M2
        for limit in LIMITS_S:
            assert by_limit[limit].difference(joint[limit]).area <= SLIVER_M2


@laws(20)
@given(scenes())
def test_a_circle_depends_on_its_own_facility_and_limit_alone(scene: Scene) -> None:
    """Neither the other facilities nor the other bands nor their order leave a trace."""
    layer = isochrones(scene).set_index(["facility_id", "threshold"]).geometry
    backwards = isochrones(Scene(scene.city, scene.facilities[::-1], scene.homes))
    reversed_layer = backwards.set_index(["facility_id", "threshold"]).geometry
    last = len(scene.facilities) - 1
    for row in range(len(scene.facilities)):
        alone = Scene(scene.city, scene.facilities[[row]], scene.homes)
        for threshold in THRESHOLDS:
            shape = layer[f"f{row}", threshold.label]
            single = isochrones(alone, (threshold,)).geometry.iloc[0]
            assert shapely.equals_exact(shape, single, tolerance=1e-9, normalize=True)
            there = reversed_layer[f"f{last - row}", threshold.label]
            assert shapely.equals_exact(shape, there, tolerance=0.0)


@laws(20)
@given(scenes())
def test_one_more_facility_takes_no_ground_away(scene: Scene) -> None:
    def joint(count: int) -> list[shapely.MultiPolygon]:
        layer = isochrones(Scene(scene.city, scene.facilities[:count], scene.homes))
        return list(layer[layer["scope"] == "all"].geometry)

    for count in range(1, len(scene.facilities)):
        for fewer, more in zip(joint(count), joint(count + 1), strict=True):
            assert fewer.difference(more).area <= SLIVER_M2


@laws(15)
@given(scenes())
def test_metres_draw_what_minutes_draw_at_that_speed(scene: Scene) -> None:
    """At 3.6 km/h 600 m are 10 minutes."""
    in_minutes = isochrones(scene)
    in_metres = isochrones(scene, tuple(Threshold("metres", limit) for limit in LIMITS_S))
    for one, other in zip(in_minutes.geometry, in_metres.geometry, strict=True):
        assert one.symmetric_difference(other).area <= SLIVER_M2


costs = st.sampled_from([0.0, 50.0, 82.0, 91.0, 99.0, 100.0, 101.0, 109.0, 118.0, 130.0, np.inf])


@st.composite
def fields(draw: st.DrawFn) -> NDArray[np.float64]:
    """Draw costs on a few cells, with a rim of cells that are not reached."""
    rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    field = np.full((rows + 2, columns + 2), np.inf)
    drawn = draw(st.lists(costs, min_size=rows * columns, max_size=rows * columns))
    field[1:-1, 1:-1] = np.array(drawn).reshape(rows, columns)
    return field


def drawn_at(field: NDArray[np.float64], limit: float) -> shapely.MultiPolygon:
    x_m, y_m = (CELL_M * np.arange(size, dtype=float) for size in field.shape[::-1])
    return field_polygon(field, x_m, y_m, limit=limit, cell_cost=18.0)


@laws(150)
@given(fields())
def test_cell_centres_are_inside_where_their_cost_is_within_the_limit(
    field: NDArray[np.float64],
) -> None:
    """A centre at the limit itself lies on the border, or is a point that no polygon can hold."""
    area = drawn_at(field, 100.0)
    row, column = np.indices(field.shape)
    inside = shapely.intersects(area, shapely.points(column * CELL_M, row * CELL_M))
    assert area.is_valid
    assert all(polygon.exterior.is_ccw for polygon in area.geoms)
    assert not any(hole.is_ccw for polygon in area.geoms for hole in polygon.interiors)
    assert inside[field < 100.0].all()
    assert not inside[field > 100.0].any()


@laws(150)
@given(fields(), st.sampled_from([82.0, 91.0, 99.0, 100.0, 104.5]))
def test_polygons_of_rising_limits_are_nested(field: NDArray[np.float64], limit: float) -> None:
    assert drawn_at(field, limit).difference(drawn_at(field, 105.0)).area <= SLIVER_M2


@laws(100)
@given(fields())
def test_the_border_runs_where_the_interpolated_cost_is_the_limit(
    field: NDArray[np.float64],
) -> None:
    """Along every line between two neighbours, with costs clamped to a cell around the limit."""
    area = drawn_at(field, 100.0)
    slack = np.clip((100.0 - field) / 18.0, -1.0, 1.0)
    for turned in (False, True):
        one, other = (slack.T if turned else slack)[:, :-1], (slack.T if turned else slack)[:, 1:]
        across, along = np.indices(one.shape)
        for share in (0.2, 0.45, 0.55, 0.8):
            value = one + share * (other - one)
            place = np.stack([(along + share) * CELL_M, across * CELL_M])
            x_m, y_m = place[::-1] if turned else place
            inside = shapely.intersects(area, shapely.points(x_m, y_m))
            assert inside[value > 1e-9].all()
            assert not inside[value < -1e-9].any()
