"""What each kind of correction does, on streets that can be worked out by hand.

A metre takes a second.
"""

from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from toy_city import table_of
from toy_corrections import built, corrected, correction, raw_graph
from toy_osm import Way, write_osm
from toy_study import (
    degrees,
    toy_result,
    toy_sections,
    write_csv,
    write_study,
    write_toy_study,
)

from facility_coverage.errors import InputError
from facility_coverage.inputs.correction import Outcome
from facility_coverage.inputs.ways import WayTable
from facility_coverage.network.cache import street_network
from facility_coverage.network.corrections import Corrected
from facility_coverage.network.profiles import shipped_profile, walk
from facility_coverage.outputs.manifest import manifest
from facility_coverage.study_file import Study

CROSS = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (100, 100), 5: (100, -100)}
"""A street 1 - 2 - 3 from west to east, and one 4 - 2 - 5 from north to south."""


def cross() -> WayTable:
    return table_of(CROSS, {7: [1, 2, 3], 8: [4, 2, 5]}, walk(3.6))


def told(result: Corrected) -> list[str]:
    return [outcome.told("en") for outcome in result.outcomes]


def status(result: Corrected) -> list[str]:
    return [outcome.status for outcome in result.outcomes]


def seconds(ways: WayTable, start: int, end: int) -> float:
    """Return the time between two nodes, inf where none leads there."""
    try:
        return float(nx.dijkstra_path_length(raw_graph(ways), start, end))
    except nx.NetworkXNoPath:
        return float("inf")


def test_nothing_to_do_changes_nothing() -> None:
    ways = cross()
    assert corrected(ways).ways is ways
    assert corrected(ways).outcomes == ()


def test_a_way_is_taken_out() -> None:
    result = corrected(cross(), correction("banned_way", way_id=8))
    assert result.ways.way_id.tolist() == [7]
    assert told(result) == ["taken out"]
    unknown = corrected(cross(), correction("banned_way", way_id=9))
    assert told(unknown) == ["profile walk uses no way 9 in this extract; correct the number"]
    assert status(unknown) == ["not_applicable"]


def test_a_closed_gate_cuts_its_street_alone() -> None:
    """30 m west of the crossing: 70 m to it from the west, and no way through."""
    result = corrected(cross(), correction("gate_closed", (70, 4)))
    assert told(result) == ["cuts streets at 1 places"]
    network = built(result.ways)
    assert seconds(result.ways, 1, 2) == np.inf
    assert seconds(result.ways, 3, 4) == pytest.approx(200)
    assert sorted(np.round(network.edge_length_m, 6)) == [30, 70, 100, 100, 100]


def test_a_closed_gate_at_a_bend_parts_the_two_pieces_there() -> None:
    nodes = {1: (0, 0), 2: (100, 0), 3: (100, 100)}
    within = table_of(nodes, {7: [1, 2, 3]}, walk(3.6))
    between = table_of(nodes, {7: [1, 2], 8: [3, 2]}, walk(3.6))
    there_and_back = table_of(nodes, {7: [1, 2, 2, 1], 8: [2, 3, 2]}, walk(3.6))
    for ways in (within, between, there_and_back):
        result = corrected(ways, correction("gate_closed", (100, 0)))
        assert status(result) == ["applied"]
        assert seconds(result.ways, 1, 3) == np.inf
        assert np.allclose(built(result.ways).edge_length_m, [100, 100])


def test_a_street_that_is_drawn_twice_is_cut_twice() -> None:
    ways = table_of(CROSS, {7: [1, 2, 3], 8: [3, 2, 1]}, walk(3.6))
    result = corrected(ways, correction("gate_closed", (50, 0)))
    assert seconds(result.ways, 1, 3) == np.inf
    assert built(result.ways).edge_length_m.sum() == pytest.approx(200)


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ((100, 0), "stands where 4 streets meet; move it onto the one that it closes"),
        ((0, 0), "stands at the end of a street, where there is nothing to close"),
        ((50, 11), "no street within 10 m; move it, or raise tolerance_m"),
    ],
)
def test_a_gate_that_closes_nothing_is_told(place: tuple[float, float], reason: str) -> None:
    ways = cross()
    result = corrected(ways, correction("gate_closed", place))
    assert told(result) == [reason]
    assert result.ways is ways


