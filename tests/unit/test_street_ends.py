"""Streets that an extract cuts within reach of a subdistrict, and those that end by themselves."""

from pathlib import Path

import pytest
from toy_osm import Way, write_osm
from toy_study import CRS, degrees, write_subdistricts

from facility_coverage.assessment.street_ends import cut_streets
from facility_coverage.errors import InputError
from facility_coverage.inputs.boundaries import Boundaries, read_boundaries
from facility_coverage.inputs.osm import extract_box
from facility_coverage.network.build import read_network
from facility_coverage.network.profiles import walk
from facility_coverage.study_file import BoundariesSection
from facility_coverage.thresholds import Threshold

MINUTES, METRES = Threshold("minutes", 10), Threshold("metres", 900)
"""At a metre a second 600 m and 900 m."""


@pytest.fixture
def boundaries(tmp_path: Path) -> Boundaries:
    boxes = {"1": ("西", (0, 0, 1000, 1000)), "2": ("东", (1000, 0, 2000, 1000))}
    path = write_subdistricts(tmp_path / "u.geojson", boxes)
    return read_boundaries(BoundariesSection(source=str(path), id="code", name="name"), CRS)


def streets(folder: Path, east_m: float, box_m: tuple[float, float] | None = None) -> Path:
    """Write a street from far in the west to a place in the east, in an extract that ends there."""
    places = [(-4000, -4000), (-4000, 4000), (-4000, 500), (500, 500), (east_m, 500)]
    nodes = {n: degrees(*place) for n, place in enumerate(places, start=1)}
    ways = {7: Way([1, 3, 2], {"highway": "path"}), 8: Way([3, 4, 5], {"highway": "path"})}
    path = write_osm(folder / "a.osm", nodes, ways)
    if box_m is not None:
        (west, south), (east, north) = degrees(-4000, -4000), degrees(*box_m)
        bounds = f'<bounds minlon="{west}" minlat="{south}" maxlon="{east}" maxlat="{north}"/>'
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('version="0.6">', f'version="0.6">{bounds}'), encoding="utf-8")
    return path


def told(path: Path, boundaries: Boundaries, *thresholds: Threshold) -> list[str]:
    network = read_network(path, walk(3.6), crs=CRS)
    found = cut_streets(network, boundaries, thresholds, path)
    return [remark.told("en") for remark in found]


def test_a_street_that_is_cut_within_reach_is_told(boundaries: Boundaries, tmp_path: Path) -> None:
    path = streets(tmp_path, 2400, (2400, 4000))
    (sentence,) = told(path, boundaries, MINUTES)
    assert sentence == (
        "streets are cut 400 m from 东 while circles reach up to 600 m: what lies beyond is "
        "missing in 1 subdistricts; take an extract with a margin of 600 m around all subdistricts"
    )
    assert "reach up to 900 m" in told(path, boundaries, MINUTES, METRES)[0]
    assert told(streets(tmp_path, 2700, (2700, 4000)), boundaries, MINUTES) == []


def test_a_street_that_ends_by_itself_is_not_cut(boundaries: Boundaries, tmp_path: Path) -> None:
    assert told(streets(tmp_path, 2100, (2400, 4000)), boundaries, MINUTES) == []


def test_an_extract_wider_than_its_streets_cuts_none(
    boundaries: Boundaries, tmp_path: Path
) -> None:
    path = streets(tmp_path, 2100, (4000, 6000))
    text = path.read_text(encoding="utf-8").replace('minlon="', 'minlon="-').replace("--", "-")
    path.write_text(text.replace('minlat="', 'minlat="-'), encoding="utf-8")
    assert told(path, boundaries, MINUTES) == []


def test_without_a_word_of_the_file_the_streets_say_where_it_ends(
    boundaries: Boundaries, tmp_path: Path
) -> None:
    assert "cut 400 m from 东" in told(streets(tmp_path, 2400), boundaries, MINUTES)[0]


def test_only_osm_files_say_where_they_end(tmp_path: Path) -> None:
    assert extract_box(tmp_path / "a.npz") is None
    box = extract_box(streets(tmp_path, 2400, (2400, 4000)))
    assert box == pytest.approx((*degrees(-4000, -4000), *degrees(2400, 4000)), abs=1e-6)
    (tmp_path / "b.osm.pbf").write_bytes(b"no extract at all")
    with pytest.raises(InputError, match=r"b\.osm\.pbf: not a whole OSM file"):
        extract_box(tmp_path / "b.osm.pbf")
