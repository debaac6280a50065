"""Vector tiles, decoded by GDAL: the same lines, to a quarter of a pixel, with their properties."""

import math
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from fastapi.testclient import TestClient
from served_toy import serving, square_lon_lat, toy_folder

from facility_coverage_api.features.crs import served_crs
from facility_coverage_api.features.layers import Layer, Outline
from facility_coverage_api.features.vector_tiles import EXTENT, MAX_ZOOM, tile

TILES = "/collections/streets/tiles/WebMercatorQuad"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy_folder(tmp_path_factory.mktemp("results"), streets=400)


@pytest.fixture(scope="module")
def client(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(folder, files=tmp_path_factory.mktemp("service")) as opened:
        yield opened


def tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Return column and row of the tile that holds a place."""
    x = (lon + 180) / 360
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int(x * 2**zoom), int(y * 2**zoom)


def decoded(content: bytes, folder: Path, zoom: int, column: int, row: int) -> gpd.GeoDataFrame:
    """Return a tile as GDAL reads it, in EPSG:3857."""
    path = folder / f"{zoom}-{column}-{row}.mvt"
    path.write_bytes(content)
    return pyogrio.read_dataframe(path, Z=str(zoom), X=str(column), Y=str(row), CLIP="NO")


def lines_layer(shapes: list[shapely.Geometry], **columns: list[object]) -> Layer:
    """Return a layer of lines in EPSG:3857."""
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:3857")
    frame.index += 1
    outline = Outline("LineString", served_crs("EPSG:3857"), None, None)
    return Layer(frame, outline, dict.fromkeys(columns, "string"))


@pytest.mark.parametrize("zoom", [11, 14, 17])
def test_a_tile_holds_the_streets_that_cross_it(
    client: TestClient, folder: Path, tmp_path: Path, zoom: int
) -> None:
    west, south, east, north = square_lon_lat(2)
    column, row = tile_at((west + east) / 2, (south + north) / 2, zoom)
    answer = client.get(f"{TILES}/{zoom}/{column}/{row}.mvt")
    assert answer.headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    found = decoded(answer.content, tmp_path, zoom, column, row)
    streets = pyogrio.read_dataframe(folder / "results.gpkg", layer="streets").to_crs(3857)
    side_m = 2 * math.pi * 6_378_137 / 2**zoom
    step_m = side_m / EXTENT
    corner = np.array([column, -row - 1]) * side_m + [-side_m, side_m] * np.array([2**zoom / 2] * 2)
    inside = shapely.box(*corner, *(corner + side_m))
    assert len(found) > 0
    by_id = streets.set_index("street_id")
    for street in found.itertuples():
        original = by_id.loc[street.street_id]
        assert (street.band, street.street_class) == (original.band, original.street_class)
        assert street.mvt_id == street.street_id
        assert street.geometry.difference(original.geometry.buffer(6 * step_m)).is_empty
        kept = original.geometry.intersection(inside)
        assert kept.difference(street.geometry.buffer(6 * step_m)).is_empty
    crossing = streets[streets.intersection(inside).length > 8 * step_m]
    assert set(crossing["street_id"]) <= set(found["street_id"])


def test_an_empty_tile_is_empty(client: TestClient) -> None:
    answer = client.get(f"{TILES}/10/0/0.mvt")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_tile_is_asked_once(client: TestClient) -> None:
    etag = client.get(f"{TILES}/10/0/0.mvt").headers["ETag"]
    again = client.get(f"{TILES}/10/0/0.mvt", headers={"If-None-Match": etag})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{TILES}/3/8/0.mvt", 404),
        (f"{TILES}/3/0/8.mvt", 404),
        (f"{TILES}/{MAX_ZOOM + 1}/0/0.mvt", 422),
        (f"{TILES}/-1/0/0.mvt", 422),
        (f"{TILES}/1/x/0.mvt", 422),
        ("/collections/gaps/tiles/WebMercatorQuad/0/0/0.mvt", 404),
        ("/collections/gaps/tiles/WebMercatorQuad", 404),
    ],
)
def test_tiles_that_do_not_exist(client: TestClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_the_description_leads_to_the_tiles(client: TestClient) -> None:
    links = client.get("/collections/streets").json()["links"]
    (href,) = (link["href"] for link in links if link["rel"].endswith("tilesets-vector"))
    body = client.get(href).json()
    assert body["tiles"][0].endswith(f"{TILES}/{{z}}/{{x}}/{{y}}.mvt")
    assert body["vector_layers"][0]["fields"]["street_id"] == "Integer"
    assert client.get(f"{href}?f=html").status_code == 200


def test_every_type_of_value_is_kept_and_what_is_missing_left_out(tmp_path: Path) -> None:
    line = shapely.LineString([(10, -10), (1000, -10), (1000, -10), (1000, -2000)])
    layer = lines_layer(
        [line, line],
        word=["天河", None], whole=[-3, 2**40], real=[0.5, math.nan], said=[True, False],
    )  # fmt: skip
    found = decoded(tile(layer, "lines", 12, 2048, 2048), tmp_path, 12, 2048, 2048)
    assert found["word"].fillna("").tolist() == ["天河", ""]
    assert found["whole"].tolist() == [-3, 2**40]
    assert found["real"].fillna(-1).tolist() == [0.5, -1]
    assert found["said"].astype(bool).tolist() == [True, False]


def test_what_shrinks_to_a_point_is_not_drawn(tmp_path: Path) -> None:
    speck = shapely.LineString([(5000, -5000), (5001, -5000)])
    there_and_back = shapely.MultiLineString(
        [[(0, 0), (9000, 0)], [(20, -5), (20, -4)], [(0, -9000), (9000, -9000)]]
    )
    layer = lines_layer([speck, there_and_back, shapely.LineString()], name=["a", "b", "c"])
    found = decoded(tile(layer, "lines", 12, 2048, 2048), tmp_path, 12, 2048, 2048)
    assert found["mvt_id"].tolist() == [2]
    assert len(found.geometry.iloc[0].geoms) == 2
