"""``network``: profiles by name and by file, slopes, and circles that would be wrong."""

import json
from pathlib import Path

import pytest
from toy_city import grid_city
from toy_osm import Way, write_osm

from facility_coverage.network.build import read_network
from facility_coverage.network.profiles import SHIPPED, Profile, shipped_profile, walk
from facility_coverage.network.street_network import StreetNetwork
from facility_coverage_cli.main import outcome
from facility_coverage_cli.network import open_network

Captured = pytest.CaptureFixture[str]
NODES = {n: (113.0 + n / 1000, 23.0) for n in range(1, 5)}


@pytest.fixture
def streets(tmp_path: Path) -> Path:
    """Return a residential street 1-2-3 and steps 3-4."""
    ways = {7: Way([1, 2, 3], {"highway": "residential"}), 8: Way([3, 4], {"highway": "steps"})}
    return write_osm(tmp_path / "a.osm", NODES, ways)


def build(source: Path, out: Path, *more: str) -> int:
    return outcome(["network", "build", str(source), "--out", str(out), *more])


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "An adult walks 1000 m in 15 minutes"), ("zh", "成人步行15分钟1000米")],
)
def test_the_profiles_that_ship_are_listed_with_their_sources(
    language: str, told: str, capsys: Captured
) -> None:
    assert outcome(["network", "profiles", "--language", language]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert tuple(line.split()[0] for line in lines[::2]) == SHIPPED
    assert told in lines[1]
    assert "4 km/h" in lines[0]
    assert "10–100 km/h" in lines[8]


def test_the_profiles_as_json_are_profile_files(capsys: Captured) -> None:
    assert outcome(["network", "profiles", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [Profile.model_validate(row) for row in listed] == [shipped_profile(n) for n in SHIPPED]


def test_a_network_for_a_profile(streets: Path, tmp_path: Path, capsys: Captured) -> None:
    assert build(streets, tmp_path / "car.npz", "--profile", "car") == 0
    shown = capsys.readouterr().out
    assert "  direction: from\n" in shown
    assert "  speed_kph: 10–100\n" in shown
    assert "elevation" not in shown
    network = StreetNetwork.load(tmp_path / "car.npz")
    assert network.profile == shipped_profile("car")
    assert network.node_id.tolist() == [1, 3]  # nobody drives up steps


def test_a_network_for_a_profile_file(streets: Path, tmp_path: Path, capsys: Captured) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own"\nmode = "foot"\nsource = "Counted."\nspeed_kph = 3.0\nstep_free = true\n',
        encoding="utf-8",
    )
    assert build(streets, tmp_path / "own.npz", "--profile", str(own), "--json") == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["profile"], figures["speed_kph"], figures["edges"]) == ("own", 3.0, 1)


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        (["--profile", "skate"], 3, "there is no profile 'skate'; choose one of walk, older"),
        (["--profile", "skate.toml"], 3, "skate.toml: there is no such profile file"),
        (["--profile", "car", "--speed-kph", "30"], 2, "profile car has a speed by class"),
        (["--profile", "", "--speed-kph", "5"], 2, "--profile  --speed-kph 5: String should have"),
        (["--elevation", "dem.tif"], 3, "dem.tif: there is no such file; correct the path"),
        (["--profile", "car", "--elevation", __file__], 2, "does not say how slopes change"),
    ],
)
def test_what_cannot_be_chosen_is_one_line(
    more: list[str], code: int, told: str, streets: Path, tmp_path: Path, capsys: Captured
) -> None:
    assert build(streets, tmp_path / "a.npz", *more) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert told in line
    assert not (tmp_path / "a.npz").exists()


def test_a_saved_network_is_opened_as_it_is_or_as_it_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    grid_city(3, 2).save(path)  # at 3.6 km/h
    assert open_network(path, None, None, cache=None).profile == walk(3.6)
    assert open_network(path, "walk", 3.6, cache=None).profile == walk(3.6)


def test_streets_too_wide_for_one_metric_crs_are_refused(tmp_path: Path, capsys: Captured) -> None:
    """Ten degrees of longitude: lengths at the rim are off by 1 in 400."""
    nodes = {1: (109.0, 23.0), 2: (109.001, 23.0), 3: (119.0, 23.0), 4: (119.001, 23.0)}
    street = {"highway": "residential"}
    path = write_osm(tmp_path / "a.osm", nodes, {1: Way([1, 2], street), 2: Way([3, 4], street)})
    assert build(path, tmp_path / "a.npz") == 2
    assert "lengths in EPSG:4547 are off by" in capsys.readouterr().err


def test_circles_on_a_web_map_are_refused(streets: Path, tmp_path: Path, capsys: Captured) -> None:
    """In EPSG:3857 a metre at 23° N is 0.92 m long."""
    network, register = tmp_path / "web.npz", tmp_path / "facilities.csv"
    read_network(streets, walk(), crs="EPSG:3857").save(network)
    register.write_text("facility_id,lon,lat\na,113.002,23.0\n", encoding="utf-8")
    line = [
        "isochrones", "--network", str(network), "--facilities", str(register), "--minutes", "5",
        "--out", str(tmp_path / "circles.geojson"), "--quiet",
    ]  # fmt: skip
    assert outcome(line) == 2
    assert "lengths in EPSG:3857 are off by" in capsys.readouterr().err


def test_a_network_with_corrections_tells_each_row(
    streets: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "corrections.csv"
    table.write_text(
        "kind,name,lon,lat,year\ngate_closed,南门,113.0015,23,2028\nfence,,,,\n", encoding="utf-8"
    )
    more = ("--corrections", str(table), "--year", "2030")
    assert build(streets, tmp_path / "a.npz", *more) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2] == "  row 2 (gate_closed 南门): cuts streets at 1 places"
    assert lines[-1].startswith("  row 3 (fence): 'fence' is none of gate_closed, gate_open, wall")
    monkeypatch.setenv("FACILITY_COVERAGE_LANGUAGE", "zh")
    assert build(streets, tmp_path / "zh.npz", *more) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2] == "  第2行（gate_closed 南门）：阻断道路 1 处"
    assert "  速度（千米/小时）：4" in lines
    monkeypatch.delenv("FACILITY_COVERAGE_LANGUAGE")
    assert build(streets, tmp_path / "b.npz", *more, "--json") == 0
    told = json.loads(capsys.readouterr().out)["corrections"]
    assert (told["applied"], told["not_applicable"], told["year"]) == (1, 1, 2030)
    assert build(streets, tmp_path / "c.npz", "--year", "2030") == 2
    assert "year is about corrections" in capsys.readouterr().err
