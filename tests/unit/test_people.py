"""People of every source: densities, floor areas, ages, and rasters that count something else."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from toy_study import (
    CORNER_M,
    CRS,
    degrees,
    polygon,
    write_csv,
    write_geojson,
    write_raster,
    write_subdistricts,
)

from facility_coverage.crs import project
from facility_coverage.errors import GeometryError, InputError, SchemaError
from facility_coverage.inputs.boundaries import Boundaries, read_boundaries
from facility_coverage.inputs.demand import Demand, read_demand
from facility_coverage.study_file import BoundariesSection, DemandSection


@pytest.fixture
def boundaries(tmp_path: Path) -> Boundaries:
    """Two squares of 100 m, side by side."""
    boxes = {"a": ("甲", (0, 0, 100, 100)), "b": ("乙", (100, 0, 200, 100))}
    path = write_subdistricts(tmp_path / "units.geojson", boxes)
    return read_boundaries(BoundariesSection(source=str(path), id="code"), CRS)


def read(path: Path, boundaries: Boundaries, **keys: Any) -> Demand:  # noqa: ANN401  (keys)
    return read_demand(DemandSection(source=str(path), **keys), boundaries, CRS)


def by_unit(demand: Demand, persons: Any = None) -> list[float]:  # noqa: ANN401  (persons)
    found = demand.by_unit(demand.population if persons is None else persons)
    return [round(value, 2) for value in found.tolist()]


def raster(tmp_path: Path, people: Any, name: str = "people.tif", **tags: str) -> Path:  # noqa: ANN401
    """Write pixels of 100 m over the squares, and what they say of themselves."""
    corner = (CORNER_M[0], CORNER_M[1] + 100)
    path = write_raster(tmp_path / name, np.array(people, dtype=float), corner=corner)
    with rasterio.open(path, "r+") as file:
        if "unit" in tags:
            file.units = (tags["unit"],)
        file.update_tags(**{key: text for key, text in tags.items() if key != "unit"})
    return path


def test_a_density_is_people_per_square_kilometre(boundaries: Boundaries, tmp_path: Path) -> None:
    """A pixel of 100 m is a hundredth of a square kilometre."""
    demand = read(raster(tmp_path, [[5000, 300]]), boundaries, density=True)
    assert by_unit(demand) == [50, 3, 0]
    box = polygon((0, 0, 200, 100))
    layer = write_geojson(tmp_path / "blocks.geojson", [({"population": 5000}, box)])
    assert by_unit(read(layer, boundaries, density=True)) == [50, 50, 0]


def test_a_raster_that_says_density_is_not_read_as_counts(
    boundaries: Boundaries, tmp_path: Path
) -> None:
    for tags in (
        {"unit": "people per sq km"},
        {"unit": "persons/km2"},
        {"units": "人/平方公里"},
        {"long_name": "Population Density"},
    ):
        path = raster(tmp_path, [[50, 3]], **tags)
        with pytest.raises(InputError, match=r"people\.tif: says .* of its pixels .*; add density"):
            read(path, boundaries)
        assert by_unit(read(path, boundaries, density=False)) == [50, 3, 0]
    counted = raster(tmp_path, [[50, 3]], unit="people per pixel", area="any")
    assert by_unit(read(counted, boundaries)) == [50, 3, 0]


def test_totals_that_cannot_be_are_refused(boundaries: Boundaries, tmp_path: Path) -> None:
    """The squares are 0.02 km²: 4000 people are the most."""
    path = raster(tmp_path, [[4000, 300]])
    with pytest.raises(InputError, match=r"people\.tif: its pixels make 4,300 people, 2.15e\+05 t"):
        read(path, boundaries)
    assert by_unit(read(path, boundaries, density=False)) == [4000, 300, 0]
    assert by_unit(read(raster(tmp_path, [[3600, 300]]), boundaries)) == [3600, 300, 0]
    few = raster(tmp_path, [[0.5, 0.3]])
    with pytest.raises(InputError, match=r"make 0 people, 0\.4 to the km².*; leave density out if"):
        read(few, boundaries, density=True)


def test_points_have_no_density(boundaries: Boundaries, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "p.csv", ("lon", "lat", "population"), [(*degrees(50, 50), 3)])
    with pytest.raises(InputError, match="points have no area, so density = true says nothing"):
        read(path, boundaries, density=True)


def test_stored_values_are_scaled_as_the_raster_says(
    boundaries: Boundaries, tmp_path: Path
) -> None:
    path = raster(tmp_path, [[50, -9]])
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (0.1,), (1.0,)
    demand = read(path, boundaries)
    assert by_unit(demand) == [6, 0, 0]


BUILDINGS: list[tuple[dict[str, str | None], dict[str, Any]]] = [
    ({"floors": "6"}, polygon((10, 10, 30, 20))),  # 200 m2, 1200 m2 on all floors
    ({"floors": None}, polygon((110, 10, 130, 20))),  # 200 m2
    ({"floors": "1"}, polygon((90, 50, 110, 70))),  # 400 m2, half in each
]


def test_buildings_stand_for_the_people_of_a_total(boundaries: Boundaries, tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "buildings.geojson", BUILDINGS)
    ground = read(path, boundaries, weight="area", total=800)
    assert by_unit(ground) == [400, 400, 0]
    floors = read(path, boundaries, weight="floor_area", default_floors=2, total=200)
    assert by_unit(floors) == [140, 60, 0]  # 1200 + 200 and 400 + 200 m2 of 2000
    with pytest.raises(SchemaError, match=r"'floors' \(floors\) is empty or no finite number in r"):
        read(path, boundaries, weight="floor_area", total=200)


def test_points_are_no_buildings(boundaries: Boundaries, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "p.csv", ("lon", "lat"), [degrees(50, 50)])
    with pytest.raises(GeometryError, match="points have no area; name polygons, or remove weight"):
        read(path, boundaries, weight="area", total=100)


def test_children_are_counted_as_older_people_are(boundaries: Boundaries, tmp_path: Path) -> None:
    header = ("lon", "lat", "population", "kids")
    rows = [(*degrees(50, 50), 30, 4), (*degrees(150, 50), 10, 3)]
    demand = read(write_csv(tmp_path / "p.csv", header, rows), boundaries, children="kids")
    assert demand.older is None
    assert demand.children is not None
    assert by_unit(demand, demand.children) == [4, 3, 0]
    rows[1] = (*degrees(150, 50), 2, 3)
    with pytest.raises(SchemaError, match="more children up to 6 than people in row 3; exchange"):
        read(write_csv(tmp_path / "p.csv", header, rows), boundaries, children="kids")


def test_children_of_another_raster(boundaries: Boundaries, tmp_path: Path) -> None:
    everybody, kids = raster(tmp_path, [[8, 4]]), raster(tmp_path, [[3, 0]], "kids.tif")
    demand = read(everybody, boundaries, children=str(kids))
    assert demand.children is not None
    assert by_unit(demand, demand.children) == [3, 0, 0]
    more = raster(tmp_path, [[3, 5]], "kids.tif")
    with pytest.raises(SchemaError, match=r"kids\.tif: more children up to 6 than people at row 0"):
        read(everybody, boundaries, children=str(more))


def test_faults_are_told_in_chinese(boundaries: Boundaries, tmp_path: Path) -> None:
    everybody, kids = raster(tmp_path, [[3, 4]]), raster(tmp_path, [[3, 5]], "kids.tif")
    with pytest.raises(SchemaError) as caught:
        read(everybody, boundaries, children=str(kids))
    fault = f"{kids}：第0行第1列（5）的6岁及以下儿童多于总人口；请对调两个栅格"
    assert caught.value.told("zh") == fault
    table = write_csv(tmp_path / "p.csv", ("lon", "lat", "population"), [(*degrees(50, 50), -3)])
    with pytest.raises(SchemaError) as caught:
        read(table, boundaries)
    (line,) = caught.value.told("zh").splitlines()
    assert line.startswith(f"{table}：")
    assert "人口" in line


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"control": "c.csv", "total": 1.0}, "give control or total, not both"),
        ({"weight": "area"}, 'weight = "area" needs control = "census.csv" or total = 120000'),
        ({"weight": "area", "total": 1.0, "older": "o"}, "counts no people; remove older"),
    ],
)
def test_keys_that_do_not_fit_are_told(keys: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        DemandSection(source="people.csv", **keys)


def test_the_files_of_a_section() -> None:
    section = DemandSection(
        source="p.tif", older="o.tif", children="c.tif", residential="osm", control="census.csv"
    )
    assert section.files() == ["source", "control", "older", "children"]
    table = section.model_copy(update={"source": "p.csv", "residential": "land.gpkg"})
    assert table.files() == ["source", "control", "residential"]


def test_a_raster_of_a_province_is_read_around_the_district_alone(tmp_path: Path) -> None:
    """36,000 pixels of 100 m each way in Mollweide, of which the file holds four blocks."""
    west, north = 7_000_000.0, 4_500_000.0
    size, block, at = 36_000, 512, 34
    path = tmp_path / "province.tif"
    people = np.random.default_rng(5).uniform(0, 90, (2 * block, 2 * block)).astype("float32")
    with rasterio.open(
        path, "w", driver="GTiff", width=size, height=size, count=1, dtype="float32", nodata=-200,
        crs="ESRI:54009", transform=rasterio.Affine(100, 0, west, 0, -100, north), tiled=True,
        blockxsize=block, blockysize=block, sparse_ok=True, bigtiff=True, compress="deflate",
    ) as file:  # fmt: skip
        window = rasterio.windows.Window(at * block, at * block, 2 * block, 2 * block)
        file.write(people, 1, window=window)
    middle = np.array([west, north]) + (at + 1) * block * 100.0 * np.array([1, -1])
    ring = middle + 100.0 * np.array([(-20.3, -9.1), (18.7, -14.2), (25.5, 16.6), (-3.3, 21.9)])
    district = gpd.GeoDataFrame({"code": ["a"]}, geometry=[shapely.Polygon(ring)], crs="ESRI:54009")
    units = district.to_crs("EPSG:4326").to_file(tmp_path / "u.gpkg") or tmp_path / "u.gpkg"
    boundaries = read_boundaries(BoundariesSection(source=str(units), id="code"), CRS_THERE)
    demand = read_demand(DemandSection(source=str(path)), boundaries, CRS_THERE)
    assert len(demand.population) < 5000
    (unit,) = boundaries.units.geometry
    inside = 0.0
    for name, persons in zip(demand.demand_id, demand.population, strict=True):
        row, column = (int(part) for part in name[1:].split("c"))
        assert persons == people[row - at * block, column - at * block]
        x, y = west + 100.0 * column, north - 100.0 * row
        square = np.array([(x, y), (x + 100, y), (x + 100, y - 100), (x, y - 100)])
        cell = shapely.Polygon(project(square, "ESRI:54009", CRS_THERE))
        inside += persons * unit.intersection(cell).area / cell.area
    assert demand.by_unit(demand.population)[0] == pytest.approx(inside, rel=1e-9)


CRS_THERE = "EPSG:4535"
