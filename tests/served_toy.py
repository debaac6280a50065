"""Folders of results made by code, and a service on them, for whoever asks it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import shapely
import toy_result
from fastapi.testclient import TestClient

from facility_coverage.files import PROGRAM
from facility_coverage.outputs.folder import summary
from facility_coverage.outputs.layers import write_geopackage
from facility_coverage.outputs.tables import write_table
from facility_coverage_api.app import create_app
from facility_coverage_api.settings import Settings

BASE = "http://127.0.0.1"
LAYERS = ("facilities", "candidates", "gaps", "subdistricts", "isochrones", "streets", "findings")


def toy_folder(
    root: Path,
    name: str = "toy",
    *,
    streets: int = 60,
    places: tuple[str, ...] = toy_result.HOSTILE,
) -> Path:
    """Write a folder of results.

    Parameters
    ----------
    root
        Where to.
    name
        Name of the folder, which is the study's id.
    streets
        How many pieces of street there are.
    places
        Names of the subdistricts, which stand wherever a text can.

    Returns
    -------
    Path
        The folder.
    """
    folder = root / name
    folder.mkdir(parents=True)
    result = toy_result.toy_result(toy_result.toy_study(), places, streets=streets)
    layers = {layer: getattr(result, layer) for layer in LAYERS if hasattr(result, layer)}
    units = result.units.copy()
    units.geometry = [None if shape.is_empty else shape for shape in units.geometry]
    findings = result.findings[~result.findings.geometry.is_empty].drop(columns="evidence")
    layers |= {"subdistricts": units, "findings": gpd.GeoDataFrame(findings)}
    layers["candidate_places"] = result.siting.places
    write_geopackage(layers, folder / "results.gpkg")
    write_table(result.units, folder / "coverage_by_unit.csv")
    texts = {"summary.json": summary(result), "manifest.json": {"program": {"name": PROGRAM}}}
    for file, content in texts.items():
        (folder / file).write_text(json.dumps(content), encoding="utf-8")
    return folder


@contextmanager
def serving(*folders: Path, files: Path, public_url: str | None = None) -> Iterator[TestClient]:
    """Serve folders of results.

    Parameters
    ----------
    *folders
        The results.
    files
        Folder of the service.
    public_url
        Where it says that it is.

    Yields
    ------
    TestClient
        Asks it.
    """
    settings = Settings(results=folders, files=files, public_url=public_url)
    with TestClient(create_app(settings), base_url=BASE) as client:
        yield client


def square_lon_lat(column: int) -> tuple[float, float, float, float]:
    """Return the box of a toy subdistrict in degrees.

    Parameters
    ----------
    column
        Which one, from the west.

    Returns
    -------
    west, south, east, north
        A hundredth of its side smaller on every side.
    """
    x, y = toy_result.CORNER_M
    side = toy_result.SIDE_M
    square = shapely.box(x + column * side, y, x + (column + 1) * side, y + side).buffer(-20)
    west, south, east, north = gpd.GeoSeries([square], crs=toy_result.CRS).to_crs(4326).total_bounds
    return float(west), float(south), float(east), float(north)
