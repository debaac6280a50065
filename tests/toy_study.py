"""A study small enough to work out by hand: a lattice of streets, three subdistricts, ten rows.

Everything is drawn in metres from ``CORNER_M``; people walk a metre a second, so that a distance
of 420 m takes 420 s. Streets run every 100 m from -100 to 1300 east and from -100 to 700 north.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import Transformer

from facility_coverage.result import StudyResult
from facility_coverage.study import run_study
from facility_coverage.study_file import Study

CRS = "EPSG:4547"
CORNER_M = (433_000.0, 2_559_000.0)
"""South-west corner of the subdistricts, near 113.35° E, 23.13° N."""

COLUMNS_M = range(-100, 1301, 100)
ROWS_M = range(-100, 701, 100)

Box = tuple[float, float, float, float]
Sections = dict[str, dict[str, Any]]

SUBDISTRICTS: dict[str, tuple[str, Box]] = {
    "01": ("西街道", (0, 0, 400, 600)),
    "02": ("中街道", (400, 0, 800, 600)),
    "03": ("东街道", (800, 0, 1200, 900)),
}
"""Name and rectangle; the north of the last one has no streets."""

PEOPLE_HEADER = ("lon", "lat", "population", "older")
FACILITY_HEADER = ("facility_id", "name", "lon", "lat", "kind", "ownership", "beds")
FACILITIES = (
    ("f1", "西社区卫生服务中心", (150, 10), "社区卫生服务中心", "政府办", "20"),
    ("f2", "中社区卫生服务站", (650, 590), "社区卫生服务站", "民营", ""),
)
"""Id, name, place, kind, ownership, beds; each stands 10 m off its street."""

PEOPLE: tuple[tuple[tuple[float, float], int, int], ...] = (
    ((350, 10), 100, 30),  # f1: 10 + 200 + 10 = 220 s
    ((350, 190), 50, 10),  # f1: 10 + 200 + 200 + 10 = 420 s
    ((550, 10), 40, 5),  # f1: 10 + 400 + 10 = 420 s
    ((750, 590), 80, 20),  # f2: 10 + 100 + 10 = 120 s
    ((1050, 590), 30, 6),  # f2: 10 + 400 + 10 = 420 s
    ((1050, 10), 200, 50),  # f1: 10 + 900 + 10 = 920 s
    ((1150, 110), 60, 15),  # f2: 10 + 500 + 500 + 10 = 1020 s
    ((1250, 10), 25, 5),  # east of every subdistrict; f1: 10 + 1100 + 10 = 1120 s
    ((1000, 850), 7, 2),  # 150 m from the northernmost street
)
"""Place, everybody, the older ones among them."""

POPULATION = {"01": 150, "02": 120, "03": 297, "outside": 25}
COVERED_5MIN = {"01": 100, "02": 80, "03": 0, "outside": 0}
COVERED_10MIN = {"01": 150, "02": 120, "03": 30, "outside": 0}
UNASSESSED = {"01": 0, "02": 0, "03": 7, "outside": 0}


def degrees(x_m: float, y_m: float) -> tuple[float, float]:
    """Return longitude and latitude of a place of the toy study."""
    lon, lat = _to_degrees().transform(CORNER_M[0] + x_m, CORNER_M[1] + y_m)
    return round(lon, 9), round(lat, 9)


@cache
def _to_degrees() -> Transformer:
    return Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


def ring(box: Box) -> list[tuple[float, float]]:
    """Return the closed ring of a rectangle in degrees."""
    west, south, east, north = box
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return [degrees(x, y) for x, y in corners]


def polygon(box: Box) -> dict[str, Any]:
    """Return a rectangle as a GeoJSON geometry."""
    return {"type": "Polygon", "coordinates": [ring(box)]}


def write_geojson(
    path: Path, features: Iterable[tuple[Mapping[str, Any], Mapping[str, Any] | None]]
) -> Path:
    """Write pairs of properties and geometry as GeoJSON."""
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": geometry}
            for properties, geometry in features
        ],
    }
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return path


def write_subdistricts(path: Path, boxes: Mapping[str, tuple[str, Box]] = SUBDISTRICTS) -> Path:
    """Write rectangles as a layer of subdistricts with the columns ``code`` and ``name``."""
    return write_geojson(
        path,
        [({"code": code, "name": name}, polygon(box)) for code, (name, box) in boxes.items()],
    )


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    """Write a table in UTF-8."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def write_raster(
    path: Path,
    people: NDArray[np.float64],
    *,
    corner: tuple[float, float],
    crs: str | None = CRS,
    pixel: float = 100.0,
) -> Path:
    """Write a GeoTIFF of square pixels below and right of a corner; -9 is its nodata."""
    west, north = corner
    rows, columns = people.shape
    profile = {"driver": "GTiff", "count": 1, "dtype": "float64", "nodata": -9, "crs": crs}
    transform = rasterio.Affine(pixel, 0.0, west, 0.0, -pixel, north)
    with rasterio.open(
        path, "w", **profile, height=rows, width=columns, transform=transform
    ) as file:
        file.write(people, 1)
    return path


