"""Ways to make one thing wrong in the toy study, for the table of bad inputs."""

import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely
from toy_study import (
    CORNER_M,
    CRS,
    FACILITY_HEADER,
    PEOPLE_HEADER,
    SUBDISTRICTS,
    Sections,
    degrees,
    facility_rows,
    people_rows,
    polygon,
    write_csv,
    write_geojson,
    write_raster,
    write_streets,
)

from facility_coverage.network.cache import street_network
from facility_coverage.network.profiles import walk

BOW_TIE = [(0, 0), (100, 100), (100, 0), (0, 100), (0, 0)]

Spoil = Callable[[Path, Sections], object]
"""Makes one thing wrong in a folder that holds the toy study, or in its study file."""


def key(section: str, **values: Any) -> Spoil:  # noqa: ANN401  (a value of a study file)
    """Set keys of the study file; None takes one away."""

    def spoil(_folder: Path, sections: Sections) -> None:
        keys = sections.setdefault(section, {}) | values
        sections[section] = {name: value for name, value in keys.items() if value is not None}

    return spoil


def both(*spoils: Spoil) -> Spoil:
    def spoil(folder: Path, sections: Sections) -> None:
        for each in spoils:
            each(folder, sections)

    return spoil


def text(name: str, content: str | bytes) -> Spoil:
    """Replace a file's content."""
    data = content.encode() if isinstance(content, str) else content
    return lambda folder, _: (folder / name).write_bytes(data)


def people(row: int, column: str, value: str) -> Spoil:
    """Change a cell of the people; row 2 is the first below the heading."""

    def spoil(folder: Path, _: Sections) -> None:
        rows = people_rows()
        rows[row - 2][PEOPLE_HEADER.index(column)] = value
        write_csv(folder / "people.csv", PEOPLE_HEADER, rows)

    return spoil


def all_people(change: Callable[[list[Any]], list[Any]]) -> Spoil:
    rows = [change(row) for row in people_rows()]
    return lambda folder, _: write_csv(folder / "people.csv", PEOPLE_HEADER, rows)


def facilities(*rows: list[Any]) -> Spoil:
    return lambda folder, _: write_csv(folder / "facilities.csv", FACILITY_HEADER, rows)


def shape(geometry: dict[str, Any] | None) -> Spoil:
    """Give the second subdistrict another geometry."""

    def spoil(folder: Path, _: Sections) -> None:
        features = [
            ({"code": f"0{i}", "name": ""}, polygon(SUBDISTRICTS[f"0{i}"][1])) for i in (1, 3)
        ]
        broken: tuple[dict[str, Any], Any] = ({"code": "02", "name": ""}, geometry)
        write_geojson(folder / "subdistricts.geojson", [features[0], broken, features[1]])

    return spoil


def subdistricts(*boxes: tuple[str, tuple[float, float, float, float]]) -> Spoil:
    def spoil(folder: Path, _: Sections) -> None:
        features = [({"code": code, "name": ""}, polygon(box)) for code, box in boxes]
        write_geojson(folder / "subdistricts.geojson", features)

    return spoil


def layer(name: str, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> Spoil:
    """Keep the subdistricts in another file, changed."""

    def spoil(folder: Path, sections: Sections) -> None:
        change(gpd.read_file(folder / "subdistricts.geojson")).to_file(folder / name)
        sections["boundaries"]["source"] = name

    return spoil


def folder_for_study_file(folder: Path, _: Sections) -> None:
    (folder / "study.toml").unlink()
    (folder / "study.toml").mkdir()


def without_crs(folder: Path, sections: Sections) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # pyogrio asks for the CRS that is to lack
        layer("units.gpkg", lambda frame: frame.to_crs(CRS).set_crs(None, allow_override=True))(
            folder, sections
        )


def without_prj(folder: Path, sections: Sections) -> None:
    layer("units.shp", lambda frame: frame)(folder, sections)
    (folder / "units.prj").unlink()


def two_layers(folder: Path, sections: Sections) -> None:
    frame = gpd.read_file(folder / "subdistricts.geojson")
    for name in ("old", "new"):
        frame.to_file(folder / "units.gpkg", layer=name)
    sections["boundaries"]["source"] = "units.gpkg"


def swapped(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1]))


