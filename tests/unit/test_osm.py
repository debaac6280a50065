"""OSM files: what is none, and places by tag."""

import gzip
from pathlib import Path

import numpy as np
import pytest
import shapely
from toy_osm import Relation, Way, write_osm

from facility_coverage.errors import InputError
from facility_coverage.inputs.osm import read_places
from facility_coverage.inputs.ways import read_ways
from facility_coverage.network.profiles import walk

NODES = {n: (114.0 + n / 1000, 23.0) for n in range(1, 10)}
HEALTH = frozenset({"hospital", "clinic"})
speeds_kph = walk().speeds_kph


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.osm.pbf", b"not a protocol buffer at all"),
        ("a.osm", b"<osm><node id='1' lon='1' lat='1'>"),
        ("a.osm", b""),
        ("a.osm.gz", gzip.compress(b"<osm version='0.6'></osm>", mtime=0)[:20]),
        ("a.osm.gz", b"plain text"),
        ("a.shp", b"whatever"),
        ("a.osm.pbf", b""),
    ],
)
def test_what_is_no_whole_osm_file_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for read in (lambda: read_ways(path, speeds_kph), lambda: read_places(path, "amenity", HEALTH)):
        with pytest.raises(InputError) as caught:
            read()
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


def square(west: float, south: float, first: int) -> dict[int, tuple[float, float]]:
    """Return four nodes around a square of a hundredth of a degree."""
    east, north = west + 0.01, south + 0.01
    corners = [(west, south), (east, south), (east, north), (west, north)]
    return {first + i: corner for i, corner in enumerate(corners)}


def test_a_place_whose_outline_crosses_itself_stands_on_its_line(tmp_path: Path) -> None:
    ways = {1: Way([21, 23, 22, 24, 21], {"amenity": "hospital"}), 2: Way([21, 22, 23])}
    torn = Relation([("outer", 2)], {"type": "multipolygon", "amenity": "clinic"})
    nodes = square(114.1, 23.1, 21)
    path = write_osm(tmp_path / "a.osm", nodes, ways, relations={3: torn})
    clinic, hospital = read_places(path, "amenity", HEALTH)
    assert (clinic.osm_id, clinic.lonlat) == ("r3", None)
    assert hospital.osm_id == "w1"
    assert hospital.lonlat is not None
    line = shapely.LineString([nodes[at] for at in (21, 23, 22, 24, 21)])
    assert line.distance(shapely.Point(hospital.lonlat)) < 1e-9


def test_places_are_nodes_areas_and_lines_with_the_tag(tmp_path: Path) -> None:
    """An L-shaped way stands inside itself, though the middle of its box would not."""
    nodes = {
        1: (114.05, 23.05), 2: (114.06, 23.05),
        11: (114.0, 23.0), 12: (114.02, 23.0), 13: (114.02, 23.002), 14: (114.002, 23.002),
        15: (114.002, 23.02), 16: (114.0, 23.02),
        **square(114.1, 23.1, 21),
    }  # fmt: skip
    ways = {
        5: Way([11, 12, 13, 14, 15, 16, 11], {"amenity": "hospital", "name": "L"}),
        6: Way([1, 2], {"amenity": "clinic"}),
        7: Way([21, 22, 23, 24, 21]),
        8: Way([1, 2], {"amenity": "school"}),
    }
    relation = Relation([("outer", 7)], {"type": "multipolygon", "amenity": "hospital"})
    tags = {1: {"amenity": "clinic"}, 2: {"amenity": "bar"}, 21: {"healthcare": "clinic"}}
    path = write_osm(tmp_path / "a.osm", nodes, ways, node_tags=tags, relations={9: relation})
    places = {place.osm_id: place for place in read_places(path, "amenity", HEALTH)}
    assert list(places) == ["n1", "r9", "w5", "w6"]
    assert places["n1"].lonlat == (114.05, 23.05)
    assert places["r9"].lonlat is not None
    assert np.allclose(places["r9"].lonlat, (114.105, 23.105))
    shape = shapely.Polygon([nodes[number] for number in ways[5].nodes])
    assert shape.contains(shapely.Point(places["w5"].lonlat))
    assert not shape.contains(shapely.box(*shape.bounds).centroid)
    assert places["w6"].lonlat is not None
    assert places["w6"].lonlat[1] == 23.05
    assert places["w5"].tags == {"amenity": "hospital", "name": "L"}


def test_a_place_without_geometry_is_kept_without_a_position(tmp_path: Path) -> None:
    """All nodes of way 5 and the only member of relation 9 lie beyond the extract."""
    relation = Relation([("outer", 99)], {"type": "multipolygon", "amenity": "hospital"})
    ways = {5: Way([91, 92, 93, 91], {"amenity": "clinic"})}
    path = write_osm(tmp_path / "a.osm", NODES, ways, relations={9: relation})
    found = [(place.osm_id, place.lonlat) for place in read_places(path, "amenity", HEALTH)]
    assert found == [("r9", None), ("w5", None)]
