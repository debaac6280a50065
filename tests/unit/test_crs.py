"""The metric CRS is the zone of the place, and nothing but metres is accepted."""

import numpy as np
import pytest

from facility_coverage.crs import (
    MAX_SCALE_ERROR,
    WGS84,
    known_crs,
    metric_crs,
    project,
    require_metric,
    require_true_lengths,
)
from facility_coverage.errors import CrsError


@pytest.mark.parametrize(
    ("lon", "lat", "crs"),
    [
        (113.36, 23.12, "EPSG:4547"),  # 天河, zone 114° E
        (117.30, 38.98, "EPSG:4548"),  # 津南, zone 117° E
        (119.97, 31.78, "EPSG:4549"),  # 天宁, zone 120° E
        (115.49, 30.0, "EPSG:4547"),  # 115.5° E divides two zones
        (115.51, 30.0, "EPSG:4548"),
        (75.0, 39.0, "EPSG:4534"),  # the first zone
        (134.9, 48.0, "EPSG:4554"),  # the last zone
        (-15.43, 28.1, "EPSG:32628"),  # Las Palmas
        (-8.6, 41.15, "EPSG:32629"),  # Porto
        (1.5, 42.5, "EPSG:32631"),  # Andorra
        (-43.2, -22.9, "EPSG:32723"),  # Rio de Janeiro, south of the equator
        (151.2, -33.9, "EPSG:32756"),  # Sydney
        (0.0, 0.0, "EPSG:32631"),
        (-180.0, 10.0, "EPSG:32601"),
        (180.0, 10.0, "EPSG:32660"),
        (139.7, 35.7, "EPSG:32654"),  # Tokyo lies east of the box of China
    ],
)
def test_the_zone_of_a_place(lon: float, lat: float, crs: str) -> None:
    assert metric_crs(lon, lat) == crs


@pytest.mark.parametrize("lon", [73.6, 90.0, 104.06, 113.36, 121.47, 126.6, 135.0])
@pytest.mark.parametrize("lat", [18.5, 30.0, 53.0])
def test_lengths_are_true_all_over_a_zone_of_china(lon: float, lat: float) -> None:
    crs = metric_crs(lon, lat)
    xy = project(np.array([[lon, lat]]), WGS84, crs)
    assert require_true_lengths(crs, xy, "here") <= 1e-3


@pytest.mark.parametrize(("lon", "lat"), [(23.12, 113.36), (200.0, 0.0), (0.0, 85.0), (0.0, -81.0)])
def test_a_place_beyond_the_zones_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(CrsError, match=r"are the two exchanged\?"):
        metric_crs(lon, lat)


@pytest.mark.parametrize("name", ["EPSG:4547", "EPSG:32628", "ESRI:54009", "EPSG:25831"])
def test_metres_are_accepted(name: str) -> None:
    assert require_metric(name, "[study] crs") == name


@pytest.mark.parametrize(
    "name",
    ["EPSG:4326", "EPSG:4490", "EPSG:4978", "EPSG:2263"],
    ids=["degrees", "degrees CGCS2000", "geocentric", "US survey feet"],
)
def test_anything_but_metres_is_refused(name: str) -> None:
    with pytest.raises(CrsError, match=r"\[study\] crs: EPSG:\d+ \(.+\) is not in metres"):
        require_metric(name, "[study] crs")


@pytest.mark.parametrize("name", ["", "EPSG:1", "metres", "EPSG:999999", "<script>"])
def test_an_unknown_crs_is_refused_with_its_place(name: str) -> None:
    with pytest.raises(CrsError, match=r"demand\.cell_crs: .* is not a known CRS"):
        known_crs(name, "demand.cell_crs")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "EPSG:4326",
            "[study] crs：EPSG:4326（WGS 84）不以米为单位；请指定投影坐标系",
        ),
        ("metres", "[study] crs：'metres' 不是已知的坐标系；请写成 EPSG:4326 这样的代码"),
    ],
)
def test_a_wrong_crs_is_told_in_chinese(name: str, told: str) -> None:
    with pytest.raises(CrsError) as caught:
        require_metric(name, "[study] crs")
    assert caught.value.told("zh").startswith(told)


def test_east_comes_before_north() -> None:
    """On the central meridian the easting is 500 km, the northing the length of the meridian."""
    ((x, y),) = project(np.array([[114.0, 23.0]]), WGS84, "EPSG:4547")
    assert abs(x - 500_000.0) < 1e-6
    assert 2_540_000 < y < 2_550_000
    ((lon, lat),) = project(np.array([[x, y]]), "EPSG:4547", WGS84)
    assert abs(lon - 114.0) < 1e-12
    assert abs(lat - 23.0) < 1e-12


def test_no_rows_stay_no_rows() -> None:
    assert project(np.empty((0, 2)), WGS84, "EPSG:4547").shape == (0, 2)


def test_lengths_of_mercator_are_refused_far_from_the_equator() -> None:
    """At 60° N a Mercator metre is half a metre of ground."""
    xy = project(np.array([[25.0, 60.0]]), WGS84, "EPSG:3857")
    with pytest.raises(CrsError, match=r"lengths in EPSG:3857 are off by 9\d\.\d\d%"):
        require_true_lengths("EPSG:3857", xy, "units.geojson")


def test_utm_is_short_in_its_middle_by_four_in_ten_thousand() -> None:
    xy = project(np.array([[-15.0, 28.0]]), WGS84, "EPSG:32628")
    assert abs(require_true_lengths("EPSG:32628", xy, "here") - 0.0004) < 1e-5
    assert MAX_SCALE_ERROR > 0.0004


def test_the_worst_of_several_places_counts() -> None:
    """Four zones away a Gauss-Krüger length is off by more than a hundredth."""
    xy = project(np.array([[114.0, 23.0], [126.0, 23.0]]), WGS84, "EPSG:4547")
    assert require_true_lengths("EPSG:4547", xy[:1], "here") < 1e-6
    with pytest.raises(CrsError, match="cut the study into smaller areas"):
        require_true_lengths("EPSG:4547", xy, "here")
