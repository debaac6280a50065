"""Point layers in the coordinates that a study declares, whatever holds them."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from toy_study import CORNER_M, CRS, degrees, write_csv, write_subdistricts

from facility_coverage.coordinates.systems import from_wgs84, known_system
from facility_coverage.errors import CrsError
from facility_coverage.inputs.boundaries import read_boundaries
from facility_coverage.inputs.demand import read_demand
from facility_coverage.inputs.facilities import read_facilities
from facility_coverage.inputs.premises import read_premises
from facility_coverage.inputs.tables import read_layer
from facility_coverage.study_file import (
    BoundariesSection,
    DemandSection,
    FacilitiesSection,
    SitingSection,
)

HERE = np.array([degrees(150, 10), degrees(650, 590)])
XY = np.array([(150.0, 10.0), (650.0, 590.0)]) + CORNER_M
SYSTEMS = ["wgs84", "gcj02", "bd09", "cgcs2000", "EPSG:4547", "EPSG:4526"]


def table(folder: Path, system: str) -> Path:
    given = from_wgs84(HERE, system)
    rows = [[f"f{i}", *place, 5] for i, place in enumerate(given.tolist())]
    return write_csv(folder / "r.csv", ("编号", "经度", "纬度", "population"), rows)


def layer(path: Path, system: str, crs: str) -> Path:
    points = shapely.points(from_wgs84(HERE, system))
    frame = gpd.GeoDataFrame({"名称": ["甲中心", "乙站"], "编号": ["f0", "f1"]}, geometry=points)
    frame["population"] = 5
    frame.set_crs(crs).to_file(path, encoding="utf-8")
    return path


@pytest.mark.parametrize("system", SYSTEMS)
def test_tables_in_any_system(tmp_path: Path, system: str) -> None:
    source = str(table(tmp_path, system))
    known = known_system(system)
    facilities = read_facilities(
        FacilitiesSection(source=source, coordinates=known), CRS, extract=None
    )
    assert np.allclose(facilities.xy, XY, atol=2e-3)
    premises = read_premises(SitingSection(candidates=source, coordinates=known), CRS)
    assert np.allclose(premises.xy, XY, atol=2e-3)


@pytest.mark.parametrize(
    ("system", "crs"),
    [
        ("gcj02", "EPSG:4326"), ("bd09", "EPSG:4490"), ("EPSG:4547", "EPSG:4547"),
        ("wgs84", "OGC:CRS84"), ("cgcs2000", "EPSG:4490"),
    ],
)  # fmt: skip
def test_layers_in_the_declared_system(tmp_path: Path, system: str, crs: str) -> None:
    path = layer(tmp_path / "r.gpkg", system, crs)
    section = FacilitiesSection(source=str(path), coordinates=system)
    assert np.allclose(read_facilities(section, CRS, extract=None).xy, XY, atol=2e-3)


@pytest.mark.parametrize("system", ["EPSG:4547", "gcj02"])
def test_a_layer_without_crs_takes_the_declared_one(tmp_path: Path, system: str) -> None:
    path = layer(tmp_path / "r.shp", system, CRS)
    path.with_suffix(".prj").unlink()
    with pytest.raises(CrsError, match="says no CRS"):
        read_layer(path)
    section = FacilitiesSection(source=str(path), coordinates=system)
    assert np.allclose(read_facilities(section, CRS, extract=None).xy, XY, atol=2e-3)


def test_a_drawing_says_no_place_on_earth_until_somebody_does(tmp_path: Path) -> None:
    path = layer(tmp_path / "r.shp", "EPSG:4547", CRS)
    path.with_suffix(".prj").write_text('LOCAL_CS["drawing",UNIT["metre",1]]', "utf-8")
    with pytest.raises(CrsError, match="of no place on Earth") as caught:
        read_layer(path)
    assert "图纸" in caught.value.told("zh")
    section = FacilitiesSection(source=str(path), coordinates="EPSG:4547")
    assert np.allclose(read_facilities(section, CRS, extract=None).xy, XY, atol=2e-3)


@pytest.mark.parametrize(("system", "crs"), [("gcj02", "EPSG:4547"), ("wgs84", "EPSG:4490")])
def test_a_layer_that_says_another_is_told(tmp_path: Path, system: str, crs: str) -> None:
    path = layer(tmp_path / "r.gpkg", "wgs84" if crs == "EPSG:4490" else crs, crs)
    section = FacilitiesSection(source=str(path), coordinates=system)
    with pytest.raises(CrsError, match=r"but the layer says .*; correct or remove the key"):
        read_facilities(section, CRS, extract=None)


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
def test_a_shapefile_without_its_code_page(tmp_path: Path, encoding: str) -> None:
    frame = gpd.GeoDataFrame({"mc": ["沙河街社区卫生服务中心"]}, geometry=shapely.points(HERE[:1]))
    frame.set_crs("EPSG:4326").to_file(tmp_path / "r.shp", encoding=encoding)
    (tmp_path / "r.cpg").unlink()
    assert read_layer(tmp_path / "r.shp")["mc"].tolist() == ["沙河街社区卫生服务中心"]


def test_people_in_shifted_degrees(tmp_path: Path) -> None:
    units = write_subdistricts(tmp_path / "units.geojson")
    boundaries = read_boundaries(BoundariesSection(source=str(units), id="code"), CRS)
    for source in (table(tmp_path, "gcj02"), layer(tmp_path / "p.gpkg", "gcj02", "EPSG:4326")):
        section = DemandSection(source=str(source), coordinates="gcj02")
        assert np.allclose(read_demand(section, boundaries, CRS).xy, XY, atol=2e-3)
