"""Districts cut out of a region."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import osmium
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from osm_server import Planet
from osm_town import HOSPITAL, write_town
from street_scenes import laws
from toy_osm import Relation, Way, write_osm
from toy_study import CORNER_M, CRS, degrees

from facility_coverage.batch.planning import read_districts
from facility_coverage.errors import GeometryError, InputError, NotFoundError
from facility_coverage.inputs import region
from facility_coverage.inputs.admin_areas import of_level, read_admin_areas
from facility_coverage.inputs.fetch_area import area_around, box_district, read_district
from facility_coverage.inputs.raw_osm import (
    RawOsm,
    data_time,
    raw_of_answers,
    streets_and_health_places,
    write_raw,
)
from facility_coverage.inputs.region import RegionalExtract, cut
from facility_coverage.network.build import read_network
from facility_coverage.network.profiles import walk


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_town(tmp_path_factory.mktemp("town") / "town.osm")


@pytest.fixture(scope="module")
def planet(town: Path) -> Planet:
    return Planet(town)


def expected(planet: Planet, area: shapely.Geometry) -> dict[str, set[int]]:
    """Return what a cut holds: plain loops over everything."""
    health = ("clinic", "doctors", "hospital")
    found: set[tuple[str, int]] = set()
    for (kind, number), tags in planet.tags.items():
        place = "healthcare" in tags or tags.get("amenity") in health
        if (place or (kind == "way" and "highway" in tags)) and planet.touches(kind, number, area):
            planet.take(kind, number, found)
    return {of: {n for kind, n in found if kind == of} for of in ("node", "way", "relation")}


coordinate = st.integers(-1900, 2400)


@laws(15)
@given(coordinate, coordinate, st.integers(20, 900), st.integers(20, 900))
def test_a_cut_holds_what_touches_the_area_and_nothing_else(
    town: Path, planet: Planet, x: int, y: int, width: int, height: int
) -> None:
    (west, south), (east, north) = degrees(x, y), degrees(x + width, y + height)
    area = shapely.Polygon([(west, south), (east, south), (east, north)])
    ((name, raw),) = cut(town, {"area": area})
    right = expected(planet, area)
    assert name == "area"
    assert raw.place.keys() == right["node"]
    assert raw.ways.keys() == right["way"]
    assert raw.relations.keys() == right["relation"]
    for number, place in raw.place.items():
        assert place == planet.node[number]
        tags = planet.tags.get(("node", number), {})
        kept = tags.keys() & {"amenity", "barrier", "healthcare", "highway"}
        assert raw.node_tags.get(number, {}) == (tags if kept else {})
    for number, (nodes, tags) in raw.ways.items():
        assert list(nodes) == planet.way[number]
        assert tags == planet.tags.get(("way", number), {})


def test_districts_are_cut_in_as_few_passes_as_files_may_be_open(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, y = CORNER_M
    boxes = {"西": (0, 0, 600, 600), "东": (600, 0, 1200, 600), "北": (0, 600, 1200, 1200)}
    districts = gpd.GeoDataFrame(
        {"unit_id": list(boxes)},
        geometry=[shapely.box(x + w, y + s, x + e, y + n) for w, s, e, n in boxes.values()],
        crs=CRS,
    )
    monkeypatch.setattr(region, "AREAS_A_PASS", 2)
    passes: list[int] = []
    write_aside = region._write_aside  # noqa: SLF001  (what is counted)

    def counted(*arguments: Any) -> None:  # noqa: ANN401
        passes.append(len(arguments[2]))
        write_aside(*arguments)

    monkeypatch.setattr(region, "_write_aside", counted)
    shapes = districts.to_crs(4326).geometry
    areas = {unit: area_around(shape, 300.0) for unit, shape in zip(boxes, shapes, strict=True)}
    paths = {}
    for unit, raw in cut(town, areas):
        paths[unit] = tmp_path / f"{unit}.osm.pbf"
        write_raw(raw, paths[unit])
    assert passes == [2, 1]
    assert {unit: path.name for unit, path in paths.items()} == {
        unit: f"{unit}.osm.pbf" for unit in boxes
    }
    whole = read_network(town, walk())
    for unit, shape in zip(districts["unit_id"], districts.to_crs(4326).geometry, strict=True):
        alone = RegionalExtract(town).streets_and_health_places(area_around(shape, 300.0))
        write_raw(alone, tmp_path / "alone.osm.pbf")
        assert paths[unit].read_bytes() == (tmp_path / "alone.osm.pbf").read_bytes()
        part = read_network(paths[unit], walk())
        assert set(part.way_id) < set(whole.way_id)


def test_an_id_that_is_a_path_is_refused(tmp_path: Path) -> None:
    districts = gpd.GeoDataFrame(
        {"unit_id": ["../x"]}, geometry=[box_district((113.346, 23.129, 113.35, 23.13))], crs=4326
    )
    districts.to_file(tmp_path / "districts.gpkg")
    with pytest.raises(InputError, match="cannot be the name of a folder"):
        read_districts(tmp_path / "districts.gpkg", "unit_id", None)


def test_torn_ways_and_relations_stay_as_they_are(tmp_path: Path) -> None:
    """Way 1 lacks a node, way 2 all of them; the relation lacks a member."""
    nodes = {1: (113.0, 23.0), 2: (113.001, 23.0), 9: (113.0005, 23.0005)}
    path = write_osm(
        tmp_path / "torn.osm",
        nodes,
        {1: Way([1, 2, 3], {"highway": "path"}), 2: Way([4, 5], {"highway": "path"})},
        node_tags={9: {"amenity": "clinic"}},
        relations={7: Relation([("outer", 1), ("inner", 99)], {"healthcare": "centre"})},
    )
    source = RegionalExtract(path)
    raw = source.streets_and_health_places(box_district((112.99, 22.99, 113.01, 23.01)))
    assert raw.ways == {1: ((1, 2, 3), {"highway": "path"})}
    assert raw.place.keys() == {1, 2, 9}
    assert raw.relations.keys() == {7}
    assert source.streets_and_health_places(box_district((10.0, 10.0, 11.0, 11.0))).ways == {}


def test_the_hospital_is_whole(town: Path) -> None:
    grounds = area_around(box_district((*degrees(1400, 300), *degrees(1420, 320))), 10.0)
    raw = RegionalExtract(town).streets_and_health_places(grounds)
    assert raw.relations.keys() == {HOSPITAL}
    assert {120, 130} <= raw.ways.keys()


def test_subdistricts_have_their_true_outline(town: Path) -> None:
    areas = read_admin_areas(town, of_level(8))
    assert [area.name for area in areas] == ["西街道", "东街道", "邻街道"]
    corners = [degrees(x, y) for x, y in ((0, 0), (600, 0), (600, 600), (0, 600))]
    assert areas[0].shape.equals(shapely.Polygon([(round(x, 7), round(y, 7)) for x, y in corners]))
    assert RegionalExtract(town).district(500).name == "测试区"
    assert RegionalExtract(town).district("测试区").osm_id == "r500"


def test_other_borders_of_the_same_level_are_left_out(tmp_path: Path) -> None:
    corners = [(113.0, 23.0), (113.1, 23.0), (113.1, 23.1)]
    tags = {"admin_level": "8", "name": "区", "boundary": "political"}
    ways = {1: Way([1, 2, 3, 1], tags), 2: Way([1, 2], {"highway": "path"})}
    path = write_osm(tmp_path / "political.osm", dict(enumerate(corners, start=1)), ways)
    assert read_admin_areas(path, of_level(8)) == []
    box = box_district((112.99, 22.99, 113.11, 23.11))
    assert RegionalExtract(path).streets_and_health_places(box).ways.keys() == {2}
    tags["boundary"] = "administrative"
    write_osm(path, dict(enumerate(corners, start=1)), ways)
    assert [area.osm_id for area in read_admin_areas(path, of_level(8))] == ["w1"]


def test_what_is_no_extract_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(b"\0\0\0\x0d" + b"no pbf" * 20)
    with pytest.raises(InputError, match="not a whole OSM file"):
        RegionalExtract(broken).streets_and_health_places(box_district((1, 1, 2, 2)))
    with pytest.raises(NotFoundError):
        RegionalExtract(tmp_path / "none.osm.pbf").district("天河区")


def test_the_area_holds_everything_within_reach() -> None:
    """A ring-shaped district: its hole is filled, its outline 500 m and a little more away."""
    ring = box_district((113.30, 23.10, 113.40, 23.20)).difference(
        box_district((113.34, 23.14, 113.36, 23.16))
    )
    area = area_around(ring, 500.0)
    assert not area.interiors
    metres = gpd.GeoSeries([ring, area], crs=4326).to_crs("EPSG:4526")
    needed = metres[0].buffer(500.0, quad_segs=64)
    assert metres[1].buffer(0.2).covers(needed)
    assert metres[1].area < metres[0].buffer(605.0).convex_hull.area
    with pytest.raises(GeometryError):
        area_around(shapely.LineString([(1, 1), (2, 2)]), 500.0)


def test_an_outline_is_read_from_a_layer(tmp_path: Path) -> None:
    box = box_district((113.30, 23.10, 113.40, 23.20))
    halves = [
        box_district((113.30, 23.10, 113.35, 23.20)),
        box_district((113.35, 23.1, 113.4, 23.2)),
    ]
    path = tmp_path / "outline.gpkg"
    gpd.GeoDataFrame(geometry=halves, crs=4326).to_crs("EPSG:4526").to_file(path)
    assert read_district(path).symmetric_difference(box).area < 1e-8
    gpd.GeoDataFrame(geometry=[shapely.LineString(box.exterior.coords)], crs=4326).to_file(path)
    with pytest.raises(GeometryError, match="no polygon in row 1"):
        read_district(path)


@pytest.mark.parametrize(
    "element",
    [
        {"type": "node", "id": 1, "lat": 91, "lon": 0},
        {"type": "node", "id": 1, "lat": "north", "lon": 0},
        {"type": "node", "id": 1},
        {"type": "way", "id": 1, "nodes": ["x"]},
        {"type": "relation", "id": 1, "members": [{"type": "star", "ref": 1, "role": ""}]},
        {"type": "way", "id": None},
        {"type": "node", "id": 1, "lat": 1, "lon": 1, "tags": "name"},
        "node",
    ],
)
def test_answers_that_are_none_are_refused(element: Any) -> None:  # noqa: ANN401
    with pytest.raises(InputError, match="is no OpenStreetMap data"):
        raw_of_answers([{"elements": [element]}], "server")


def test_an_answer_says_of_when_its_data_are() -> None:
    assert data_time({"osm3s": {"timestamp_osm_base": "2026-01-01T00:00:00Z"}}).startswith("2026")
    assert data_time({"osm3s": "x"}) == data_time({}) == ""


def test_what_a_pbf_cannot_hold_is_told(tmp_path: Path) -> None:
    raw = RawOsm({1: (1.0, 1.0)}, {1: {"name": "长" * 100_000}}, {}, {})
    with pytest.raises(InputError, match="cannot hold this OpenStreetMap data"):
        write_raw(raw, tmp_path / "long.osm.pbf")
    assert list(tmp_path.iterdir()) == []


def test_equal_content_is_equal_bytes_whatever_its_order(tmp_path: Path) -> None:
    one = RawOsm({2: (1.0, 1.0), 1: (2.0, 2.0)}, {2: {"b": "1", "a": "2"}}, {5: ((1, 2), {})}, {})
    other = RawOsm({1: (2.0, 2.0), 2: (1.0, 1.0)}, {2: {"a": "2", "b": "1"}}, {5: ((1, 2), {})}, {})
    for raw, name in ((one, "one"), (other, "other")):
        write_raw(raw, tmp_path / f"{name}.osm.pbf")
    assert (tmp_path / "one.osm.pbf").read_bytes() == (tmp_path / "other.osm.pbf").read_bytes()
    nodes = [item.id for item in osmium.FileProcessor(str(tmp_path / "one.osm.pbf"))]
    assert nodes == [1, 2, 5]


def test_nothing_touches_nothing() -> None:
    nothing = RawOsm({}, {}, {}, {})
    found = streets_and_health_places(nothing, box_district((1, 1, 2, 2)))
    assert (found.place, found.ways, found.relations) == ({}, {}, {})