def test_an_open_gate_undoes_cuts_near_it_whatever_made_them() -> None:
    rows = [
        correction("wall", (70, -50), (70, 50)),
        correction("gate_closed", (72, 0), row=3),
        correction("gate_open", (71, 3), row=4),
    ]
    result = corrected(cross(), *rows)
    assert told(result) == [
        "every cut is undone by an open gate (1)",
        "every cut is undone by an open gate (1)",
        "keeps streets open at 2 places",
    ]
    assert seconds(result.ways, 1, 3) == pytest.approx(200)
    far = correction("gate_open", (71, 11), row=4)
    assert seconds(corrected(cross(), *rows[:2], far).ways, 1, 3) == np.inf


def test_a_wall_cuts_what_crosses_it_and_no_bridge() -> None:
    tags = {9: {"bridge": "yes"}}
    nodes = CROSS | {6: (0, 50), 7: (200, 50)}
    ways = table_of(nodes, {7: [1, 2, 3], 9: [6, 7]}, walk(3.6), tags=tags)
    result = corrected(ways, correction("wall", (70, -60), (70, 60), (130, 60), (130, -60)))
    assert told(result) == ["cuts streets at 2 places"]
    assert seconds(result.ways, 6, 7) == pytest.approx(200)
    assert sorted(built(result.ways).edge_length_m.round(6)) == [60, 70, 70, 200]


def test_a_wall_that_cuts_nothing_is_told() -> None:
    idle = corrected(cross(), correction("wall", (20, 20), (60, 60)))
    assert told(idle) == ["no street crosses it"]
    through = corrected(cross(), correction("wall", (90, -10), (110, 10)))
    lon, lat = through.outcomes[0].values["lon"], through.outcomes[0].values["lat"]
    assert (round(float(lon), 5), round(float(lat), 5)) == (114.00098, 23.13962)
    reason = f"passes through the corner of streets at {lon}, {lat}; draw it beside the streets"
    assert told(through)[0].startswith(reason)


def test_a_street_meets_what_it_crosses_and_a_bridge_its_ends_alone() -> None:
    """From 10 m south of the west end over the northern street to 10 m off its north end."""
    line = [(50.0, -10.0), (50.0, 50.0), (150.0, 50.0)]
    street = corrected(cross(), correction("street", *line))
    assert told(street) == ["drawn, and joined to others at 3 places"]
    # 1 - (50, 0) 50 m, up 50, east 50 to the northern street, 50 up to 4
    assert seconds(street.ways, 1, 4) == pytest.approx(200)
    bridge = corrected(cross(), correction("bridge", *line))
    assert told(bridge) == ["drawn, and joined to others at 1 places"]
    assert seconds(bridge.ways, 1, 4) == pytest.approx(200)
    assert bridge.ways.off_ground[bridge.ways.way_id < 0].all()


def test_new_streets_meet_where_they_name_one_place_and_where_they_cross() -> None:
    one = correction("street", (0, 10), (0, 300), row=2)
    other = correction("street", (0, 300), (300, 300), row=3)
    third = correction("street", (150, 400), (150, 250), row=4)
    result = corrected(cross(), one, other, third)
    assert status(result) == ["applied"] * 3
    ends = result.ways.node_id[result.ways.node_id < 0]
    assert len(ends) > 0
    network = built(result.ways)
    assert network.summary()["components"] == 1
    assert network.summary()["length_km"] == pytest.approx(0.4 + 0.01 + 0.29 + 0.3 + 0.15)


def test_the_tie_of_an_end_is_a_street_too() -> None:
    """The end stands 20 m above node 3."""
    result = corrected(cross(), correction("street", (200, 20), (200, 400), kph=7.2))
    network = built(result.ways)
    assert network.edge_length_m.sum() == pytest.approx(400 + 400)
    assert seconds(result.ways, 2, 3) == pytest.approx(100)
    top = int(result.ways.node_id[(result.ways.node_lonlat[:, 1]).argmax()])
    assert seconds(result.ways, 3, top) == pytest.approx(200)  # at 2 m/s


def test_a_one_way_street_binds_vehicles() -> None:
    ways = table_of(CROSS, {7: [1, 2, 3]}, shipped_profile("bicycle"))
    line = [(0.0, 0.0), (100.0, 80.0), (200.0, 0.0)]
    row = correction("street", *line, one_way=True, kph=100)
    result = corrected(ways, row, profile=shipped_profile("bicycle"))
    drawn = result.ways.way_id < 0
    ties = [100, 100]  # of no length: its ends stand on the nodes of the street
    assert result.ways.speed_kph[drawn].tolist() == [[100, 0], ties, ties]


