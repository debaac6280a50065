"""Layers: one geometry type each, in the CRS that their reader expects, equal bytes every time."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from facility_coverage.errors import InputError
from facility_coverage.outputs.layers import DRIVERS, write_geopackage, write_layer

SQUARE = shapely.box(500_000, 0, 500_100, 100)
CORNER = shapely.box(500_200, 0, 500_300, 100)


def polygons() -> gpd.GeoDataFrame:
    shapes = [SQUARE, shapely.MultiPolygon([SQUARE, CORNER])]
    values = {"name": ["=1+1", "龙洞"], "t_s": [np.inf, 1 / 3], "n": [1, 2]}
    return gpd.GeoDataFrame(values, geometry=shapes, crs="EPSG:4547")


def nothing() -> gpd.GeoDataFrame:
    table = pd.DataFrame({"gap_id": pd.Series(dtype=object), "t_s": pd.Series(dtype=float)})
    return gpd.GeoDataFrame(table, geometry=[], crs="EPSG:4547")


@pytest.mark.parametrize("ending", DRIVERS)
def test_a_layer_has_one_geometry_type(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"layer{ending}"
    write_layer(polygons(), path)
    read = gpd.read_file(path)
    assert set(read.geom_type) == {"MultiPolygon"}
    assert read["name"].tolist() == ["=1+1", "龙洞"]  # names of a layer are data, as they are
    assert np.isnan(read["t_s"][0])
    assert read["t_s"][1] == pytest.approx(1 / 3, abs=1e-6)
    assert [path.name for path in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", DRIVERS)
def test_equal_layers_are_equal_bytes(ending: str, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_layer(polygons(), tmp_path / name / f"layer{ending}")
    first, second = (tmp_path / name / f"layer{ending}" for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


def test_geojson_is_in_degrees_and_counter_clockwise(tmp_path: Path) -> None:
    path = tmp_path / "layer.geojson"
    write_layer(polygons(), path)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" not in document
    (ring,) = document["features"][0]["geometry"]["coordinates"][0]
    # the central meridian of EPSG:4547 is 114° E; 100 m of equator are 0.000898°
    np.testing.assert_allclose(np.ptp(ring, axis=0), [0.000898, 0.000904], atol=1e-6)
    assert min(ring)[0] == pytest.approx(114.0, abs=1e-6)
    assert shapely.LinearRing(ring).is_ccw
    assert max(len(str(value).partition(".")[2]) for point in ring for value in point) <= 7


def test_what_has_no_geometry_keeps_its_row(tmp_path: Path) -> None:
    path = tmp_path / "layer.geojson"
    shapes = [shapely.Point(500_000, 0), shapely.Point(), None]
    rows = pd.array([1, None, 3], dtype="Int64")
    write_layer(gpd.GeoDataFrame({"row": rows}, geometry=shapes, crs="EPSG:4547"), path)
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    assert [feature["properties"] for feature in features] == [
        {"row": 1},
        {"row": None},
        {"row": 3},
    ]
    assert [feature["geometry"] is None for feature in features] == [False, True, True]


def test_a_layer_that_is_empty_can_be_read(tmp_path: Path) -> None:
    for ending in DRIVERS:
        path = tmp_path / f"layer{ending}"
        write_layer(nothing(), path)
        assert len(pyogrio.read_dataframe(path)) == 0


def test_another_ending_is_refused_and_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"layer\.shp: .*choose one of these endings"):
        write_layer(polygons(), tmp_path / "layer.shp")
    assert list(tmp_path.iterdir()) == []


def test_a_geopackage_keeps_the_order_of_its_layers(tmp_path: Path) -> None:
    path = tmp_path / "all.gpkg"
    sites = gpd.GeoDataFrame({"site_id": []}, geometry=[], crs="EPSG:4547")
    write_geopackage({"sites": sites, "gaps": nothing(), "units": polygons()}, path)
    assert pyogrio.list_layers(path).tolist() == [
        ["sites", "Point"], ["gaps", "MultiPolygon"], ["units", "MultiPolygon"],
    ]  # fmt: skip
    assert pyogrio.read_info(path, layer="units")["crs"] == "EPSG:4547"


def test_no_date_of_today_stays_set_in_gdal(tmp_path: Path) -> None:
    write_layer(polygons(), tmp_path / "layer.gpkg")
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None