def metres_called_degrees(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.to_crs(CRS).set_crs("EPSG:4326", allow_override=True)


def people_layer(*geometries: dict[str, Any] | None) -> Spoil:
    def spoil(folder: Path, sections: Sections) -> None:
        write_geojson(folder / "people.geojson", [({"population": 5}, each) for each in geometries])
        sections["demand"] = {"source": "people.geojson"}

    return spoil


def raster(
    value: float = 5.0, *, crs: str | None = CRS, east_m: float = 0.0, older: float | None = None
) -> Spoil:
    """Take people from a raster of 100 m; -9 is its nodata."""

    def spoil(folder: Path, sections: Sections) -> None:
        sections["demand"] = {"source": "people.tif"}
        values = {"people.tif": value}
        if older is not None:
            sections["demand"]["older"] = "older.tif"
            values["older.tif"] = older
        corner = (CORNER_M[0] + east_m, CORNER_M[1] + 900)
        for name, each in values.items():
            write_raster(folder / name, np.full((9, 12), each), corner=corner, crs=crs)

    return spoil


def streets_moved(folder: Path, _: Sections) -> None:
    """Move the streets 5 km east."""
    write_streets(folder / "streets.osm", (0.05, 0.0))


def saved_network(folder: Path, sections: Sections) -> None:
    street_network(folder / "streets.osm", walk(3.6)).save(folder / "streets.npz")
    sections["network"]["source"] = "streets.npz"


def xlsx(sheet: str) -> Spoil:
    def spoil(folder: Path, sections: Sections) -> None:
        frame = pd.DataFrame(facility_rows(), columns=list(FACILITY_HEADER))
        frame.to_excel(folder / "facilities.xlsx", sheet_name="登记", index=False)
        sections["facilities"] = {"source": "facilities.xlsx", "layer": sheet}

    return spoil


def truncated(folder: Path, sections: Sections) -> None:
    """Keep the first half of a compressed extract."""
    whole = folder / "whole.osm.pbf"
    with osmium.SimpleWriter(str(whole)) as writer:
        for item in osmium.FileProcessor(str(folder / "streets.osm")):
            writer.add(item)
    half = whole.stat().st_size // 2
    (folder / "streets.osm.pbf").write_bytes(whole.read_bytes()[:half])
    whole.unlink()
    sections["network"]["source"] = "streets.osm.pbf"


def bomb(folder: Path, sections: Sections) -> None:
    """Name a register that says it unpacks to five gigabytes."""
    book_of_facilities(folder, sections)
    with zipfile.ZipFile(folder / "facilities.xlsx", "a") as archive:
        archive.writestr("xl/media/image.bin", b"0" * 64)
        archive.filelist[-1].file_size = 5 << 30


def macro(folder: Path, sections: Sections) -> None:
    """Name a register that holds a macro."""
    book_of_facilities(folder, sections)
    with zipfile.ZipFile(folder / "facilities.xlsx", "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"Sub Auto_Open()")


def book_of_facilities(folder: Path, sections: Sections) -> None:
    """Keep the register in a book."""
    table = pd.DataFrame(facility_rows(), columns=list(FACILITY_HEADER))
    table.to_excel(folder / "facilities.xlsx", index=False)
    sections["facilities"] = {"source": "facilities.xlsx"}


def shapefile_without(ending: str) -> Spoil:
    """Keep the subdistricts in a shapefile that lost one of its files."""
    written = layer("units.shp", lambda frame: frame)

    def spoil(folder: Path, sections: Sections) -> None:
        written(folder, sections)
        (folder / "units.shp").with_suffix(ending).unlink()

    return spoil


def million_vertices(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the second subdistrict a million corners."""
    angle = np.linspace(0.0, 2.0 * np.pi, 1_000_000)
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    ring[-1] = ring[0]
    shapes = frame.geometry.to_list()
    shapes[1] = shapely.polygons(np.add(degrees(600, 300), 0.002 * ring))
    return frame.set_geometry(gpd.GeoSeries(shapes, frame.index, frame.crs))


def points_of_facilities(crs: str) -> Spoil:
    """Keep the register in a layer of another CRS."""

    def spoil(folder: Path, sections: Sections) -> None:
        table = pd.DataFrame(facility_rows(), columns=list(FACILITY_HEADER))
        points = gpd.points_from_xy(table["lon"], table["lat"], crs="EPSG:4326")
        gpd.GeoDataFrame(table, geometry=points).to_crs(crs).to_file(folder / "facilities.gpkg")
        sections["facilities"] |= {"source": "facilities.gpkg"}

    return spoil