def test_a_street_that_meets_nothing_or_is_not_used_is_told() -> None:
    ways = cross()
    far = corrected(ways, correction("street", (400, 400), (500, 500)))
    assert told(far)[0].startswith("meets no street, and neither end lies within 25 m of one; draw")
    assert far.ways is ways
    motorway = corrected(ways, correction("street", (0, 5), (50, 90), street_class="motorway"))
    assert told(motorway) == ["profile walk does not use motorway; name another class"]
    assert motorway.ways is ways


def test_an_open_gate_joins_streets_that_end_at_it() -> None:
    """Dead ends 8 m apart, and a street that goes round by 400 m."""
    nodes = {1: (0, 0), 2: (96, 0), 3: (104, 0), 4: (200, 0), 5: (0, 100), 6: (200, 100)}
    ways = table_of(nodes, {7: [1, 2], 8: [3, 4], 9: [1, 5, 6, 4]}, walk(3.6))
    assert seconds(ways, 2, 3) == pytest.approx(96 + 400 + 96)
    result = corrected(ways, correction("gate_open", (100, 3)))
    assert told(result) == ["joins 2 streets"]
    assert seconds(result.ways, 2, 3) == pytest.approx(10)  # 5 m to the gate on either side
    joined = corrected(ways, correction("gate_open", (50, 3)))
    assert told(joined) == ["the streets around it are joined already"]
    nowhere = corrected(ways, correction("gate_open", (50, 33)))
    assert told(nowhere) == ["no street within 10 m; move it, or raise tolerance_m"]
    assert joined.ways is nowhere.ways is ways


def test_streets_that_meet_near_a_gate_are_one_side() -> None:
    """Three pieces meet at node 2 beside the gate; the fourth street stands apart."""
    nodes = CROSS | {6: (103, 8), 9: (160, 80)}
    ways = table_of(nodes, {7: [1, 2, 3], 8: [4, 2], 9: [6, 9]}, walk(3.6))
    result = corrected(ways, correction("gate_open", (102, 4)))
    assert told(result) == ["joins 2 streets"]
    assert seconds(result.ways, 2, 6) == pytest.approx(4 + 2 + np.hypot(1, 4))


def test_speeds_of_a_way_and_along_a_line() -> None:
    by_way = corrected(cross(), correction("speed", way_id=7, kph=1.8, factor=0.5))
    assert told(by_way) == ["changes the speed on 200 m"]
    assert seconds(by_way.ways, 1, 3) == pytest.approx(800)
    assert seconds(by_way.ways, 4, 5) == pytest.approx(200)
    by_line = corrected(cross(), correction("speed", (0, 2), (100, 2), kph=1.8))
    assert told(by_line) == ["changes the speed on 100 m"]
    assert seconds(by_line.ways, 1, 3) == pytest.approx(300)
    lost = corrected(cross(), correction("speed", (0, 2), (50, 2), kph=1.8))
    assert told(lost) == ["no street runs along it within 10 m; draw it on the street"]
    nobody = corrected(cross(), correction("speed", way_id=99, kph=1.8))
    assert told(nobody) == ["profile walk uses no way 99 in this extract; correct the number"]


def test_the_least_speed_counts_and_every_factor() -> None:
    rows = [
        correction("speed", way_id=7, kph=1.8),
        correction("speed", way_id=7, kph=0.9, row=3),
        correction("speed", way_id=7, factor=2, row=4),
        correction("speed", (0, 0), (100, 0), factor=0.5, row=5),
    ]
    result = corrected(cross(), *rows)
    assert seconds(result.ways, 1, 3) == pytest.approx(400 + 200)


def test_a_row_of_a_later_year_waits() -> None:
    row = correction("banned_way", way_id=8, year=2028)
    for year in (None, 2027):
        ways = cross()
        result = corrected(ways, row, year=year)
        assert result.ways is ways
        assert status(result) == ["not_yet"]
    assert told(corrected(cross(), row)) == [
        "counts from 2028 on; say year in [network] to count it"
    ]
    assert told(corrected(cross(), row, year=2027)) == [
        "counts from 2028 on, the study is about 2027"
    ]
    assert status(corrected(cross(), row, year=2028)) == ["applied"]


def test_outcomes_stand_in_the_order_of_the_file() -> None:
    rows = [correction("banned_way", way_id=8, row=row) for row in (11, 2, 3)]
    assert [outcome.row for outcome in corrected(cross(), *rows).outcomes] == ["2", "3", "11"]


