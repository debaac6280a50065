"""Heights between the pixels of an elevation model, and the traps of such files."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray

from facility_coverage.errors import CrsError, InputError, NotFoundError
from facility_coverage.inputs.elevation import MAX_VOID_PIXELS, Elevation, read_elevation

VOID = -32768


def write_dem(
    path: Path,
    height_m: NDArray[np.float64] | list[list[float]],
    *,
    west: float = 1.0,
    north: float = 43.0,
    pixel: float = 0.01,
    crs: str | None = "EPSG:4326",
) -> Path:
    """Write a GeoTIFF of heights; ``west, north`` is the upper left corner of its first pixel."""
    grid = np.array(height_m, dtype=np.float32)
    with rasterio.open(
        path, "w", driver="GTiff", width=grid.shape[1], height=grid.shape[0], count=1,
        dtype="float32", crs=crs, nodata=VOID,
        transform=rasterio.Affine(pixel, 0.0, west, 0.0, -pixel, north),
    ) as raster:  # fmt: skip
        raster.write(grid, 1)
    return path


def heights(elevation: Elevation, lonlat: list[tuple[float, float]]) -> list[float]:
    """Return the heights of places, as a list."""
    found: list[float] = elevation.heights_m(elevation.pixel_of(np.array(lonlat))).tolist()
    return found


PIXELS = [[0.0, 10.0, 20.0], [100.0, 110.0, 120.0], [200.0, 210.0, 220.0]]
"""Heights rise by 10 m a pixel to the east and by 100 m a pixel to the south."""


def test_heights_stand_in_the_middle_of_pixels_and_are_even_between(tmp_path: Path) -> None:
    dem = write_dem(tmp_path / "dem.tif", PIXELS)
    places = [(1.005, 42.995), (1.015, 42.985), (1.01, 42.995), (1.005, 42.99), (1.02, 42.98)]
    elevation = read_elevation(dem, np.array(places))
    assert heights(elevation, places) == pytest.approx([0.0, 110.0, 5.0, 50.0, 165.0])
    assert elevation.filled_places == 0


def test_the_outer_half_of_a_border_pixel_has_the_height_of_its_middle(tmp_path: Path) -> None:
    places = [(1.001, 42.999), (1.029, 42.999), (1.029, 42.971)]
    elevation = read_elevation(write_dem(tmp_path / "dem.tif", PIXELS), np.array(places))
    assert heights(elevation, places) == pytest.approx([0.0, 20.0, 220.0])


def test_level_ground_is_level_to_the_last_bit(tmp_path: Path) -> None:
    dem = write_dem(tmp_path / "dem.tif", np.full((3, 3), 713.3))
    places = np.random.default_rng(0).uniform((1.0, 42.97), (1.03, 43.0), (500, 2))
    elevation = read_elevation(dem, places)
    assert len(set(elevation.heights_m(elevation.pixel_of(places)).tolist())) == 1


def test_a_model_in_metres_of_another_crs_is_read(tmp_path: Path) -> None:
    """UTM 31: the place of the pixel's middle is (500150, 4700150)."""
    dem = write_dem(
        tmp_path / "dem.tif", [[7.0]], west=500_000, north=4_700_300, pixel=300, crs="EPSG:32631"
    )
    elevation = read_elevation(dem, np.array([(3.0018, 42.4527)]))
    assert heights(elevation, [(3.0018, 42.4527)]) == [7.0]


def test_only_the_window_around_the_places_is_read(tmp_path: Path) -> None:
    dem = write_dem(tmp_path / "dem.tif", np.arange(10_000.0).reshape(100, 100))
    place = (1.505, 42.495)  # row 50, column 50
    elevation = read_elevation(dem, np.array([place]))
    assert elevation.height_m.size < 900
    assert heights(elevation, [place]) == pytest.approx([5050.0])


@pytest.mark.parametrize(
    "place", [(0.999, 42.985), (1.031, 42.985), (1.015, 43.001), (1.015, 42.969), (120.0, 30.0)]
)
def test_a_place_beyond_the_model_is_told_and_never_sea_level(
    tmp_path: Path, place: tuple[float, float]
) -> None:
    dem = write_dem(tmp_path / "dem.tif", PIXELS)
    with pytest.raises(InputError, match=r"dem\.tif: no height at 1 of 2 places on streets, the f"):
        read_elevation(dem, np.array([(1.015, 42.985), place]))


def test_a_narrow_void_is_filled_from_its_border_and_counted(tmp_path: Path) -> None:
    grid = np.full((30, 30), 500.0)
    grid[10:13, 10:13] = VOID
    places = np.array([(1.115, 42.885), (1.015, 42.985)])
    elevation = read_elevation(write_dem(tmp_path / "dem.tif", grid), places)
    assert elevation.heights_m(elevation.pixel_of(places)).tolist() == pytest.approx([500.0, 500.0])
    assert elevation.filled_places == 1


