# ruff: noqa: INP001  (a script beside its pictures, no package)
"""Remakes the pictures of the gallery and of the README from both studies.

    .venv/bin/python docs/gallery/make.py

The demo needs no data. Las Palmas is left out, and said so, where its data are not at hand;
FACILITY_COVERAGE_TEST_DATA names their folder.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from map_pictures import map_pictures
from report_pictures import report_pictures

from facility_coverage.result import StudyResult
from facility_coverage.sample.district import write_sample_study
from facility_coverage.study import run_study
from facility_coverage.study_file import Study
from facility_coverage_maps.page import write_map

GALLERY = Path(__file__).parent
PICTURES = GALLERY.parent / "pictures"
ROOT = GALLERY.parents[1]

LAS_PALMAS = """
[study]
name = "Las Palmas"
[network]
source = "{data}/las_palmas_2023-02-21.osm.pbf"
speed_kph = 4.0
[boundaries]
source = "{data}/subareas.geojson"
id = "Codigo"
name = "Denominaci"
[facilities]
source = "osm"
amenity = ["hospital", "clinic", "doctors"]
[demand]
source = "{data}/population_cells.csv"
lon = "lng"
lat = "lat"
population = "POP_2015"
cell_size_m = 100
cell_crs = "ESRI:54009"
[coverage]
minutes = [5, 10, 15]
[siting]
sites = 5
[map]
data_date = "2023-02-21"
context = ["water", "park"]
"""


def demo(folder: Path) -> Path:
    """Return the study file of the demo."""
    return write_sample_study(folder)


def las_palmas(folder: Path) -> Path | None:
    """Return the study file of Las Palmas, or none where its data are not at hand."""
    data = Path(os.environ.get("FACILITY_COVERAGE_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (data / "las_palmas").is_dir():
        sys.stderr.write(f"Las Palmas is left out: no data at {data}\n")
        return None
    path = folder / "study.toml"
    path.write_text(LAS_PALMAS.format(data=data / "las_palmas"), encoding="utf-8")
    return path


def picture(study: str, result: StudyResult, folder: Path) -> None:
    """Take every picture of a study."""
    page = folder / "map.html"
    write_map(result, page)
    map_pictures(page, study, GALLERY)
    report_pictures(result, study, folder, GALLERY)
    shutil.copyfile(GALLERY / f"{study}_map.png", PICTURES / f"{study}.png")


def main() -> None:
    """Run both studies and take their pictures."""
    for study, file_of in (("demo", demo), ("las_palmas", las_palmas)):
        folder = Path(tempfile.mkdtemp())
        try:
            path = file_of(folder)
            if path is not None:
                picture(study, run_study(Study.load(path)), folder)
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