def facility_rows() -> list[list[Any]]:
    """Return the rows of the register, below ``FACILITY_HEADER``."""
    return [
        [facility_id, name, *degrees(*place), *rest]
        for facility_id, name, place, *rest in FACILITIES
    ]


def people_rows() -> list[list[Any]]:
    """Return ``lon, lat, population, older`` of each row of people."""
    return [[*degrees(*place), everybody, older] for place, everybody, older in PEOPLE]


def write_streets(path: Path, offset_deg: tuple[float, float] = (0.0, 0.0)) -> Path:
    """Write the lattice as OSM XML, with a hospital and a clinic where the facilities stand."""
    node = {
        (x, y): 1000 * row + column + 1
        for row, y in enumerate(ROWS_M)
        for column, x in enumerate(COLUMNS_M)
    }
    lines = ['<osm version="0.6">']
    for (x, y), number in node.items():
        lines.append(_node(number, degrees(x, y), offset_deg) + "/>")
    places = (("hospital", "government"), ("clinic", "private"))
    for i, (facility, (amenity, owner)) in enumerate(zip(FACILITIES, places, strict=True)):
        tags = {"amenity": amenity, "name": facility[1], "operator:type": owner}
        lines.append(_node(90_001 + i, degrees(*facility[2]), offset_deg) + ">")
        lines.extend(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        lines.append("</node>")
    ways = [[node[x, y] for x in COLUMNS_M] for y in ROWS_M]
    ways += [[node[x, y] for y in ROWS_M] for x in COLUMNS_M]
    for i, way in enumerate(ways):
        refs = "".join(f'<nd ref="{number}"/>' for number in way)
        lines.append(f'<way id="{i + 1}">{refs}<tag k="highway" v="residential"/></way>')
    lines.append("</osm>")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _node(number: int, place: tuple[float, float], offset_deg: tuple[float, float]) -> str:
    lon, lat = place[0] + offset_deg[0], place[1] + offset_deg[1]
    return f'<node id="{number}" lon="{lon:.7f}" lat="{lat:.7f}"'


def toy_sections() -> Sections:
    """Return the study file as sections of keys, to be changed and written."""
    return {
        "study": {"name": "Toy"},
        "network": {"source": "streets.osm", "speed_kph": 3.6},
        "boundaries": {"source": "subdistricts.geojson", "id": "code", "name": "name"},
        "facilities": {"source": "facilities.csv"},
        "demand": {"source": "people.csv"},
        "coverage": {
            "minutes": [5, 10],
            "target_share": 0.8,
            "off_street_limit_m": 100,
            "cell_size_m": 20,
        },
        "siting": {"sites": 2},
    }


def write_study(path: Path, sections: Sections) -> Path:
    """Write sections as TOML; JSON's texts, numbers and lists are TOML's too."""
    lines: list[str] = []
    for section, keys in sections.items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_toy_study(folder: Path, sections: Sections | None = None) -> Path:
    """Write the whole study into a folder and return its ``study.toml``."""
    write_streets(folder / "streets.osm")
    write_subdistricts(folder / "subdistricts.geojson")
    write_csv(folder / "facilities.csv", FACILITY_HEADER, facility_rows())
    write_csv(folder / "people.csv", PEOPLE_HEADER, people_rows())
    return write_study(folder / "study.toml", sections or toy_sections())


def toy_result(folder: Path, sections: Sections | None = None) -> StudyResult:
    """Write the study into a folder and answer it."""
    return run_study(Study.load(write_toy_study(folder, sections)))
