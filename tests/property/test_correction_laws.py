"""Corrections: what is taken out never helps, what is drawn never harms, and order is nothing."""

from itertools import pairwise

import networkx as nx
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from street_scenes import City, cities, laws
from toy_city import CORNER_M, table_of
from toy_corrections import built, corrected, correction, raw_graph

from facility_coverage.inputs.correction import Correction, Kind
from facility_coverage.inputs.ways import WayTable
from facility_coverage.network.profiles import walk

ARRAYS = (
    "node_id", "node_xy", "node_delay_s", "edge_node", "edge_length_m", "edge_cost_s",
    "vertex_offset", "vertex_xy", "vertex_way", "way_id",
)  # fmt: skip
NEAR_S = 1e-6

places = st.tuples(st.floats(-50, 650), st.floats(-50, 650))
lines = st.lists(places, min_size=2, max_size=4)


def ways_of(city: City) -> WayTable:
    return table_of(city.nodes, city.ways, walk(3.6))


def times(ways: WayTable) -> dict[int, dict[int, float]]:
    """Return the seconds between all nodes that are named."""
    return dict(nx.all_pairs_dijkstra_path_length(raw_graph(ways)))


def same(one: WayTable, other: WayTable) -> bool:
    """Tell whether two tables give one network, byte for byte."""
    networks = built(one), built(other)
    return all(
        np.array_equal(getattr(networks[0], name), getattr(networks[1], name)) for name in ARRAYS
    )


Times = dict[int, dict[int, float]]


def assert_never_less(after: Times, before: Times) -> None:
    for start, found in after.items():
        for end, seconds in found.items():
            if start in before and end in before:
                assert seconds >= before[start].get(end, np.inf) - NEAR_S


@laws(25)
@given(cities(), st.data())
def test_banning_a_way_never_makes_a_route_quicker(city: City, data: st.DataObject) -> None:
    ways = ways_of(city)
    way = data.draw(st.sampled_from(sorted(city.ways)))
    after = corrected(ways, correction("banned_way", way_id=way)).ways
    assert way not in after.way_id
    assert set(after.way_id.tolist()) | {way} == set(ways.way_id.tolist())
    assert_never_less(times(after), times(ways))


@laws(25)
@given(cities(), lines, st.integers(0, 1))
def test_drawing_a_street_never_makes_a_route_slower(
    city: City, line: list[tuple[float, float]], kind: int
) -> None:
    ways = ways_of(city)
    result = corrected(ways, correction(("street", "bridge")[kind], *line))
    assert_never_less(times(ways), times(result.ways))
    drawn = bool((result.ways.way_id < 0).any())
    assert drawn == (result.outcomes[0].status == "applied")
    if not drawn:
        assert result.ways is ways


@laws(25)
@given(cities(), st.data())
def test_closing_and_opening_a_gate_are_inverse(city: City, data: st.DataObject) -> None:
    ways, plain = ways_of(city), city.plain
    a, b = data.draw(st.sampled_from(plain.segments))
    share = data.draw(st.floats(0, 1))
    x, y = (plain.xy[a] + share * (plain.xy[b] - plain.xy[a]) - CORNER_M).tolist()
    closed, opened = correction("gate_closed", (x, y)), correction("gate_open", (x, y), row=3)
    shut = corrected(ways, closed)
    assert_never_less(times(shut.ways), times(ways))
    applied = shut.outcomes[0].status == "applied"
    assert same(shut.ways, ways) != applied
    if applied:
        assert same(corrected(ways, closed, opened).ways, ways)


@laws(25)
@given(cities(), lines)
def test_nothing_passes_a_wall_and_no_metre_is_lost(
    city: City, line: list[tuple[float, float]]
) -> None:
    ways = ways_of(city)
    result = corrected(ways, correction("wall", *line))
    assert_never_less(times(result.ways), times(ways))
    before, after = built(ways), built(result.ways)
    assert np.isclose(before.edge_length_m.sum(), after.edge_length_m.sum(), atol=1e-6)
    if result.outcomes[0].status != "applied":
        assert result.ways is ways
        return
    wall = shapely.LineString(np.array(line) + CORNER_M)
    for first, last in pairwise(after.vertex_offset.tolist()):
        for piece in pairwise(after.vertex_xy[first:last]):
            inner = shapely.LineString(piece)
            if inner.length > 0.01:
                ends = shapely.union_all(shapely.points(np.array(piece)).tolist()).buffer(1e-4)
                assert not inner.difference(ends).intersects(wall)


@laws(25)
@given(cities(), st.floats(0.1, 5))
def test_a_factor_on_every_way_is_a_factor_on_every_time(city: City, factor: float) -> None:
    ways = ways_of(city)
    rows = [
        correction("speed", way_id=way, factor=factor, row=2 + i)
        for i, way in enumerate(sorted(set(ways.way_id.tolist())))
    ]
    before, after = times(ways), times(corrected(ways, *rows).ways)
    for start, found in before.items():
        for end, seconds in found.items():
            assert np.isclose(after[start][end], seconds / factor, rtol=1e-9)


KINDS: tuple[Kind, ...] = (
    "gate_closed", "gate_open", "wall", "street", "bridge", "speed", "banned_way",
)  # fmt: skip


@st.composite
def overlays(draw: st.DrawFn) -> list[Correction]:
    """Draw some rows of every kind."""
    rows = []
    for row, kind in enumerate(draw(st.lists(st.sampled_from(KINDS), max_size=6)), start=2):
        if kind == "banned_way":
            rows.append(correction(kind, way_id=10, row=row))
        elif kind == "speed":
            rows.append(correction(kind, *draw(lines), factor=0.5, tolerance_m=40.0, row=row))
        elif kind in {"gate_closed", "gate_open"}:
            rows.append(correction(kind, draw(places), tolerance_m=60.0, row=row))
        else:
            rows.append(correction(kind, *draw(lines), row=row))
    return rows


@laws(30)
@given(cities().filter(lambda city: len(city.ways) > 1), overlays(), st.data())
def test_the_order_of_rows_is_nothing(
    city: City, rows: list[Correction], data: st.DataObject
) -> None:
    ways = ways_of(city)
    one = corrected(ways, *rows)
    other = corrected(ways, *data.draw(st.permutations(rows)))
    assert one.outcomes == other.outcomes
    for name in ("way_id", "speed_kph", "node_offset", "node_id", "node_lonlat"):
        assert np.array_equal(getattr(one.ways, name), getattr(other.ways, name))
