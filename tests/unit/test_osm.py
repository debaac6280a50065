"""OSM files: ways that may be walked, ways torn by a clipped extract, and places by tag."""

import gzip
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely
from toy_osm import Relation, Way, write_osm

from facility_coverage.errors import InputError, NotFoundError
from facility_coverage.inputs.osm import read_places, read_ways
from facility_coverage.network.build import read_network
from facility_coverage.network.profiles import walk

STREET = {"highway": "residential"}
NODES = {n: (114.0 + n / 1000, 23.0) for n in range(1, 10)}
HEALTH = frozenset({"hospital", "clinic"})
accepts = walk().accepts


def test_ways_come_sorted_with_their_tags_and_nodes(tmp_path: Path) -> None:
    ways = {
        30: Way([1, 2, 3], STREET | {"name": "天河路"}),
        20: Way([3, 4], {"highway": "steps"}),
        10: Way([4, 5], {"highway": "motorway"}),
        40: Way([5, 6], {"building": "yes"}),
    }
    table = read_ways(write_osm(tmp_path / "a.osm", NODES, ways), accepts)
    assert table.way_id.tolist() == [20, 30]
    assert table.street_class == ("steps", "residential")
    assert table.name == ("", "天河路")
    assert table.node_offset.tolist() == [0, 2, 5]
    assert table.node_id.tolist() == [3, 4, 1, 2, 3]
    assert table.node_lonlat.tolist() == [list(NODES[n]) for n in (3, 4, 1, 2, 3)]
    assert table.torn_ways == 0


@pytest.mark.parametrize(
    ("drawn", "runs"),
    [
        ([1, 2, 91, 3, 4], [[1, 2], [3, 4]]),
        ([91, 1, 2, 3], [[1, 2, 3]]),
        ([1, 2, 3, 91], [[1, 2, 3]]),
        ([1, 2, 91, 3, 92, 4, 5], [[1, 2], [4, 5]]),  # 3 alone is no street
        ([91, 1, 92], []),
    ],
)
def test_a_torn_way_keeps_the_parts_that_the_extract_holds(
    tmp_path: Path, drawn: list[int], runs: list[list[int]]
) -> None:
    """Nodes 91 and 92 lie beyond the border of the extract."""
    ways = {7: Way(drawn, STREET), 8: Way([8, 9], STREET)}
    table = read_ways(write_osm(tmp_path / "a.osm", NODES, ways), accepts)
    assert table.torn_ways == 1
    assert table.way_id.tolist() == [7] * len(runs) + [8]
    parts = np.split(table.node_id, table.node_offset[1:-1])
    assert [part.tolist() for part in parts] == [*runs, [8, 9]]


def test_over_a_tear_nobody_walks(tmp_path: Path) -> None:
    """1-2 and 3-4 of one torn way are two islands, and the summary counts the torn way."""
    path = write_osm(tmp_path / "a.osm", NODES, {7: Way([1, 2, 91, 3, 4], STREET)})
    summary = read_network(path, walk()).summary()
    assert summary["components"] == 2
    assert summary["torn_ways"] == 1
    assert summary["nodes"] == 4


def test_a_torn_way_that_nobody_walks_is_not_counted(tmp_path: Path) -> None:
    ways = {7: Way([1, 91, 2], {"highway": "motorway"}), 8: Way([1, 2], STREET)}
    assert read_ways(write_osm(tmp_path / "a.osm", NODES, ways), accepts).torn_ways == 0


def test_a_way_of_one_node_is_no_street(tmp_path: Path) -> None:
    ways = {7: Way([1], STREET), 8: Way([1, 2], STREET), 9: Way([], STREET)}
    table = read_ways(write_osm(tmp_path / "a.osm", NODES, ways), accepts)
    assert table.way_id.tolist() == [8]


@pytest.mark.parametrize("ending", ["osm", "osm.gz", "osm.pbf"])
def test_every_format_reads_the_same(tmp_path: Path, ending: str) -> None:
    ways = {7: Way([1, 2, 3], STREET | {"name": 'A & <b> "c"'}), 8: Way([3, 4], STREET)}
    plain = write_osm(tmp_path / "plain.osm", NODES, ways)
    copy = tmp_path / f"copy.{ending}"
    with osmium.SimpleWriter(str(copy)) as writer:
        for item in osmium.FileProcessor(str(plain)):
            writer.add(item)
    one, other = read_ways(plain, accepts), read_ways(copy, accepts)
    assert one.name == other.name == ('A & <b> "c"', "")
    for name in ("way_id", "node_offset", "node_id", "node_lonlat"):
        assert np.array_equal(getattr(one, name), getattr(other, name))


def test_no_street_at_all_is_told(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "a.osm", NODES, {7: Way([1, 2], {"highway": "motorway"})})
    with pytest.raises(InputError, match=r"a\.osm: holds no street that can be walked"):
        read_ways(path, accepts)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"nowhere\.osm\.pbf: there is no such file"):
        read_ways(tmp_path / "nowhere.osm.pbf", accepts)


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
    for read in (lambda: read_ways(path, accepts), lambda: read_places(path, "amenity", HEALTH)):
        with pytest.raises(InputError) as caught:
            read()
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_truncated_pbf_is_refused(real_data: Path, tmp_path: Path) -> None:
    whole = (real_data / "andorra" / "andorra.osm.pbf").read_bytes()
    path = tmp_path / "half.osm.pbf"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="not a whole OSM file"):
        read_ways(path, accepts)


def square(west: float, south: float, first: int) -> dict[int, tuple[float, float]]:
    """Return four nodes around a square of a hundredth of a degree."""
    east, north = west + 0.01, south + 0.01
    corners = [(west, south), (east, south), (east, north), (west, north)]
    return {first + i: corner for i, corner in enumerate(corners)}


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