@pytest.mark.parametrize("share", ["middle", "all"])
def test_a_wide_void_is_told_and_never_sea_level(tmp_path: Path, share: str) -> None:
    size = int(4 * MAX_VOID_PIXELS)
    grid = np.full((size, size), float(VOID))
    if share == "middle":
        grid[0], grid[-1] = 500.0, 500.0
    place = (1.0 + 0.005 * size, 43.0 - 0.005 * size)
    with pytest.raises(InputError, match="no height at 1 of 1 places"):
        read_elevation(write_dem(tmp_path / "dem.tif", grid), np.array([place]))


def test_a_model_without_crs_is_told(tmp_path: Path) -> None:
    dem = write_dem(tmp_path / "dem.tif", PIXELS, crs=None)
    with pytest.raises(CrsError, match=r"dem\.tif: says no CRS"):
        read_elevation(dem, np.array([(1.0, 42.0)]))
    drawing = write_dem(tmp_path / "d.tif", PIXELS, crs='LOCAL_CS["drawing",UNIT["metre",1]]')
    with pytest.raises(CrsError, match="of no place on Earth"):
        read_elevation(drawing, np.array([(1.0, 42.0)]))


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("dem.vrt", r"dem\.vrt: the ending '\.vrt' is none of \.hgt, \.tif, \.tiff"),
        ("dem.zip", r"the ending '\.zip'"),
        ("dem.tif", r"dem\.tif: not an elevation model"),
        ("N42E001.hgt", r"N42E001\.hgt: not an elevation model"),
        ("nowhere.hgt", r"nowhere\.hgt: not an elevation model"),
    ],
)
def test_what_is_no_elevation_model_is_refused_in_one_line(
    tmp_path: Path, name: str, fault: str
) -> None:
    """A virtual raster could name any other file or address, so its reader is never asked."""
    path = tmp_path / name
    path.write_text("<VRTDataset/>", encoding="utf-8")
    with pytest.raises(InputError, match=fault) as caught:
        read_elevation(path, np.array([(1.0, 42.0)]))
    assert "\n" not in str(caught.value)


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"dem\.tif: there is no such file"):
        read_elevation(tmp_path / "dem.tif", np.array([(1.0, 42.0)]))


def trap(path: Path, values: NDArray[np.generic], nodata: float | None = None) -> Path:
    """Write a model of 3 x 3 pixels of any type."""
    with rasterio.open(
        path, "w", driver="GTiff", width=3, height=3, count=1, dtype=values.dtype, nodata=nodata,
        crs="EPSG:4326", transform=rasterio.Affine(0.01, 0.0, 1.0, 0.0, -0.01, 43.0),
    ) as raster:  # fmt: skip
        raster.write(values, 1)
    return path


MIDDLE = np.array([(1.015, 42.985)])


@pytest.mark.parametrize(
    ("dtype", "values", "fault"),
    [
        ("uint8", [9, 255], r"its pixels are uint8, which end at 255, and some are 255: higher gr"),
        ("int16", [700, -32768], r"1 pixels hold -32768 m, which is no height on Earth; declare "),
        ("float32", [700, -9999], r"1 pixels hold -9999 m, which is no height on Earth; declare "),
        ("float32", [700, 1e20], r"1 pixels hold 1e\+20 m, which is no height on Earth; declare "),
        ("int16", [700, 0], r"1 pixels hold 0 m amid ground of 700 m and more; declare 0 as nod"),
    ],
)
def test_what_is_no_height_is_named(
    dtype: str, values: list[float], fault: str, tmp_path: Path
) -> None:
    grid = np.full((3, 3), values[0], dtype=dtype)
    grid[0, 0] = values[1]
    with pytest.raises(InputError, match=rf"dem\.tif: {fault}"):
        read_elevation(trap(tmp_path / "dem.tif", grid), MIDDLE)
    declared = trap(tmp_path / "declared.tif", grid, nodata=values[1])
    assert heights(read_elevation(declared, MIDDLE), [(1.015, 42.985)]) == [values[0]]


def test_heights_in_feet_are_named(tmp_path: Path) -> None:
    path = trap(tmp_path / "dem.tif", np.full((3, 3), 700, dtype="int16"))
    with rasterio.open(path, "r+") as raster:
        raster.units = ("ft",)
    with pytest.raises(
        InputError, match=r"dem\.tif: says that its heights are in ft; convert them"
    ):
        read_elevation(path, MIDDLE)


def test_heights_are_scaled_as_the_file_says(tmp_path: Path) -> None:
    path = trap(tmp_path / "dem.tif", np.full((3, 3), 7000, dtype="int16"))
    with rasterio.open(path, "r+") as raster:
        raster.scales, raster.offsets, raster.units = (0.1,), (5.0,), ("m",)
    assert heights(read_elevation(path, MIDDLE), [(1.015, 42.985)]) == pytest.approx([705.0])


def test_the_sea_beside_low_ground_is_no_void(tmp_path: Path) -> None:
    grid = np.array([[0, 0, 3], [0, 12, 300], [5, 40, 800]], dtype="int16")
    elevation = read_elevation(trap(tmp_path / "dem.tif", grid), MIDDLE)
    assert heights(elevation, [(1.015, 42.985)]) == pytest.approx([12.0])
