"""The embedded study: written twice alike, sound as a city, honest about what is made up."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import pytest
import shapely
from numpy.typing import NDArray

import facility_coverage
from facility_coverage.errors import InputError
from facility_coverage.registers import register_path
from facility_coverage.sample.district import write_sample_study
from facility_coverage.sample.plane import to_metres
from facility_coverage.study_file import Study

LACKING = ["员村", "黄村", "龙洞", "凤凰", "元岗", "长兴", "新塘", "珠吉", "兴华", "猎德"]
Street = tuple[dict[str, str], list[int], NDArray[np.float64]]
"""Tags, node ids and places in metres."""

NOT_WALKABLE = {"motorway", "motorway_link", "cycleway", "construction", "proposed"}
FILES = [
    "facilities.csv",
    "population.csv",
    "streets.osm.pbf",
    "study.toml",
    "subdistricts.geojson",
]


@dataclass(frozen=True)
class City:
    """The street file as read back."""

    ways: list[Street]
    node_tags: dict[int, dict[str, str]]

    @property
    def walkable(self) -> list[Street]:
        """Return the ways that the walk profile allows."""
        return [way for way in self.ways if may_walk(way[0])]


def may_walk(tags: dict[str, str]) -> bool:
    invited = tags.get("foot") in {"yes", "designated", "permissive"}
    if "highway" not in tags or tags.get("foot") == "no" or tags.get("area") == "yes":
        return False
    if tags["highway"] in NOT_WALKABLE and not (tags["highway"] == "cycleway" and invited):
        return False
    return invited or tags.get("access") not in {"private", "no"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_sample_study(folder)
    return folder


@pytest.fixture(scope="module")
def units(folder: Path) -> dict[str, shapely.Polygon]:
    layer = json.loads((folder / "subdistricts.geojson").read_text(encoding="utf-8"))
    return {
        feature["properties"]["unit_id"]: shapely.geometry.shape(feature["geometry"])
        for feature in layer["features"]
    }


@pytest.fixture(scope="module")
def register() -> list[dict[str, str]]:
    path = register_path("boundaries", "tianhe.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def facilities(folder: Path) -> list[dict[str, str]]:
    with (folder / "facilities.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def city(folder: Path) -> City:
    ways: list[Street] = []
    node_tags: dict[int, dict[str, str]] = {}
    for thing in osmium.FileProcessor(str(folder / "streets.osm.pbf")).with_locations():
        if isinstance(thing, osmium.osm.Way):
            assert all(node.location.valid() for node in thing.nodes)
            places = np.array([(node.location.lon, node.location.lat) for node in thing.nodes])
            ways.append((dict(thing.tags), [node.ref for node in thing.nodes], to_metres(places)))
        elif isinstance(thing, osmium.osm.Node) and thing.tags:
            node_tags[thing.id] = dict(thing.tags)
    return City(ways, node_tags)


def in_metres(polygon: shapely.Polygon) -> shapely.Polygon:
    return shapely.transform(polygon, to_metres)


def places(rows: list[dict[str, str]]) -> NDArray[np.float64]:
    return to_metres(np.array([(float(row["lon"]), float(row["lat"])) for row in rows]))


def test_it_is_the_same_to_the_byte_in_another_process(folder: Path, tmp_path: Path) -> None:
    script = "import sys, pathlib; from facility_coverage.sample.district import write_sample_study"
    script += "; write_sample_study(pathlib.Path(sys.argv[1]))"
    root = str(Path(facility_coverage.__file__).parents[1])
    subprocess.run(  # noqa: S603  (our own interpreter on our own words)
        [sys.executable, "-W", "error", "-c", script, str(tmp_path)],
        check=True,
        env=os.environ | {"PYTHONPATH": root, "PYTHONHASHSEED": "4711"},
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="not an empty folder"):
        write_sample_study(tmp_path)
    with pytest.raises(InputError, match="not an empty folder"):
        write_sample_study(tmp_path / "missing")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_study_file_is_valid_and_says_what_is_made_up(folder: Path) -> None:
    study = Study.load(folder / "study.toml")
    assert [threshold.label for threshold in study.coverage.thresholds] == [
        "5min",
        "10min",
        "15min",
    ]
    assert (study.study.language, study.study.crs) == ("zh", study.demand.cell_crs)
    assert study.study.synthetic is not None
    assert study.study.synthetic.index("合成") < study.study.synthetic.index("synthetic")


def test_borders_are_a_coverage_of_the_districts_size(
    units: dict[str, shapely.Polygon], register: list[dict[str, str]]
) -> None:
    assert list(units) == [row["unit_id"] for row in register]
    assert shapely.coverage_is_valid(list(units.values()))
    assert shapely.union_all(list(units.values())).geom_type == "Polygon"
    area_km2 = sum(in_metres(polygon).area for polygon in units.values()) / 1e6
    assert 134.0 < area_km2 < 140.0
    for row in register:
        label = shapely.Point(float(row["label_lon"]), float(row["label_lat"]))
        assert units[row["unit_id"]].contains(label)


def test_every_resident_of_the_census_lives_in_their_subdistrict(
    folder: Path, units: dict[str, shapely.Polygon], register: list[dict[str, str]]
) -> None:
    with (folder / "population.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    population = np.array([int(row["population"]) for row in rows])
    older = np.array([int(row["population_60plus"]) for row in rows])
    centre = places(rows)
    assert np.abs((centre - 50.0 + 1.0) % 100.0 - 1.0).max() < 0.02, "centres of a 100 m grid"
    assert len(np.unique(np.round(centre), axis=0)) == len(rows)
    assert population.min() >= 1
    assert (older >= 0).all()
    assert (older <= population).all()
    x, y = centre.T
    squares = shapely.box(x - 50, y - 50, x + 50, y + 50)
    for row in register:
        inside = shapely.contains(in_metres(units[row["unit_id"]]), squares)
        assert population[inside].sum() == int(row["population"]), row["unit_name"]
    assert population.sum() == 2_241_800


def test_the_walkable_network_hangs_together_but_for_some_islands(city: City) -> None:
    graph = nx.Graph()
    for _, nodes, xy in city.walkable:
        lengths = np.hypot(*np.diff(xy, axis=0).T).tolist()
        graph.add_weighted_edges_from(
            (a, b, length) for (a, b), length in zip(pairwise(nodes), lengths, strict=True)
        )
    parts = [graph.subgraph(part).size("weight") for part in nx.connected_components(graph)]
    assert max(parts) / sum(parts) >= 0.95
    assert len(parts) >= 4
    assert 20_000 < len(graph) < 40_000


def test_streets_meet_only_at_nodes_they_share(city: City) -> None:
    highways = [way for way in city.ways if way[0].get("highway") not in {None, "motorway"}]
    nodes = np.array([step for _, refs, _ in highways for step in pairwise(refs)])
    ends = np.concatenate([np.stack([xy[:-1], xy[1:]], axis=1) for _, _, xy in highways])
    lines = shapely.linestrings(ends)
    first, second = shapely.STRtree(lines).query(lines, predicate="intersects")
    first, second = first[first < second], second[first < second]
    shared = (nodes[first][:, :, None] == nodes[second][:, None, :]).any(axis=(1, 2))
    assert shared.all()


def test_water_is_crossed_on_bridges_only(city: City) -> None:
    water = shapely.union_all(
        [shapely.Polygon(xy) for tags, _, xy in city.ways if tags.get("natural") == "water"]
    )
    shapely.prepare(water)
    over = [
        tags
        for tags, _, xy in city.ways
        if "highway" in tags and water.intersects(shapely.LineString(xy))
    ]
    assert {tags.get("bridge") for tags in over} == {"yes"}
    assert 6 <= sum(may_walk(tags) for tags in over) <= 16


def test_the_city_has_what_makes_walking_long(city: City) -> None:
    kinds = {tags.get("highway") for tags, _, _ in city.ways}
    assert {"primary", "residential", "footway", "steps", "path", "motorway"} <= kinds
    gates = {node for node, tags in city.node_tags.items() if tags.get("barrier") == "gate"}
    assert len(gates) > 300
    assert gates <= {node for _, nodes, _ in city.ways for node in nodes}
    assert any(tags.get("access") == "private" for tags, _, _ in city.ways)


def test_no_street_bears_a_real_name(city: City) -> None:
    names = {tags["name"] for tags, _, _ in city.ways if "name" in tags}
    assert names
    assert all(name.startswith("合成") and name.endswith("(synthetic)") for name in names)


def test_centres_stand_by_a_street_well_inside_their_subdistrict(
    city: City, units: dict[str, shapely.Polygon], facilities: list[dict[str, str]]
) -> None:
    streets = shapely.union_all([shapely.LineString(xy) for _, _, xy in city.walkable])
    centres = [row for row in facilities if row["kind"] == "centre"]
    assert len(centres) == 13
    for row, place in zip(centres, shapely.points(places(centres)), strict=True):
        unit = in_metres(units[row["facility_id"].partition("-")[0]])
        assert unit.contains(place)
        assert unit.exterior.distance(place) > 200.0
        assert streets.distance(place) <= 60.0


def test_exactly_ten_subdistricts_have_no_government_centre(
    units: dict[str, shapely.Polygon],
    register: list[dict[str, str]],
    facilities: list[dict[str, str]],
) -> None:
    counted = [
        shapely.Point(float(row["lon"]), float(row["lat"]))
        for row in facilities
        if (row["kind"], row["ownership"]) == ("centre", "government")
    ]
    lacking = [
        row["unit_name"].removesuffix("街道")
        for row in register
        if not any(units[row["unit_id"]].contains(place) for place in counted)
    ]
    assert sorted(lacking) == sorted(LACKING)


def test_every_position_and_every_name_says_that_it_is_synthetic(
    facilities: list[dict[str, str]],
) -> None:
    path = register_path("facilities", "tianhe.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        real = {row["facility_id"]: row["facility_name"] for row in csv.DictReader(stream)}
    for row in facilities:
        assert row["position"] == "synthetic"
        if row["kind"] == "centre":
            assert row["name"] == real.pop(row["facility_id"]) + "（位置为合成）"
        else:
            assert row["kind"] == "station"
            assert row["name"].startswith("合成站 ")
            assert row["name"].endswith("(synthetic)")
    assert not real
