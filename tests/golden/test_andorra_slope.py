"""Andorra on its slopes: SRTM heights under OSM streets."""

from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
import rasterio
from scipy.ndimage import map_coordinates

from facility_coverage.crs import WGS84, project
from facility_coverage.network.build import read_network
from facility_coverage.network.cache import street_network
from facility_coverage.network.profiles import walk
from facility_coverage.network.street_network import StreetNetwork


@pytest.fixture(scope="module")
def extract(real_data: Path) -> Path:
    return real_data / "andorra" / "andorra.osm.pbf"


@pytest.fixture(scope="module")
def tile(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dem")
    with ZipFile(real_data / "andorra" / "N42E001.hgt.zip") as archive:
        return Path(archive.extract("N42E001.hgt", folder))


@pytest.fixture(scope="module")
def sloped(extract: Path, tile: Path) -> StreetNetwork:
    return read_network(extract, walk(), elevation=tile)


@pytest.fixture(scope="module")
def flat(extract: Path) -> StreetNetwork:
    return read_network(extract, walk())


def test_short_streets_have_the_pace_of_their_slope(sloped: StreetNetwork, tile: Path) -> None:
    """Heights by scipy, straight from the bytes of the tile: 1201 rows from 43° N, from 1° E."""
    metres = np.fromfile(tile, dtype=">i2").reshape(1201, 1201).astype(float)
    lon, lat = project(sloped.node_xy, sloped.crs, WGS84).T
    where = np.array([(43 - lat) * 1200, (lon - 1) * 1200])
    heights = map_coordinates(metres, where, order=1)
    by_a_void = map_coordinates((metres < 0).astype(float), where, order=1) > 0
    short = (np.diff(sloped.vertex_offset) == 2) & (sloped.edge_length_m < 60)
    short &= (sloped.edge_length_m > 5) & ~by_a_void[sloped.edge_node].any(axis=1)
    ends_m = heights[sloped.edge_node[short]]
    grade = (ends_m[:, 1] - ends_m[:, 0]) / sloped.edge_length_m[short]
    for seconds, sign in zip(sloped.edge_cost_s[short].T, (1, -1), strict=True):
        speed = 4 / 3.6 * np.exp(-3.5 * (np.abs(sign * grade + 0.05) - 0.05))
        right = np.isclose(sloped.edge_length_m[short] / seconds, speed, rtol=1e-3)
        assert right.mean() > 0.97  # the rest are bridges and tunnels
    along, against = sloped.edge_cost_s[short].T
    climbs = grade > 0.02
    assert climbs.sum() > 5_000
    assert (along > against)[climbs].mean() > 0.97


def test_streets_and_their_lengths_are_the_same(sloped: StreetNetwork, flat: StreetNetwork) -> None:
    for name in ("raw_nodes", "raw_segments", "torn_ways"):
        assert sloped.source[name] == flat.source[name]
    assert np.isclose(sloped.edge_length_m.sum(), flat.edge_length_m.sum(), rtol=0, atol=1e-6)
    assert set(flat.node_id.tolist()) <= set(sloped.node_id.tolist())
    assert sloped.source["filled_heights"] == 48


def test_going_and_coming_back_over_a_mountain_takes_longer(
    sloped: StreetNetwork, flat: StreetNetwork
) -> None:
    assert sloped.edge_cost_s.sum() > 1.2 * flat.edge_cost_s.sum()
    assert sloped.fastest_m_per_s <= walk().off_street_speed_m_per_s * np.exp(0.175)


def test_a_flat_model_is_no_slope(extract: Path, flat: StreetNetwork, tmp_path: Path) -> None:
    path = tmp_path / "flat.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=60, height=60, count=1, dtype="float32", crs="EPSG:4326",
        transform=rasterio.Affine(0.01, 0.0, 1.3, 0.0, -0.01, 42.8),
    ) as raster:  # fmt: skip
        raster.write(np.full((60, 60), 1023.7, dtype=np.float32), 1)
    level = read_network(extract, walk(), elevation=path)
    for name in ("node_id", "edge_node", "edge_length_m", "edge_cost_s", "vertex_xy"):
        assert np.array_equal(getattr(level, name), getattr(flat, name))


def test_the_model_is_part_of_what_the_cache_knows(
    extract: Path, tile: Path, tmp_path: Path, sloped: StreetNetwork
) -> None:
    for elevation in (None, tile, None, tile):
        network = street_network(extract, walk(), elevation=elevation, cache_folder=tmp_path)
        assert (network.elevation is None) == (elevation is None)
    assert len(list(tmp_path.iterdir())) == 2
    assert np.array_equal(network.edge_cost_s, sloped.edge_cost_s)
