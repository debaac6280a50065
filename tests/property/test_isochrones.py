"""Isochrone polygons, held against travel times that independent routers work out.

A polygon is drawn on a grid of cells and along the streets: every reached street point lies in it.
In a square of four cell centres that are all within the limit every place is inside; where all are
beyond it a place is inside only beside a reached street.
"""

from dataclasses import replace
from itertools import pairwise
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from drawn_circles import areas, circle_layer, places_on, with_signs, wkb
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from plain_routes import Spot
from street_scenes import OFF_STREET_LIMIT_M, Scene, laws, scenes

from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.thresholds import Threshold
from facility_coverage.travel.impedance import impedance_for
from facility_coverage.travel.self_check import self_check
from facility_coverage.travel.times import Origins, all_together, each_alone

CELL_M = 25.0
MINUTES = (5.0, 10.0, 15.0)
THRESHOLDS = tuple(Threshold("minutes", value) for value in MINUTES)
LIMITS_S = tuple(threshold.limit for threshold in THRESHOLDS)
SLIVER_M2 = 1e-3
ROUNDING_M = 1e-6
UNREACHED_S = 1e9

seeds = st.integers(0, 2**32 - 1)
directions: st.SearchStrategy[Literal["to", "from"]] = st.sampled_from(["to", "from"])


def layer_of(scene: Scene, thresholds: tuple[Threshold, ...] = THRESHOLDS) -> gpd.GeoDataFrame:
    """Draw the circles of a scene's facilities; at 3.6 km/h a second is a metre."""
    return circle_layer(
        scene.network, scene.facilities, thresholds, cell_m=CELL_M, limit_m=OFF_STREET_LIMIT_M
    )


def drawn(
    network: StreetNetwork,
    origins: Origins,
    minutes: tuple[float, ...] = MINUTES,
) -> NDArray[np.object_]:
    """Draw areas on a network with signs."""
    return areas(network, origins, minutes, cell_m=CELL_M, limit_m=OFF_STREET_LIMIT_M)


def spots_of(scene: Scene) -> list[Spot | None]:
    return [scene.city.plain.spot(place, OFF_STREET_LIMIT_M) for place in scene.facilities]


