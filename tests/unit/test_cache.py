"""Built networks are found again by content, and built again when anything differs."""

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from toy_osm import Way, write_osm

from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.network import cache
from facility_coverage.network.build import read_network
from facility_coverage.network.cache import street_network
from facility_coverage.network.profiles import Profile, shipped_profile, walk
from facility_coverage.network.street_network import StreetNetwork

NODES = {n: (114.0 + n / 1000, 23.0) for n in range(1, 5)}


def streets(path: Path, nodes: list[int]) -> Path:
    return write_osm(path, NODES, {7: Way(nodes, {"highway": "residential"})})


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the list of sources that were really read and built."""
    built: list[Path] = []

    def counted(path: Path, profile: Profile, **shaping: Any) -> StreetNetwork:  # noqa: ANN401
        built.append(path)
        return read_network(path, profile, **shaping)

    monkeypatch.setattr(cache, "read_network", counted)
    return built


def test_the_second_time_nothing_is_built(tmp_path: Path, builds: list[Path]) -> None:
    source, folder = streets(tmp_path / "a.osm", [1, 2, 3]), tmp_path / "deep" / "cache"
    one = street_network(source, walk(), cache_folder=folder)
    other = street_network(source, walk(), cache_folder=folder)
    assert builds == [source]
    assert np.array_equal(one.vertex_xy, other.vertex_xy)
    assert one.summary() == other.summary()


def test_the_content_counts_and_neither_name_nor_date(tmp_path: Path, builds: list[Path]) -> None:
    source = streets(tmp_path / "a.osm", [1, 2, 3])
    copy = tmp_path / "b.osm"
    shutil.copy(source, copy)
    os.utime(copy, (0, 0))
    street_network(source, walk(), cache_folder=tmp_path)
    street_network(copy, walk(), cache_folder=tmp_path)
    assert builds == [source]
    streets(source, [1, 2, 3, 4])
    assert street_network(source, walk(), cache_folder=tmp_path).node_id.tolist() == [1, 4]
    assert builds == [source, source]


def test_speed_name_and_crs_each_have_their_own(tmp_path: Path, builds: list[Path]) -> None:
    source = streets(tmp_path / "a.osm", [1, 2, 3])
    asked: list[tuple[Profile, str | None]] = [
        (walk(4.0), None), (walk(4.5), None), (shipped_profile("wheelchair"), None),
        (walk(4.0), "EPSG:4547"), (walk(4.0), "EPSG:4548"),
    ]  # fmt: skip
    for _ in range(2):
        for profile, crs in asked:
            network = street_network(source, profile, crs=crs, cache_folder=tmp_path)
            assert network.profile == profile
            assert crs in (None, network.crs)
    assert len(builds) == len(asked)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half", b"not a network"])
def test_a_broken_file_in_the_cache_is_built_again(
    tmp_path: Path, builds: list[Path], content: bytes
) -> None:
    source, folder = streets(tmp_path / "a.osm", [1, 2, 3]), tmp_path / "cache"
    whole = street_network(source, walk(), cache_folder=folder)
    (kept,) = folder.iterdir()
    sound = kept.read_bytes()
    kept.write_bytes(content)
    again = street_network(source, walk(), cache_folder=folder)
    assert np.array_equal(again.vertex_xy, whole.vertex_xy)
    assert kept.read_bytes() == sound
    assert builds == [source, source]


def test_without_a_folder_nothing_is_kept(tmp_path: Path, builds: list[Path]) -> None:
    source = streets(tmp_path / "a.osm", [1, 2, 3])
    before = sorted(tmp_path.rglob("*"))
    for _ in range(2):
        street_network(source, walk())
    assert builds == [source, source]
    assert sorted(tmp_path.rglob("*")) == before


def test_a_missing_source_is_told(tmp_path: Path) -> None:
    for name in ("a.osm", "a.npz"):
        with pytest.raises(NotFoundError, match="there is no such file"):
            street_network(tmp_path / name, walk(), cache_folder=tmp_path / "cache")


def test_a_saved_network_is_taken_as_it_is(tmp_path: Path, builds: list[Path]) -> None:
    built = street_network(streets(tmp_path / "a.osm", [1, 2, 3]), walk())
    saved = tmp_path / "a.npz"
    built.save(saved)
    builds.clear()
    network = street_network(saved, walk(), crs="EPSG:4547", cache_folder=tmp_path / "cache")
    assert np.array_equal(network.vertex_xy, built.vertex_xy)
    assert builds == []
    assert not (tmp_path / "cache").exists()


def test_a_saved_network_of_another_speed_or_crs_is_refused(tmp_path: Path) -> None:
    saved = tmp_path / "a.npz"
    street_network(streets(tmp_path / "a.osm", [1, 2, 3]), walk(4.0)).save(saved)
    told = r"built for profile walk with speed_kph = 4\.0 where 5\.0 is asked for; build it again"
    with pytest.raises(InputError, match=told):
        street_network(saved, walk(5.0))
    with pytest.raises(InputError, match="built in EPSG:4547, the study asks for EPSG:4548"):
        street_network(saved, walk(4.0), crs="EPSG:4548")


def test_a_saved_network_of_another_profile_says_what_differs(tmp_path: Path) -> None:
    saved = tmp_path / "a.npz"
    street_network(streets(tmp_path / "a.osm", [1, 2, 3]), walk()).save(saved)
    with pytest.raises(InputError) as caught:
        street_network(saved, shipped_profile("car"))
    told = str(caught.value)
    assert "built for profile walk with mode = foot where car is asked for, another" in told
    assert "another speed_kph, " in told
    assert "\n" not in told


def test_the_direction_shapes_no_street(tmp_path: Path, builds: list[Path]) -> None:
    """One network serves both, and comes back with the direction that was asked for."""
    source, saved = streets(tmp_path / "a.osm", [1, 2, 3]), tmp_path / "a.npz"
    outward = walk().model_copy(update={"direction": "from"})
    street_network(source, walk()).save(saved)
    builds.clear()
    assert street_network(saved, outward).profile.direction == "from"
    for profile in (walk(), outward, walk()):
        network = street_network(source, profile, cache_folder=tmp_path / "cache")
        assert network.profile == profile
    assert builds == [source]


def test_a_saved_network_with_or_without_slopes_is_no_other(tmp_path: Path) -> None:
    source, dem = streets(tmp_path / "a.osm", [1, 2, 3]), tmp_path / "dem.tif"
    with rasterio.open(
        dem, "w", driver="GTiff", width=2, height=2, count=1, dtype="float32", crs="EPSG:4326",
        transform=rasterio.Affine(1.0, 0.0, 113.0, 0.0, -1.0, 24.0),
    ) as raster:  # fmt: skip
        raster.write(np.zeros((1, 2, 2), dtype=np.float32))
    flat, sloped = tmp_path / "flat.npz", tmp_path / "sloped.npz"
    street_network(source, walk()).save(flat)
    street_network(source, walk(), elevation=dem).save(sloped)
    assert street_network(sloped, walk(), elevation=dem).elevation is not None
    with pytest.raises(InputError, match=r"built without slopes, the study asks for .*dem\.tif"):
        street_network(flat, walk(), elevation=dem)
    with pytest.raises(InputError, match="built with slopes, the study asks for none; build it"):
        street_network(sloped, walk())


def test_a_missing_model_is_told_with_and_without_a_cache(tmp_path: Path) -> None:
    source = streets(tmp_path / "a.osm", [1, 2, 3])
    saved = tmp_path / "a.npz"
    street_network(source, walk()).save(saved)
    for path, folder in ((source, None), (source, tmp_path / "cache"), (saved, None)):
        with pytest.raises(NotFoundError, match=r"dem\.tif: there is no such file"):
            street_network(path, walk(), elevation=tmp_path / "dem.tif", cache_folder=folder)
