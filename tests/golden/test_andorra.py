"""Andorra, one extract in two files: the ``.pbf`` is a little newer than the ``.osm.gz``.

It has 259 nodes and 3 ways more; of the ways one can be walked (128167681, unclassified), and one
street got a name (6185986). Everything else that can be walked is the same to the last digit.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import osmium
import pytest

from facility_coverage.inputs.ways import WayTable, read_ways
from facility_coverage.network.build import build_network, read_network
from facility_coverage.network.profiles import walk
from facility_coverage.network.street_network import StreetNetwork

NEW_WAY = 128167681
NAMED_WAY, ITS_NAME = 6185986, "Av. de Joan Martí"
CRS = "EPSG:32631"
EdgeKey = tuple[int, int, bytes]


@pytest.fixture(scope="module")
def pbf(real_data: Path) -> Path:
    return real_data / "andorra" / "andorra.osm.pbf"


@pytest.fixture(scope="module")
def older(real_data: Path) -> WayTable:
    return read_ways(real_data / "andorra" / "andorra.osm.gz", walk().speeds_kph)


@pytest.fixture(scope="module")
def newer(pbf: Path) -> WayTable:
    return read_ways(pbf, walk().speeds_kph)


def saved(network: StreetNetwork, path: Path) -> bytes:
    network.save(path)
    return path.read_bytes()


@pytest.mark.parametrize("ending", ["osm", "osm.gz", "osm.pbf"])
def test_the_same_objects_give_the_same_bytes_in_every_format(
    pbf: Path, tmp_path: Path, ending: str
) -> None:
    copy = tmp_path / f"copy.{ending}"
    with osmium.SimpleWriter(str(copy)) as writer:
        for item in osmium.FileProcessor(str(pbf)):
            writer.add(item)
    expected = saved(read_network(pbf, walk()), tmp_path / "a.npz")
    assert saved(read_network(copy, walk()), tmp_path / "b.npz") == expected


def without(ways: WayTable, way_id: int) -> WayTable:
    """Return a table less one way."""
    kept = np.flatnonzero(ways.way_id != way_id).tolist()
    first, last = ways.node_offset[:-1], ways.node_offset[1:]
    nodes = np.concatenate([np.arange(first[row], last[row]) for row in kept])
    return replace(
        ways,
        way_id=ways.way_id[kept],
        street_class=tuple(ways.street_class[row] for row in kept),
        name=tuple(ways.name[row] for row in kept),
        speed_kph=ways.speed_kph[kept],
        off_ground=ways.off_ground[kept],
        node_offset=np.concatenate([[0], np.cumsum((last - first)[kept])]),
        node_id=ways.node_id[nodes],
        node_lonlat=ways.node_lonlat[nodes],
    )


def test_less_the_new_way_both_files_give_the_same_bytes(
    older: WayTable, newer: WayTable, tmp_path: Path
) -> None:
    names = tuple(
        ITS_NAME if way == NAMED_WAY else name
        for way, name in zip(older.way_id.tolist(), older.name, strict=True)
    )
    assert set(newer.way_id.tolist()) - set(older.way_id.tolist()) == {NEW_WAY}
    one = build_network(replace(older, name=names), walk(), CRS)
    other = build_network(without(newer, NEW_WAY), walk(), CRS)
    assert saved(one, tmp_path / "a.npz") == saved(other, tmp_path / "b.npz")


def edges(network: StreetNetwork) -> Iterator[EdgeKey]:
    """Yield every edge: the OSM ids of its ends, and its exact shape."""
    offset = network.vertex_offset.tolist()
    ends = network.node_id[network.edge_node].tolist()
    for (u, v), first, last in zip(ends, offset[:-1], offset[1:], strict=True):
        shape = network.vertex_xy[first:last]
        yield (u, v, shape.tobytes()) if u < v else (v, u, shape[::-1].tobytes())


def test_the_new_way_parts_one_edge_and_adds_one(older: WayTable, newer: WayTable) -> None:
    """It is a dead end that leaves a street where two segments met: two halves and a spur."""
    one, other = build_network(older, walk(), CRS), build_network(newer, walk(), CRS)
    row = newer.way_id.tolist().index(NEW_WAY)
    way_nodes = newer.node_id[newer.node_offset[row] : newer.node_offset[row + 1]].tolist()
    appeared, vanished = set(edges(other)) - set(edges(one)), set(edges(one)) - set(edges(other))
    assert (len(vanished), len(appeared)) == (1, 3)
    assert all({u, v} & set(way_nodes) for u, v, _ in appeared)
    assert set(other.node_id.tolist()) - set(one.node_id.tolist()) == {way_nodes[0], way_nodes[-1]}
    way_xy = other.vertex_xy[other.way_id[other.vertex_way] == NEW_WAY]
    way_m = np.hypot(*np.diff(way_xy, axis=0).T).sum()
    assert abs(other.edge_length_m.sum() - one.edge_length_m.sum() - way_m) <= 1e-6