def times_s(scene: Scene, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the least time to places; NaN where the nearest street is in doubt."""
    plain = scene.city.plain
    spots = [plain.spot(place, OFF_STREET_LIMIT_M) for place in xy]
    costs = plain.costs_m(spots_of(scene), spots).min(axis=0)
    clear = np.array([plain.is_clear(place, OFF_STREET_LIMIT_M) for place in xy])
    return np.where(clear, np.minimum(costs, UNREACHED_S), np.nan)


def corners(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return shape (p, 4, 2): the four cell centres around each point."""
    low = np.floor(xy / CELL_M) * CELL_M
    steps = np.array([(0, 0), (0, 1), (1, 0), (1, 1)]) * CELL_M
    return low[:, None, :] + steps[None, :, :]


@laws(20)
@given(scenes(), seeds)
def test_every_reached_point_of_a_street_is_inside(scene: Scene, seed: int) -> None:
    plain, rng = scene.city.plain, np.random.default_rng(seed)
    spots = [
        Spot(ends, share * plain.length_m(ends), 0.0)
        for ends in plain.segments
        for share in (0.0, 1.0, *rng.uniform(size=3))
    ]
    time_s = plain.costs_m(spots_of(scene), list(spots)).min(axis=0)
    ends = np.array([[plain.xy[node] for node in spot.ends] for spot in spots])
    share = np.array([spot.along_m / plain.length_m(spot.ends) for spot in spots])
    points = shapely.points(ends[:, 0] + share[:, None] * (ends[:, 1] - ends[:, 0]))
    joint = layer_of(scene).query("scope == 'all'").set_index("threshold_s").geometry
    for limit in LIMITS_S:
        reached = points[time_s <= limit - ROUNDING_M]
        assert (shapely.distance(joint[limit], reached) <= ROUNDING_M).all()


@laws(20)
@given(scenes(), seeds)
def test_places_are_inside_where_the_time_is_within_the_limit(scene: Scene, seed: int) -> None:
    low, high = scene.network.vertex_xy.min(axis=0), scene.network.vertex_xy.max(axis=0)
    xy = np.random.default_rng(seed).uniform(low - 150.0, high + 150.0, size=(40, 2))
    at_corners = times_s(scene, corners(xy).reshape(-1, 2)).reshape(-1, 4)
    squares = shapely.box(*np.moveaxis(corners(xy)[:, [0, 3]].reshape(-1, 4), 1, 0))
    beside_street = shapely.intersects(squares, shapely.union_all(scene.city.plain.lines))
    joint = layer_of(scene).query("scope == 'all'").set_index("threshold_s").geometry
    for limit in LIMITS_S:
        inside = shapely.intersects(joint[limit], shapely.points(xy))
        assert inside[(at_corners <= limit - ROUNDING_M).all(axis=1)].all()
        beyond = (at_corners >= limit + ROUNDING_M).all(axis=1)
        assert not inside[beyond & ~beside_street].any()


@laws(25)
@given(scenes(), seeds, directions)
def test_the_self_check_finds_the_guarantee_kept(
    scene: Scene, seed: int, way: Literal["to", "from"]
) -> None:
    """With one-way streets, slow directions, delays and islands, both ways, alone and together."""
    network = with_signs(scene.network, seed, way)
    origins = each_alone(places_on(network, scene.facilities, OFF_STREET_LIMIT_M))
    shapes, joint = drawn(network, origins), drawn(network, all_together(origins.snaps))
    n = len(scene.facilities)
    isochrones = gpd.GeoDataFrame(
        {
            "scope": ["facility"] * (3 * n) + ["all"] * 3,
            "facility_id": [*np.repeat([f"f{i}" for i in range(n)], 3), None, None, None],
            "threshold": list(MINUTES) * (n + 1),
            "threshold_s": list(LIMITS_S) * (n + 1),
            "cell_size_m": CELL_M,
        },
        geometry=[*shapes.ravel(), *joint.ravel()],
        crs=network.crs,
    )
    impedance = impedance_for(network, THRESHOLDS[0])
    check = self_check(
        network,
        impedance,
        scene.facilities,
        isochrones,
        off_street_limit_m=OFF_STREET_LIMIT_M,
        points=400,
        seed=seed,
    )
    assert check.failures == 0
    assert shapely.is_valid(shapes.ravel()).all()


@laws(20)
@given(scenes(), seeds)
def test_circles_are_valid_and_hold_each_other(scene: Scene, seed: int) -> None:
    network = with_signs(scene.network, seed)
    snaps = places_on(network, scene.facilities, OFF_STREET_LIMIT_M)
    each, (joint,) = drawn(network, each_alone(snaps)), drawn(network, all_together(snaps))
    assert shapely.is_valid([*each.ravel(), *joint]).all()
    for shape in [*each.ravel(), *joint]:
        assert all(polygon.exterior.is_ccw for polygon in shape.geoms)
        assert not any(hole.is_ccw for polygon in shape.geoms for hole in polygon.interiors)
    for own in [*each, joint]:
        for inner, outer in pairwise(own):
            assert inner.difference(outer).area <= SLIVER_M2
    for own in each:
        assert (shapely.area(shapely.difference(own, joint)) <= SLIVER_M2).all()


@laws(15)
@given(scenes(), seeds)
def test_a_circle_depends_on_its_own_facility_and_limit_alone(scene: Scene, seed: int) -> None:
    """Neither the other facilities nor the other bands nor their order change a single byte."""
    network = with_signs(scene.network, seed)
    snaps = places_on(network, scene.facilities, OFF_STREET_LIMIT_M)
    together = drawn(network, each_alone(snaps))
    turned = np.arange(len(scene.facilities))[::-1]
    assert wkb(drawn(network, each_alone(snaps.take(turned)))) == wkb(together[::-1])
    united = wkb(drawn(network, all_together(snaps)))
    assert wkb(drawn(network, all_together(snaps.take(turned)))) == united
    for row in range(len(scene.facilities)):
        for nth, minutes in enumerate(MINUTES):
            alone = drawn(network, each_alone(snaps.take(np.array([row]))), (minutes,))
            assert wkb(alone) == wkb(together[row, nth : nth + 1])


@laws(20)
@given(scenes(), seeds)
def test_one_more_facility_takes_no_ground_away(scene: Scene, seed: int) -> None:
    network = with_signs(scene.network, seed)
    snaps = places_on(network, scene.facilities, OFF_STREET_LIMIT_M)
    joint = [
        drawn(network, all_together(snaps.take(np.arange(count))))[0]
        for count in range(1, len(scene.facilities) + 1)
    ]
    for fewer, more in pairwise(joint):
        assert (shapely.area(shapely.difference(fewer, more)) <= SLIVER_M2).all()


@laws(10)
@given(scenes())
def test_metres_draw_what_minutes_draw_at_that_speed(scene: Scene) -> None:
    """At 3.6 km/h 600 m are 10 minutes."""
    in_minutes = layer_of(scene)
    in_metres = layer_of(scene, tuple(Threshold("metres", limit) for limit in LIMITS_S))
    for one, other in zip(in_minutes.geometry, in_metres.geometry, strict=True):
        assert one.symmetric_difference(other).area <= SLIVER_M2


@laws(10)
@given(scenes(), seeds)
def test_from_is_to_on_streets_turned_round(scene: Scene, seed: int) -> None:
    outward = with_signs(scene.network, seed, "from")
    homeward = with_signs(scene.network, seed, "to")
    turned = replace(homeward, edge_cost_s=homeward.edge_cost_s[:, ::-1].copy())
    origins = each_alone(places_on(outward, scene.facilities, OFF_STREET_LIMIT_M))
    assert wkb(drawn(outward, origins)) == wkb(drawn(turned, origins))


@laws(10)
@given(scenes(), seeds)
def test_buffered_streets_hold_each_other(scene: Scene, seed: int) -> None:
    """The margin's round ends are drawn as polygons, short of the arc by up to 0.5 %."""
    layer = circle_layer(
        with_signs(scene.network, seed),
        scene.facilities,
        THRESHOLDS,
        cell_m=CELL_M,
        limit_m=OFF_STREET_LIMIT_M,
        method="streets",
    )
    assert shapely.is_valid(layer.geometry.to_numpy()).all()
    assert layer["cell_size_m"].isna().all()
    assert (layer["street_buffer_m"] == 25.0).all()
    for _, own in pd.DataFrame(layer).groupby(["scope", "facility_id"], dropna=False):
        for inner, outer in pairwise(own["geometry"]):
            assert inner.difference(outer.buffer(0.25)).area <= SLIVER_M2