def osm(tmp_path: Path) -> Path:
    nodes = {n: (114.0 + n / 1000, 23.0) for n in range(1, 4)}
    return write_osm(tmp_path / "a.osm", nodes, {7: Way([1, 2, 3], {"highway": "residential"})})


def test_the_cache_knows_corrections_by_content_and_year(tmp_path: Path) -> None:
    source, folder = osm(tmp_path), tmp_path / "cache"
    gate = write_csv(
        tmp_path / "c.csv", ("kind", "lon", "lat", "year"), [("gate_closed", 114.0015, 23, 2027)]
    )
    plain = street_network(source, walk(), cache_folder=folder)
    assert (plain.n_edges, plain.corrections) == (1, None)
    for _ in range(2):
        for year, edges in ((None, 1), (2026, 1), (2027, 2)):
            network = street_network(
                source, walk(), corrections=gate, year=year, cache_folder=folder
            )
            report = network.corrections
            assert report is not None
            assert (report.year, report.edges_before, report.edges) == (year, 1, edges)
            assert network.n_edges == edges
    assert len(list(folder.iterdir())) == 4


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    source, empty = osm(tmp_path), write_csv(tmp_path / "c.csv", ("kind", "lon", "lat"), [])
    plain, changed = (street_network(source, walk(), corrections=c) for c in (None, empty))
    report = changed.corrections
    assert report is not None
    assert (report.edges, report.outcomes) == (report.edges_before, ())
    for path, network in (("a.npz", plain), ("b.npz", replace(changed, corrections=None))):
        network.save(tmp_path / path)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_saved_network_is_of_its_own_corrections(tmp_path: Path) -> None:
    source = osm(tmp_path)
    gate = write_csv(tmp_path / "c.csv", ("kind", "lon", "lat"), [("gate_closed", 114.0015, 23)])
    for name, corrections in (("plain.npz", None), ("changed.npz", gate)):
        street_network(source, walk(), corrections=corrections).save(tmp_path / name)
    changed = street_network(tmp_path / "changed.npz", walk(), corrections=gate)
    assert changed.corrections is not None
    assert changed.corrections.outcomes == (
        Outcome(
            "2", "gate_closed", "", "applied", "cuts streets at {count} places", {"count": "1"}
        ),
    )
    with pytest.raises(
        InputError, match=r"changed\.npz: built with other corrections, the study a"
    ):
        street_network(tmp_path / "changed.npz", walk())
    with pytest.raises(InputError, match=r"plain\.npz: built without corrections, the study asks "):
        street_network(tmp_path / "plain.npz", walk(), corrections=gate)


def test_corrections_reach_every_number_of_a_study(tmp_path: Path) -> None:
    """The wall parts f1 from its people at 350 east: they lie 420 s from f2 no more than before."""
    header = ("kind", "wkt", "lon", "lat", "name")
    (x, y), (u, v) = degrees(250, -150), degrees(250, 750)
    rows = [
        ("wall", f"LINESTRING ({x} {y}, {u} {v})", "", "", "围墙一"),
        ("fence", "", "", "", "围墙二"),
    ]
    write_csv(tmp_path / "corrections.csv", header, rows)
    plain = toy_result(tmp_path)
    sections = toy_sections()
    sections["network"] |= {"corrections": "corrections.csv", "year": 2030}
    walled = toy_result(tmp_path, sections)
    assert walled.units["covered_population_10min"].sum() < (
        plain.units["covered_population_10min"].sum()
    )
    figures = walled.network["corrections"]
    assert (figures["applied"], figures["not_applicable"], figures["year"]) == (1, 1, 2030)
    assert figures["rows"][0]["told"] == "cuts streets at 9 places"
    assert figures["edges"] == plain.network["edges"] + 9
    assert any("1 of 2 corrections of the streets count" in note for note in walled.notes)
    assert any(
        note.startswith("row 3 of the corrections (fence 围墙二) does not count: 'fence' is none")
        for note in walled.notes
    )
    inputs = manifest(walled, tmp_path)["inputs"]
    assert inputs["network_corrections"]["file"] == "corrections.csv"


def test_a_year_without_corrections_is_a_fault(tmp_path: Path) -> None:
    sections = toy_sections()
    sections["network"]["year"] = 2030
    write_toy_study(tmp_path)
    with pytest.raises(InputError, match='year is about corrections; add corrections = "correct'):
        Study.load(write_study(tmp_path / "study.toml", sections))
