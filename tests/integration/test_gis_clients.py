"""GDAL and QGIS open what the service serves, with nothing but its address."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyogrio
import pytest
from gis_server import PAGE, gis_server
from served_toy import toy_folder

from facility_coverage_api.features.dataset import THEMES
from facility_coverage_api.features.query import MAX_LIMIT

STREETS = 20_000
QGIS_PYTHON = "/usr/bin/python3"
OPEN_LAYER = """
import sys
from qgis.core import QgsApplication, QgsVectorLayer, QgsWkbTypes
program = QgsApplication([], False)
program.initQgis()
uri = f"url='{sys.argv[1]}' typename='{sys.argv[2]}'"
layer = QgsVectorLayer(uri, "layer", "OAPIF")
kind = QgsWkbTypes.displayString(layer.wkbType())
print(layer.isValid(), kind, layer.featureCount(), sum(1 for _ in layer.getFeatures()))
sys.stdout.flush()
import os
os._exit(0)  # QGIS 3.22 may crash where it tidies up a layer that it fetched
"""


def missing(reason: str) -> None:
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = toy_folder(tmp_path_factory.mktemp("results"), streets=STREETS)
    with gis_server(folder, tmp_path_factory.mktemp("service")) as url:
        yield url


@pytest.fixture
def gdal() -> None:
    if shutil.which("ogr2ogr") is None:
        missing("no GDAL programs; as root: apt-get install gdal-bin")


def run(*command: str) -> str:
    shown = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": ""}
    done = subprocess.run(  # noqa: S603  (the programs named above)
        command, capture_output=True, text=True, timeout=120, check=False, env=shown
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.usefixtures("gdal")
@pytest.mark.parametrize("path", ["", "/ogc/toy"])
def test_ogrinfo_lists_every_collection(address: str, path: str) -> None:
    told = run("ogrinfo", "-ro", f"OAPIF:{address}{path}")
    for name in THEMES:
        assert f": {name} (" in told
    assert "subdistricts (title: Subdistricts) (Multi Polygon)" in told
    assert "streets (title: Streets) (Line String)" in told


@pytest.mark.usefixtures("gdal")
def test_ogr2ogr_pages_every_street(address: str, tmp_path: Path) -> None:
    path = tmp_path / "streets.gpkg"
    run(
        "ogr2ogr",
        "-oo",
        f"PAGE_SIZE={PAGE}",
        "-f",
        "GPKG",
        str(path),
        f"OAPIF:{address}",
        "streets",
    )
    found = pyogrio.read_dataframe(path)
    assert len(found) == STREETS
    assert sorted(found["street_id"]) == list(range(1, STREETS + 1))
    assert set(found.geom_type) == {"LineString"}


@pytest.fixture
def qgis() -> None:
    asked = [QGIS_PYTHON, "-c", "import qgis.core"]
    if not Path(QGIS_PYTHON).exists() or subprocess.run(asked, capture_output=True).returncode:  # noqa: S603, PLW1510
        missing("no QGIS; as root: apt-get install python3-qgis qgis-providers")


@pytest.mark.usefixtures("qgis")
def test_qgis_opens_the_subdistricts_as_polygons(address: str) -> None:
    told = run(QGIS_PYTHON, "-c", OPEN_LAYER, address, "subdistricts")
    assert told.strip() == "True MultiPolygon 7 7"


def test_the_page_that_clients_ask_for_is_allowed() -> None:
    assert PAGE <= MAX_LIMIT
