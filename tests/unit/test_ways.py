"""Streets of an OSM file: which are used, which are torn by a clipped extract, what they are."""

from pathlib import Path

import numpy as np
import osmium
import pytest
from toy_osm import Way, write_osm

from facility_coverage.errors import InputError, NotFoundError, SourceError
from facility_coverage.inputs import osm as osm_module
from facility_coverage.inputs import ways as ways_module
from facility_coverage.inputs.ways import read_ways
from facility_coverage.network.build import read_network
from facility_coverage.network.profiles import shipped_profile, walk

STREET = {"highway": "residential"}
NODES = {n: (114.0 + n / 1000, 23.0) for n in range(1, 10)}
speeds_kph = walk().speeds_kph


def test_ways_come_sorted_with_their_tags_and_nodes(tmp_path: Path) -> None:
    ways = {
        30: Way([1, 2, 3], STREET | {"name": "天河路"}),
        20: Way([3, 4], {"highway": "steps"}),
        10: Way([4, 5], {"highway": "motorway"}),
        40: Way([5, 6], {"building": "yes"}),
    }
    table = read_ways(write_osm(tmp_path / "a.osm", NODES, ways), speeds_kph)
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
    table = read_ways(write_osm(tmp_path / "a.osm", NODES, ways), speeds_kph)
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
    assert read_ways(write_osm(tmp_path / "a.osm", NODES, ways), speeds_kph).torn_ways == 0


def test_a_way_of_one_node_is_no_street(tmp_path: Path) -> None:
    ways = {7: Way([1], STREET), 8: Way([1, 2], STREET), 9: Way([], STREET)}
    table = read_ways(write_osm(tmp_path / "a.osm", NODES, ways), speeds_kph)
    assert table.way_id.tolist() == [8]


@pytest.mark.parametrize("ending", ["osm", "osm.gz", "osm.pbf"])
def test_every_format_reads_the_same(tmp_path: Path, ending: str) -> None:
    ways = {7: Way([1, 2, 3], STREET | {"name": 'A & <b> "c"'}), 8: Way([3, 4], STREET)}
    plain = write_osm(tmp_path / "plain.osm", NODES, ways)
    copy = tmp_path / f"copy.{ending}"
    with osmium.SimpleWriter(str(copy)) as writer:
        for item in osmium.FileProcessor(str(plain)):
            writer.add(item)
    one, other = read_ways(plain, speeds_kph), read_ways(copy, speeds_kph)
    assert one.name == other.name == ('A & <b> "c"', "")
    for name in ("way_id", "node_offset", "node_id", "node_lonlat"):
        assert np.array_equal(getattr(one, name), getattr(other, name))


def test_no_street_at_all_is_told(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "a.osm", NODES, {7: Way([1, 2], {"highway": "motorway"})})
    with pytest.raises(InputError, match=r"a\.osm: holds no street that can be used"):
        read_ways(path, speeds_kph)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"nowhere\.osm\.pbf: there is no such file"):
        read_ways(tmp_path / "nowhere.osm.pbf", speeds_kph)


def test_a_truncated_pbf_is_refused(real_data: Path, tmp_path: Path) -> None:
    whole = (real_data / "andorra" / "andorra.osm.pbf").read_bytes()
    path = tmp_path / "half.osm.pbf"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="not a whole OSM file"):
        read_ways(path, speeds_kph)


def test_names_with_the_marks_of_the_text_between_are_kept(tmp_path: Path) -> None:
    """Commas, equal signs, at signs, per cent, spaces, tabs and letters beyond the BMP."""
    name = "A=b, c@d 50%20% \t 天河路 \U0001f6b6 \u200b,"
    ways = {7: Way([1, 2], STREET | {"name": name, "a=b, c": "%"}), 8: Way([2, 3], STREET)}
    table = read_ways(write_osm(tmp_path / "a.osm", NODES, ways), speeds_kph)
    assert table.name == (name, "")


def test_speeds_bridges_and_tunnels_come_with_the_ways(tmp_path: Path) -> None:
    ways = {
        1: Way([1, 2], STREET | {"oneway": "yes", "bridge": "yes"}),
        2: Way([2, 3], STREET | {"oneway": "-1", "tunnel": "building_passage"}),
        3: Way([3, 4], STREET | {"bridge": "no", "tunnel": "no", "maxspeed": "30"}),
        4: Way([4, 5], STREET | {"access": "private"}),
    }
    path = write_osm(tmp_path / "a.osm", NODES, ways)
    table = read_ways(path, shipped_profile("car").speeds_kph)
    assert table.way_id.tolist() == [1, 2, 3]
    assert table.speed_kph.tolist() == [[20.0, 0.0], [0.0, 20.0], [30.0, 30.0]]
    assert table.off_ground.tolist() == [True, True, False]


def test_classes_of_nodes_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    tags = {1: {"highway": "crossing"}, 2: {"amenity": "bench"}, 9: {"highway": "bus_stop"}}
    ways = {7: Way([1, 2, 3], STREET)}
    path = write_osm(tmp_path / "a.osm", NODES, ways, node_tags=tags)
    assert read_ways(path, speeds_kph).node_class == {}
    table = read_ways(path, speeds_kph, node_classes=True)
    assert table.node_class == {1: "crossing", 9: "bus_stop"}
    waits = walk().model_copy(update={"node_delay_s": {"crossing": 7.0}})
    assert read_network(path, waits).node_delay_s.tolist() == [7.0, 0.0]


def test_ways_come_sorted_over_all_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of two lines, one of them of nodes alone."""
    monkeypatch.setattr(ways_module, "_LINES_AT_ONCE", 2)
    tags = {n: {"highway": "crossing"} for n in (1, 2, 3, 4)}
    ways = {n: Way([n, n + 1], STREET) for n in (5, 3, 1, 4, 2)}
    path = write_osm(tmp_path / "a.osm", NODES, ways, node_tags=tags)
    table = read_ways(path, speeds_kph, node_classes=True)
    assert table.way_id.tolist() == [1, 2, 3, 4, 5]
    assert table.node_id.tolist() == [1, 2, 2, 3, 3, 4, 4, 5, 5, 6]


def test_an_extract_without_a_single_place_is_told(tmp_path: Path) -> None:
    path = write_osm(tmp_path / "a.osm", NODES, {7: Way([91, 92], STREET)})
    with pytest.raises(InputError, match=r"a\.osm: holds the places of no street"):
        read_ways(path, speeds_kph)


def test_a_temporary_folder_that_cannot_be_made_or_is_full_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_osm(tmp_path / "a.osm", NODES, {7: Way([1, 2], STREET)})
    with monkeypatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
        with pytest.raises(SourceError, match=r"no temporary folder can be made: .*TMPDIR"):
            read_ways(path, speeds_kph)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(osm_module, "_ASIDE_PER_BYTE", 10**15)
    with pytest.raises(SourceError, match=r"reading .*a\.osm takes up to .* make room or name"):
        read_ways(path, speeds_kph)
    assert sorted(tmp_path.iterdir()) == [path]
