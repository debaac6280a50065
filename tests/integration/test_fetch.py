"""A study from the internet, from an extract and from GeoPackages: the same tables.

The internet is a server on this machine that answers from an OSM file.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from osm_server import OsmServer, Planet, osm_server, status_only
from osm_town import DISTRICT, write_town
from toy_study import degrees

from facility_coverage.inputs.endpoints import Endpoints
from facility_coverage.inputs.overpass import Overpass
from facility_coverage.outputs.folder import write_results
from facility_coverage.study import run_study
from facility_coverage.study_file import Study
from facility_coverage_cli.main import outcome

pytestmark = pytest.mark.enable_socket

NETWORK_COLUMNS = ("edge_id",)
"""Numbers that a network gives its edges: a larger file has others."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_town(tmp_path_factory.mktemp("town") / "town.osm")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a table of people all over the district."""
    chance = random.Random(7)  # noqa: S311  (places, no secrets)
    path = tmp_path_factory.mktemp("people") / "people.csv"
    rows = [
        (*degrees(chance.uniform(0, 1200), chance.uniform(0, 600)), chance.randint(1, 50))
        for _ in range(200)
    ]
    pd.DataFrame(rows, columns=["lon", "lat", "population"]).to_csv(path, index=False)
    return path


@pytest.fixture
def server(town: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OsmServer]:
    """Serve the town, and name the server in the environment."""
    with osm_server(Planet(town)) as running:
        name_server(running, monkeypatch)
        yield running


