"""Districts to measure a batch on: cut out of real extracts, and generated ones of any size."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely

from extract import data_folder
from facility_coverage.batch.planning import plan_districts, read_districts
from facility_coverage.inputs.admin_areas import of_level, read_admin_areas
from facility_coverage.inputs.ways import read_ways
from facility_coverage.network.profiles import walk
from facility_coverage.study_file import Study

DEGREES_PER_M = 1.0 / 111_320.0
BLOCK_M = 90.0
_CORNER = (0.0, 0.0)
_PARISH_LEVEL = 7

_STUDY = """\
[study]
name = {name}
synthetic = {synthetic}
[network]
source = {streets}
[boundaries]
source = {subdistricts}
id = {id}
[facilities]
source = {facilities}
[demand]
source = {demand}
{demand_more}
[coverage]
minutes = [5, 10, 15]
[siting]
sites = 3
"""


def las_palmas(out: Path) -> None:
    """Write the 29 sub-areas of Las Palmas as studies."""
    data = data_folder() / "las_palmas"
    extract, areas = data / "las_palmas_2023-02-21.osm.pbf", data / "subareas.geojson"
    more = 'lon = "lng"\npopulation = "POP_2015"\ncell_size_m = 100\ncell_crs = "ESRI:54009"'
    template = _template(
        out.parent / "las_palmas.toml", "Las Palmas", "", extract, areas, "Codigo", "osm",
        data / "population_cells.csv", more,
    )  # fmt: skip
    _plan(extract, areas, "Codigo", template, out)


def andorra(out: Path) -> None:
    """Write the parishes of Andorra as studies, with people made up along its streets."""
    extract = data_folder() / "andorra" / "andorra.osm.pbf"
    areas = read_admin_areas(extract, of_level(_PARISH_LEVEL))
    parishes = out.parent / "parishes.geojson"
    frame = {"district_id": [area.name for area in areas]}
    gpd.GeoDataFrame(frame, geometry=[area.shape for area in areas], crs="EPSG:4326").to_file(
        parishes
    )
    places = read_ways(extract, walk().speeds_kph).node_lonlat[::3]
    people = out.parent / "people.csv"
    pd.DataFrame(places, columns=["lon", "lat"]).assign(population=10).to_csv(people, index=False)
    template = _template(
        out.parent / "andorra.toml", "Andorra", "ten people at every third node of a street",
        extract, parishes, "district_id", "osm", people, "",
    )  # fmt: skip
    _plan(extract, parishes, "district_id", template, out)


def generated(out: Path, count: int, seed: int = 7) -> None:
    """Write lattices of 10 to 60 thousand edges as studies, all of it made up."""
    rng = np.random.default_rng(seed)
    for number, edges in enumerate(rng.integers(10_000, 60_000, count).tolist()):
        folder = out / f"generated-{number:03d}"
        folder.mkdir(parents=True)
        side = round((edges / 2) ** 0.5)
        _streets(folder / "streets.osm.pbf", side, rng)
        size = side * BLOCK_M * DEGREES_PER_M
        _rectangles(folder / "subdistricts.geojson", size)
        for name, many in (("facilities", 30), ("people", 4_000)):
            places = pd.DataFrame(rng.uniform(0, size, (many, 2)), columns=["lon", "lat"])
            more = {"facility_id": places.index} if name == "facilities" else {"population": 25}
            places.assign(**more).to_csv(folder / f"{name}.csv", index=False)
        _template(
            folder / "study.toml", folder.name, "everything", "streets.osm.pbf",
            "subdistricts.geojson", "id", "facilities.csv", "people.csv", "",
        )  # fmt: skip


def _plan(extract: Path, areas: Path, name: str, template: Path, out: Path) -> None:
    study = Study.load(template)
    list(plan_districts(extract, read_districts(areas, name, None), study, out))


def _template(path: Path, name: str, synthetic: str, *values: Any) -> Path:  # noqa: ANN401
    keys = ("streets", "subdistricts", "id", "facilities", "demand")
    told = {key: json.dumps(str(value)) for key, value in zip(keys, values[:5], strict=True)}
    text = _STUDY.format(
        name=json.dumps(name), synthetic=json.dumps(synthetic), demand_more=values[5], **told
    )
    path.write_text(text.replace('synthetic = ""\n', ""), encoding="utf-8")
    return path


def _streets(path: Path, side: int, rng: np.random.Generator) -> None:
    """Write a lattice of streets whose corners are moved a little."""
    row, column = np.divmod(np.arange(side * side), side)
    moved = np.column_stack([column, row]) + rng.uniform(-0.3, 0.3, (side * side, 2))
    lonlat = moved * BLOCK_M * DEGREES_PER_M + _CORNER
    number = np.arange(1, side * side + 1).reshape(side, side)
    with osmium.SimpleWriter(str(path)) as writer:
        for at, (lon, lat) in enumerate(lonlat.tolist(), start=1):
            writer.add_node(osmium.osm.mutable.Node(id=at, location=(lon, lat)))
        for at, nodes in enumerate([*number, *number.T], start=1):
            tags = {"highway": "residential"}
            writer.add_way(osmium.osm.mutable.Way(id=at, nodes=nodes.tolist(), tags=tags))


def _rectangles(path: Path, size: float, parts: int = 4) -> None:
    edges = np.linspace(0, size, parts + 1)
    boxes = [
        shapely.box(edges[i], edges[j], edges[i + 1], edges[j + 1])
        for j in range(parts)
        for i in range(parts)
    ]
    frame = {"id": [f"{at:02d}" for at in range(len(boxes))]}
    gpd.GeoDataFrame(frame, geometry=boxes, crs="EPSG:4326").to_file(path)
