"""Demand: each person counts once, in the subdistricts where the ground beneath lies."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from toy_study import (
    CORNER_M,
    CRS,
    Box,
    degrees,
    polygon,
    write_csv,
    write_geojson,
    write_raster,
    write_subdistricts,
)

from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.inputs.boundaries import Boundaries, read_boundaries
from facility_coverage.inputs.demand import Demand, read_demand
from facility_coverage.study_file import BoundariesSection, DemandSection

BOXES: dict[str, tuple[str, Box]] = {
    "a": ("甲", (0, 0, 100, 100)),
    "b": ("乙", (100, 0, 200, 100)),
}
"""Two squares of 100 m, side by side."""


@pytest.fixture
def boundaries(tmp_path: Path) -> Boundaries:
    path = write_subdistricts(tmp_path / "units.geojson", BOXES)
    return read_boundaries(BoundariesSection(source=str(path), id="code"), CRS)


def table(tmp_path: Path, rows: Sequence[tuple[Any, ...]], header: str) -> str:
    return str(write_csv(tmp_path / "people.csv", header.split(","), rows))


def at(demand: Demand) -> list[list[float]]:
    """Return the places of demand, metres in the toy study, to a millimetre."""
    places: list[list[float]] = np.round(demand.xy - CORNER_M, 3).tolist()
    return places


def test_a_point_counts_where_it_lies(boundaries: Boundaries, tmp_path: Path) -> None:
    rows = [
        (*degrees(250, 50), 4, 1),  # outside
        (*degrees(150, 50), 3, 0),  # b
        (*degrees(50, 50), 2, 2),  # a
        (*degrees(50, 60), 0, 0),  # a, nobody
    ]
    source = table(tmp_path, rows, "lon,lat,population,older")
    demand = read_demand(DemandSection(source=source, older="older"), boundaries, CRS)
    assert at(demand) == [[50, 50], [50, 60], [150, 50], [250, 50]]
    assert demand.demand_id == ("4", "5", "3", "2")
    assert demand.population.tolist() == [2, 0, 3, 4]
    assert demand.older is not None
    assert demand.older.tolist() == [2, 0, 0, 1]
    assert demand.by_unit(demand.population).tolist() == [2, 3, 4]
    assert demand.main_unit.tolist() == [0, 0, 1, 2]
    assert demand.spacing_m == 0.0


def test_a_cell_is_shared_out_by_area(boundaries: Boundaries, tmp_path: Path) -> None:
    # cells of 40 m: centred on the border of a and b; on a's corner; inside b; a third outside b
    rows = [
        (*degrees(100, 50), 80),  # 40 a, 40 b
        (*degrees(0, 0), 80),  # 20 a, 60 outside
        (*degrees(150, 50), 80),  # 80 b
        (*degrees(190, 50), 80),  # 20 of 40 m: 60 b, 20 outside
    ]
    source = table(tmp_path, rows, "lon,lat,population")
    section = DemandSection(source=source, cell_size_m=40)
    demand = read_demand(section, boundaries, CRS)
    np.testing.assert_allclose(demand.by_unit(demand.population), [60, 180, 80], atol=1e-3)
    assert demand.by_unit(demand.population).sum() == pytest.approx(320, abs=1e-12)
    assert demand.spacing_m == 40.0
    main = demand.main_unit.tolist()  # from west to east; the second cell is halved
    assert [main[0], *main[2:]] == [2, 1, 1]


def test_cells_are_squares_where_they_were_drawn(boundaries: Boundaries, tmp_path: Path) -> None:
    # a square of the Mollweide projection is a slanting parallelogram here; a straight border
    # through its centre halves it all the same
    source = table(tmp_path, [(*degrees(100, 50), 100)], "lon,lat,population")
    section = DemandSection(source=source, cell_size_m=20, cell_crs="ESRI:54009")
    demand = read_demand(section, boundaries, CRS)
    shares = demand.unit_share.toarray()[:, 0]
    np.testing.assert_allclose(shares, [0.5, 0.5, 0], atol=1e-4)
    assert at(demand) == [[100, 50]]  # decided at its centre


def test_a_polygon_is_shared_out_by_area_and_stands_inside(
    boundaries: Boundaries, tmp_path: Path
) -> None:
    boxes: list[Box] = [(50, 0, 150, 50), (-50, 0, 50, 100)]
    path = tmp_path / "compounds.gpkg"
    rows = [({"population": 60}, polygon(box)) for box in boxes]
    layer = write_geojson(tmp_path / "compounds.geojson", rows)
    gpd.read_file(layer).to_file(path, layer="compounds")
    demand = read_demand(DemandSection(source=str(path)), boundaries, CRS)
    np.testing.assert_allclose(demand.by_unit(demand.population), [60, 30, 30], atol=1e-3)
    for (x, y), box in zip(at(demand), boxes[::-1], strict=True):
        assert box[0] < x < box[2]
        assert box[1] < y < box[3]


def raster(
    tmp_path: Path,
    people: Sequence[Sequence[float]],
    corner: tuple[float, float],
    pixel: float = 100.0,
) -> str:
    place = (CORNER_M[0] + corner[0], CORNER_M[1] + corner[1])
    return str(write_raster(tmp_path / "people.tif", np.array(people), corner=place, pixel=pixel))


def test_a_pixel_is_shared_out_by_area(boundaries: Boundaries, tmp_path: Path) -> None:
    # pixels of 40 m from x = -20, y = 120 downwards
    people: list[list[float]] = [
        [10, 20, 30, 40, 50, 60, 7],  # 80 < y < 120: half of each in
        [-9, 0, 5, 6, np.nan, 4, 3],  # 40 < y < 80
    ]
    demand = read_demand(
        DemandSection(source=raster(tmp_path, people, (-20, 120), pixel=40)), boundaries, CRS
    )
    # columns: -20..20 half in a; 20..60 a; 60..100 a; 100..140 b; 140..180 b; 180..220 half b;
    # 220..260 outside, beyond the window: nobody of this study
    a = (10 / 2 + 20 + 30) / 2 + 5
    b = (40 + 50 + 60 / 2) / 2 + 6 + 4 / 2
    total = 10 + 20 + 30 + 40 + 50 + 60 + 5 + 6 + 4
    np.testing.assert_allclose(demand.by_unit(demand.population), [a, b, total - a - b], atol=1e-3)
    assert set(demand.demand_id) == {
        "r0c0", "r0c1", "r0c2", "r0c3", "r0c4", "r0c5", "r1c2", "r1c3", "r1c5",
    }  # fmt: skip
    assert at(demand)[0] == [0, 100]
    assert demand.spacing_m == pytest.approx(40, abs=1e-6)


def test_pixels_are_named_by_their_place_in_the_file(
    boundaries: Boundaries, tmp_path: Path
) -> None:
    people = np.zeros((50, 60))
    people[30, 40] = 9
    source = raster(tmp_path, people.tolist(), (-4050 + 50, 3050 + 50), pixel=100)
    demand = read_demand(DemandSection(source=source), boundaries, CRS)
    assert demand.demand_id == ("r30c40",)
    assert at(demand) == [[50, 50]]


@pytest.mark.parametrize("shift", [0.05, 0.3, 0.49, 0.5, 0.51, 0.7, 0.95])
def test_no_pixel_at_the_rim_is_lost(shift: float, boundaries: Boundaries, tmp_path: Path) -> None:
    # 7 pixels of 50 m each way cover 350 m; wherever the squares of 200 x 100 m lie among them,
    # 20,000 m² hold 8 persons of 2,500 m² each
    corner = (-50 - 50 * shift, 150 + 50 * shift)
    source = raster(tmp_path, np.ones((7, 7)).tolist(), corner, pixel=50)
    demand = read_demand(DemandSection(source=source), boundaries, CRS)
    assert demand.by_unit(demand.population)[:2].sum() == pytest.approx(8, abs=1e-4)


@pytest.mark.parametrize("flip", [(0,), (1,), (0, 1)])
def test_rows_and_columns_may_run_either_way(
    boundaries: Boundaries, tmp_path: Path, flip: tuple[int, ...]
) -> None:
    people = np.arange(42.0).reshape(6, 7)
    source = raster(tmp_path, people.tolist(), (-60, 160), pixel=40)
    usual = read_demand(DemandSection(source=source), boundaries, CRS)
    with rasterio.open(source, "r+") as file:
        a, _, west, _, e, north = file.transform[:6]
        x0, dx = (west + 7 * a, -a) if 1 in flip else (west, a)
        y0, dy = (north + 6 * e, -e) if 0 in flip else (north, e)
        file.transform = rasterio.Affine(dx, 0.0, x0, 0.0, dy, y0)
        file.write(np.flip(people, flip), 1)
    flipped = read_demand(DemandSection(source=source), boundaries, CRS)
    np.testing.assert_allclose(
        flipped.by_unit(flipped.population), usual.by_unit(usual.population), atol=1e-9
    )
    assert sorted(map(tuple, at(flipped))) == sorted(map(tuple, at(usual)))


def test_a_raster_of_the_other_side_of_the_earth_is_told(
    boundaries: Boundaries, tmp_path: Path
) -> None:
    crs = "+proj=ortho +lat_0=-23 +lon_0=-66"
    path = write_raster(tmp_path / "p.tif", np.ones((9, 9)), corner=(0, 0), crs=crs)
    with pytest.raises(InputError, match="lies nowhere near the subdistricts"):
        read_demand(DemandSection(source=str(path)), boundaries, CRS)


def test_a_raster_in_degrees(boundaries: Boundaries, tmp_path: Path) -> None:
    west, north = degrees(-100, 200)
    people = np.ones((60, 60))
    path = write_raster(
        tmp_path / "p.tif", people, corner=(west, north), crs="EPSG:4326", pixel=1e-4
    )
    demand = read_demand(DemandSection(source=str(path)), boundaries, CRS)
    # a pixel of 0.0001 degrees is 10.24 x 11.08 m there: 20,000 m² hold 176 of them
    inside = demand.by_unit(demand.population)[:2].sum()
    assert inside == pytest.approx(20_000 / (10.24 * 11.08), rel=2e-3)


def test_older_people_of_a_second_raster(boundaries: Boundaries, tmp_path: Path) -> None:
    everybody = raster(tmp_path, [[8, 4]], (0, 100))
    older = write_raster(
        tmp_path / "older.tif", np.array([[3.0, -9.0]]), corner=(CORNER_M[0], CORNER_M[1] + 100)
    )
    section = DemandSection(source=everybody, older=str(older))
    demand = read_demand(section, boundaries, CRS)
    assert demand.older is not None
    np.testing.assert_allclose(demand.by_unit(demand.older), [3, 0, 0], atol=1e-4)
    shifted = write_raster(
        tmp_path / "older.tif", np.array([[3.0, 1.0]]), corner=(CORNER_M[0] + 9, CORNER_M[1] + 100)
    )
    with pytest.raises(InputError, match=r"its pixels are not those of people\.tif; resample"):
        read_demand(section.model_copy(update={"older": str(shifted)}), boundaries, CRS)


def test_the_nodata_of_a_raster_is_nobody(boundaries: Boundaries, tmp_path: Path) -> None:
    source = raster(tmp_path, [[-9, 4]], (0, 100))
    with rasterio.open(source) as file:
        assert file.nodata == -9
    demand = read_demand(DemandSection(source=source), boundaries, CRS)
    assert demand.population.tolist() == [4]


def test_a_raster_that_is_not_there(boundaries: Boundaries, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"lost\.tif: there is no such file; correct the path"):
        read_demand(DemandSection(source=str(tmp_path / "lost.tif")), boundaries, CRS)
