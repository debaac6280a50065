"""Laws of the coordinate systems: there and back again, row by row, and known offsets."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Geod

from facility_coverage.coordinates import bd09, gcj02
from facility_coverage.coordinates.systems import (
    SYSTEMS,
    exchanged,
    from_wgs84,
    in_degrees,
    known_system,
    to_wgs84,
)
from facility_coverage.errors import CrsError

ZONES = ("EPSG:4490", "EPSG:4526", "EPSG:4547", "EPSG:4548", "EPSG:4549", "EPSG:32649")

china = st.tuples(st.floats(73.0, 137.0), st.floats(1.0, 55.0))
abroad = st.tuples(st.floats(-179.9, 71.9), st.floats(-89.0, 89.0))


def apart_m(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(Geod(ellps="WGS84").inv(*one.T, *other.T)[2])


@settings(max_examples=40, deadline=None)
@given(st.lists(china, min_size=1, max_size=30))
def test_there_and_back_again_within_a_micrometre(places: list[tuple[float, float]]) -> None:
    lonlat = np.array(places)
    for system in (gcj02, bd09):
        assert apart_m(system.to_wgs84(system.from_wgs84(lonlat)), lonlat).max() <= 1e-6
        assert apart_m(system.from_wgs84(system.to_wgs84(lonlat)), lonlat).max() <= 1e-6
    moved_m = apart_m(gcj02.from_wgs84(lonlat), lonlat)
    assert moved_m.min() > 1.0
    assert moved_m.max() < 1500.0


@settings(max_examples=40, deadline=None)
@given(st.lists(china, min_size=1, max_size=30))
def test_bd09_is_gcj02_in_its_published_polar_form(places: list[tuple[float, float]]) -> None:
    x, y = gcj02.from_wgs84(np.array(places)).T
    wave = np.pi * 3000.0 / 180.0
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * wave)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * wave)
    polar = np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])
    assert np.allclose(bd09.from_wgs84(np.array(places)), polar, rtol=0, atol=1e-12)


def test_bd09_is_defined_where_its_stretch_is_not() -> None:
    assert bd09.from_wgs84(np.zeros((1, 2))).tolist() == [[0.0065, 0.006]]


@settings(max_examples=20, deadline=None)
@given(st.lists(abroad, min_size=1, max_size=10))
def test_outside_china_gcj02_is_wgs84(places: list[tuple[float, float]]) -> None:
    lonlat = np.array(places)
    assert (gcj02.from_wgs84(lonlat) == lonlat).all()
    assert (gcj02.to_wgs84(lonlat) == lonlat).all()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.floats(112.7, 119.0), st.floats(20.0, 42.0)), max_size=12))
def test_every_system_returns_to_where_it_came_from(places: list[tuple[float, float]]) -> None:
    lonlat = np.array(places).reshape(-1, 2)
    for system in (*SYSTEMS, *ZONES):
        there = from_wgs84(lonlat, system)
        assert np.allclose(to_wgs84(there, system), lonlat, rtol=0, atol=1e-9), system
        for row in range(len(lonlat)):
            alone = from_wgs84(lonlat[row : row + 1], system)
            assert np.allclose(alone, there[row : row + 1], rtol=0, atol=1e-13), system


@pytest.mark.parametrize(
    ("lon", "lat", "gcj_m", "bd_m"),
    [(113.36, 23.14, 628, 1284), (119.97, 31.77, 503, 1151), (117.35, 38.98, 574, 1383)],
    ids=["Tianhe", "Tianning", "Jinnan"],
)
def test_the_offsets_are_those_of_the_open_converters(
    lon: float, lat: float, gcj_m: float, bd_m: float
) -> None:
    place = np.array([[lon, lat]])
    assert apart_m(from_wgs84(place, "gcj02"), place)[0] == pytest.approx(gcj_m, abs=12)
    assert apart_m(from_wgs84(place, "bd09"), place)[0] == pytest.approx(bd_m, abs=12)


def test_a_published_pair_of_degrees() -> None:
    """The example of the open converters: a place in Shanghai, 31.1774276, 121.5272106."""
    place = np.array([[121.5272106, 31.1774276]])
    assert from_wgs84(place, "gcj02")[0] == pytest.approx([121.531541, 31.175302], abs=2e-6)
    assert to_wgs84(np.array([[121.531541, 31.175302]]), "gcj02")[0] == pytest.approx(
        place[0], abs=2e-6
    )


@pytest.mark.parametrize("system", [*SYSTEMS, *ZONES])
def test_what_is_nowhere_stays_nowhere(system: str) -> None:
    nowhere = np.array([[np.nan, 23.0], [np.inf, 23.0], [113.3, np.nan]])
    assert np.isnan(from_wgs84(nowhere, system)).all()
    assert np.isnan(to_wgs84(nowhere, system)).all()
    assert not exchanged(nowhere, system).any()
    assert from_wgs84(np.empty((0, 2)), system).shape == (0, 2)


@pytest.mark.parametrize("system", [*SYSTEMS, *ZONES])
def test_exchanged_columns_are_recognised(system: str) -> None:
    lon = 119.4 if system in ("EPSG:4548", "EPSG:4549") else 113.36
    place = from_wgs84(np.array([[lon, 23.14], [lon, 40.0]]), system)
    assert not exchanged(place, system).any()
    assert exchanged(place[:, ::-1], system).all()


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("WGS-84", "wgs84"),
        ("GCJ02", "gcj02"),
        ("gcj_02", "gcj02"),
        ("火星坐标系", "gcj02"),
        ("BD-09", "bd09"),
        ("CGCS 2000", "cgcs2000"),
        ("EPSG:4490", "cgcs2000"),
        ("4326", "wgs84"),
        ("4547", "EPSG:4547"),
        ("epsg:4526", "EPSG:4526"),
    ],
)
def test_spellings(name: str, system: str) -> None:
    assert known_system(name, "study.toml") == system
    assert known_system(system, "study.toml") == system
    assert in_degrees(system) == (not system.startswith("EPSG"))


@pytest.mark.parametrize("name", ["mars", "EPSG:1", "EPSG:5773", "北京54"])
def test_an_unknown_system_is_told(name: str) -> None:
    with pytest.raises(CrsError, match=r"^study.toml: .*write") as caught:
        known_system(name, "study.toml")
    assert repr(name) in str(caught.value)
