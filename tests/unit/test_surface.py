"""The travel-time surface: values by hand, and a GeoTIFF that is laid out for the web."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from drawn_circles import places_on
from toy_city import CORNER_M, CRS, network_of

from facility_coverage.network.cell_grid import CellGrid
from facility_coverage.network.nearest import StreetIndex
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage.outputs.surface import NODATA, write_surface
from facility_coverage.result import Surface
from facility_coverage.travel import surface as surface_module
from facility_coverage.travel.surface import travel_time_surface


def streets() -> StreetNetwork:
    """Return a street of 400 m with a facility at its start, and an island 300 m to the north."""
    nodes = {1: (0, 0), 2: (400, 0), 3: (0, 300), 4: (400, 300)}
    return network_of(nodes, {1: [1, 2], 2: [3, 4]})


def surface(limit_m: float = 100.0, cell_m: float = 20.0) -> Surface:
    network = streets()
    x, y = CORNER_M
    grid = CellGrid.over(
        StreetIndex.of(network),
        (x - 100, y - 200, x + 500, y + 400),
        size_m=cell_m,
        off_street_limit_m=limit_m,
    )
    facility = places_on(network, np.array([(0.0, -10.0)]) + CORNER_M, limit_m)
    return travel_time_surface(network, grid, facility)


def value_at(raster: Surface, x: float, y: float) -> float:
    west, north = raster.corner_m
    column = int((CORNER_M[0] + x - west) // raster.cell_size_m)
    row = int((north - CORNER_M[1] - y) // raster.cell_size_m)
    return float(raster.travel_time_s[row, column])


def test_a_pixel_is_the_time_of_its_centre_with_both_off_street_legs() -> None:
    """10 s from the facility to its street, 200 s along it, 40 s off it."""
    raster = surface()
    assert value_at(raster, 200, 40) == pytest.approx(250.0, abs=1e-3)
    assert value_at(raster, 0, 0) == pytest.approx(10.0, abs=1e-3)
    assert value_at(raster, 200, 80) == pytest.approx(290.0, abs=1e-3)


def test_what_is_not_assessed_has_no_time() -> None:
    raster = surface()
    assert np.isnan(value_at(raster, 200, -120))  # no street within 100 m
    assert np.isnan(value_at(raster, 200, 300))  # on the island, from which no way leads here


def test_strips_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = surface().travel_time_s
    monkeypatch.setattr(surface_module, "_CELLS_PER_STRIP", 100)
    assert np.array_equal(surface().travel_time_s, whole, equal_nan=True)


def test_the_file_is_a_cloud_optimised_geotiff_with_the_same_values(tmp_path: Path) -> None:
    raster = surface(cell_m=1.0)
    path = tmp_path / "travel_time.tif"
    write_surface(raster, CRS, path, {"profile": "walk"})
    assert b"LAYOUT=IFDS_BEFORE_DATA" in path.read_bytes()[:200]
    with rasterio.open(path) as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert file.tags()["profile"] == "walk"
        assert file.descriptions == ("travel_time_s",)
        assert file.crs == CRS
        assert file.nodata == NODATA
        assert file.dtypes == ("float32",)
        assert file.res == (1.0, 1.0)
        assert (file.transform.c, file.transform.f) == raster.corner_m
        assert file.overviews(1)
        values = file.read(1)
    assert (np.isnan(raster.travel_time_s) == (values == NODATA)).all()
    known = values != NODATA
    assert (values[known] == raster.travel_time_s[known]).all()


def test_equal_surfaces_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("one.tif", "other.tif"):
        write_surface(surface(), CRS, tmp_path / name, {"profile": "walk", "a": "b"})
    assert (tmp_path / "one.tif").read_bytes() == (tmp_path / "other.tif").read_bytes()