def name_server(server: OsmServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACILITY_COVERAGE_OVERPASS", f"{server.url}/api")
    monkeypatch.setenv("FACILITY_COVERAGE_NOMINATIM", server.url)


def fetched(out: Path, *arguments: str) -> Path:
    assert outcome(["fetch", *arguments, "--out", str(out)]) == 0
    return out


def tables(study_file: Path, out: Path) -> dict[str, pd.DataFrame]:
    """Run a study and return its tables, less the numbers of edges."""
    out.mkdir()
    write_results(run_study(Study.load(study_file)), out)
    return {
        path.name: pd.read_csv(path).drop(columns=list(NETWORK_COLUMNS), errors="ignore")
        for path in sorted(out.glob("*.csv"))
    }


def changed(study_file: Path, name: str, *changes: tuple[str, str]) -> Path:
    """Write a study file beside another, with some words exchanged."""
    text = study_file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = study_file.with_name(name)
    path.write_text(text, encoding="utf-8")
    return path


def same_tables(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    assert one.keys() == other.keys()
    assert len(one) > 5
    for name, table in one.items():
        pd.testing.assert_frame_equal(table, other[name], obj=name, check_exact=True)


def test_pbf_fetch_and_geopackages_give_the_same_tables(
    server: OsmServer, town: Path, people: Path, tmp_path: Path
) -> None:
    named = ["--population", str(people)]
    online = fetched(tmp_path / "online", "测试区", *named)
    offline = fetched(tmp_path / "offline", "测试区", "--from-pbf", str(town), *named)
    for name in ("streets.osm.pbf", "subdistricts.gpkg", "facilities.csv", "area.geojson"):
        assert (online / name).read_bytes() == (offline / name).read_bytes(), name
    assert (online / "study.toml").read_bytes() == (offline / "study.toml").read_bytes()
    assert server.questions == ["/search", *["/api/interpreter"] * 3]

    of_fetch = tables(online / "study.toml", tmp_path / "fetch")
    whole = changed(online / "study.toml", "whole.toml", ("streets.osm.pbf", str(town)))
    same_tables(of_fetch, tables(whole, tmp_path / "whole"))

    register = pd.read_csv(online / "facilities.csv")
    points = gpd.points_from_xy(register.pop("lon"), register.pop("lat"), crs=4326)
    gpd.GeoDataFrame(register, geometry=points).to_file(online / "facilities.gpkg")
    homes = pd.read_csv(people)
    points = gpd.points_from_xy(homes.pop("lon"), homes.pop("lat"), crs=4326)
    gpd.GeoDataFrame(homes, geometry=points).to_file(online / "people.gpkg")
    layers = changed(
        online / "study.toml",
        "layers.toml",
        ("facilities.csv", "facilities.gpkg"),
        (json.dumps(str(people)), '"people.gpkg"'),
    )
    of_layers = tables(layers, tmp_path / "layers")
    for found in (of_fetch, of_layers):  # a person's id is the row: 2 in a table, 1 in a layer
        audit = found["snap_audit.csv"]
        audit["id"] = audit["id"].where(audit["layer"] == "facility", "")
    same_tables(of_fetch, of_layers)


def test_the_folder_says_what_it_holds_and_what_is_missing(
    server: OsmServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = fetched(tmp_path / "study", "测试区")
    shown = capsys.readouterr().out
    assert "OpenStreetMap knows no population" in shown
    units = gpd.read_file(out / "subdistricts.gpkg")
    assert units["unit_id"].tolist() == ["r501", "r502"]
    assert units["unit_name"].tolist() == ["西街道", "东街道"]
    register = pd.read_csv(out / "facilities.csv", encoding="utf-8-sig")
    assert register["kind"].tolist() == [
        "社区卫生服务中心", "社区卫生服务站", "社区卫生服务分中心",
    ]  # fmt: skip
    assert np.isclose(register["lon"][0], degrees(150, 10)[0], atol=1e-7)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["origin"]["data_of"] == "2023-02-21T03:31:14Z"
    assert manifest["origin"]["overpass"] == f"{server.url}/api"
    assert not manifest["complete"]
    assert "ODbL" in manifest["licence"]
    readme = (out / "README.md").read_text(encoding="utf-8")
    assert "ODbL" in readme
    assert "待填" in readme
    # Not run before people are there, and it says so in a line.
    assert outcome(["run", str(out / "study.toml"), "--out", str(tmp_path / "results")]) == 2
    assert "population.csv：表头以下没有数据行" in capsys.readouterr().err


def test_a_second_fetch_asks_nobody_and_writes_the_same(server: OsmServer, tmp_path: Path) -> None:
    first = fetched(tmp_path / "first", "--relation", str(DISTRICT))
    assert server.questions[0] == "/lookup"
    asked = len(server.asked)
    second = fetched(tmp_path / "second", "--relation", str(DISTRICT))
    assert len(server.asked) == asked
    for path in sorted(first.iterdir()):
        assert path.read_bytes() == (second / path.name).read_bytes()


def test_a_person_is_told_of_the_wait(
    server: OsmServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    naps: list[float] = []
    monkeypatch.setattr("time.sleep", naps.append)
    server.faults = [status_only(429)]
    fetched(tmp_path / "study", "测试区", "--quiet")
    assert "warning: the server does not answer now; it is asked again in 15 s" in (
        capsys.readouterr().err
    )
    assert 15.0 in naps


def test_boxes_and_outlines_are_districts_too(
    server: OsmServer, town: Path, tmp_path: Path
) -> None:
    (west, south), (east, north) = degrees(0, 0), degrees(1200, 600)
    box = f"{west},{south},{east},{north}"
    boxed = fetched(tmp_path / "box", "--bbox", box, "--admin-level", "0", "--minutes", "5")
    units = gpd.read_file(boxed / "subdistricts.gpkg")
    assert units["unit_id"].tolist() == ["whole"]
    assert units["unit_name"].tolist() == [box]
    outline = fetched(tmp_path / "outline", "--boundary", str(boxed / "subdistricts.gpkg"))
    assert gpd.read_file(outline / "subdistricts.gpkg")["unit_id"].tolist() == ["r501", "r502"]
    smaller, larger = (
        json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        for folder in (boxed, outline)
    )
    assert smaller["reach_m"] == 583
    assert smaller["counts"]["streets"] < larger["counts"]["streets"]
    assert "/search" not in server.questions
    # All health places: also the hospital's grounds, whose point is not in its courtyard.
    every = fetched(tmp_path / "all", "--bbox", box, "--facilities", "all", "--from-pbf", str(town))
    register = pd.read_csv(every / "facilities.csv", encoding="utf-8-sig").set_index("facility_id")
    assert register["kind"].to_dict() == {
        "n40": "社区卫生服务中心", "n41": "社区卫生服务站", "n42": "pharmacy", "n43": "doctors",
        "n44": "社区卫生服务分中心", "r600": "hospital",
    }  # fmt: skip
    assert register["name"]["n42"] == "'=cmd()"


def test_las_palmas_is_fetched_as_it_is_in_the_whole_extract(
    real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A piece of the old town: whichever way it comes, coverage is that of the whole extract."""
    extract = real_data / "las_palmas" / "las_palmas_2023-02-21.osm.pbf"
    if not extract.is_file():
        pytest.skip(f"no Las Palmas in {real_data}")
    cells = pd.read_csv(real_data / "las_palmas" / "population_cells.csv")
    cells = cells[cells["lng"].between(-15.42, -15.413) & cells["lat"].between(28.099, 28.105)]
    people = tmp_path / "people.csv"
    cells.rename(columns={"lng": "lon", "POP_2015": "population"}).to_csv(people, index=False)
    wish = ["--bbox", "-15.4200,28.0990,-15.4130,28.1050", "--population", str(people)]
    wish += ["--admin-level", "0", "--facilities", "all", "--minutes", "4,8"]
    cut = fetched(tmp_path / "cut", *wish, "--from-pbf", str(extract))
    with osm_server(Planet(extract)) as running:
        name_server(running, monkeypatch)
        served = fetched(tmp_path / "served", *wish)
    for name in ("streets.osm.pbf", "facilities.csv", "study.toml"):
        assert (cut / name).read_bytes() == (served / name).read_bytes(), name
    whole = changed(served / "study.toml", "whole.toml", ("streets.osm.pbf", str(extract)))
    one, other = (
        pd.DataFrame(run_study(Study.load(file)).units.drop(columns="geometry"))
        for file in (served / "study.toml", whole)
    )
    # Areas and lengths are added up in another order in a larger network.
    summed = [name for name in one.columns if name.startswith(("covered_area", "covered_street"))]
    pd.testing.assert_frame_equal(one[summed], other[summed], rtol=1e-6)
    rest = one.drop(columns=summed)
    pd.testing.assert_frame_equal(rest, other.drop(columns=summed), check_exact=True)
    assert 0 < one["covered_population_4min"].sum() < one["covered_population_8min"].sum()


def test_the_real_servers_are_the_default() -> None:
    servers = Endpoints()
    assert servers.overpass_url == "https://overpass-api.de/api"
    assert Overpass(servers, Path("nowhere")).origin["asked"] == ""
