"""The command ``fetch``: what it refuses, and in which words."""

import json
from pathlib import Path

import pandas as pd
import pytest
from osm_town import write_town
from toy_osm import Relation, Way, write_osm

from facility_coverage_cli.main import outcome

BOX = "113.346,23.129,113.358,23.135"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_town(tmp_path_factory.mktemp("town") / "town.osm")


@pytest.fixture
def fetch(town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> "Fetch":
    return Fetch(town, tmp_path / "study", capsys)


class Fetch:
    """The command on the made town."""

    def __init__(self, town: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.town, self.out, self._capsys = town, out, capsys

    def __call__(self, *arguments: str, code: int = 0, pbf: Path | None = None) -> str:
        """Run it, check the exit code, and return what it said."""
        source = ["--from-pbf", str(pbf or self.town)]
        assert outcome(["fetch", *arguments, *source, "--out", str(self.out)]) == code
        shown = self._capsys.readouterr()
        assert (shown.err.count("\n") == 1) == bool(code)
        return shown.err or shown.out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([], 2, "name one district"),
        (["测试区", "--bbox", BOX], 2, "name one district"),
        (["--bbox", "1,2,3"], 2, "--bbox 1,2,3: not four numbers"),
        (["--bbox", "3,2,1,0"], 2, "3,2,1,0 is no rectangle of degrees"),
        (["--bbox", "nan,2,3,4"], 2, "no rectangle of degrees"),
        (["--bbox", "100,20,120,40"], 6, "more than 10,000"),
        (["--bbox", "10,10,10.01,10.01", "--admin-level", "0"], 3, "no street lies there"),
        (["没有的区"], 3, "holds no whole administrative area '没有的区'"),
        (["--relation", "12345"], 3, "holds no whole administrative area 'relation 12345'"),
        (["测试区", "--admin-level", "9"], 3, "no whole area with admin_level 9"),
        (["测试区", "--minutes", "ten"], 2, "--minutes ten: not numbers"),
        (["测试区", "--population", "no.tif"], 3, "no.tif: there is no such file"),
        (["--boundary", "no.gpkg"], 3, "no.gpkg: there is no such file"),
    ],
)
def test_what_it_refuses(fetch: Fetch, arguments: list[str], code: int, told: str) -> None:
    assert told in fetch(*arguments, code=code)
    assert not fetch.out.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--bbox", "1,2,3"], 2, "--bbox 1,2,3：不是四个数；请按西,南,东,北填写"),
        (["--relation", "12345"], 3, "town.osm：没有完整的行政区 '关系 12345'；请只写区名"),
        (["测试区", "--admin-level", "9"], 3, "没有 admin_level 为 9 的完整行政区；请另指定"),
        (["测试区", "--population", "no.tif"], 3, "no.tif：没有这个文件；请改正路径"),
        (["--relation", "500"], 0, "下一步：OpenStreetMap 没有人口；请填写"),
        (["--relation", "500"], 0, "\n  街道（镇）：2\n  设施：3\n"),
    ],
)
def test_it_speaks_chinese(
    fetch: Fetch, arguments: list[str], code: int, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACILITY_COVERAGE_LANGUAGE", "zh")
    assert told in fetch(*arguments, code=code)


def test_a_name_of_two_areas_is_not_guessed(fetch: Fetch, tmp_path: Path) -> None:
    corners = [(113.0, 23.0), (113.1, 23.0), (113.1, 23.1)]
    admin = {"type": "boundary", "boundary": "administrative", "name": "新区"}
    path = write_osm(
        tmp_path / "twice.osm",
        dict(enumerate(corners, start=1)),
        {1: Way([1, 2, 3, 1])},
        relations={
            number: Relation([("outer", 1)], admin | {"admin_level": str(number)})
            for number in (6, 8)
        },
    )
    told = fetch("新区", code=2, pbf=path)
    assert "r6 (新区, level 6), r8 (新区, level 8); name one of them with --relation" in told


def test_without_community_health_it_says_how_many_places_there_are(
    fetch: Fetch, tmp_path: Path
) -> None:
    text = fetch.town.read_text(encoding="utf-8").replace("社区卫生服务", "卫生")
    path = tmp_path / "plain.osm"
    path.write_text(text, encoding="utf-8")
    told = fetch("测试区", code=3, pbf=path)
    assert "names 0 社区卫生服务中心 or 站 and 6 health places there; add --facilities all" in told


def test_without_any_health_place_it_says_so(fetch: Fetch, tmp_path: Path) -> None:
    text = fetch.town.read_text(encoding="utf-8")
    path = tmp_path / "bare.osm"
    path.write_text(text.replace("amenity", "shop").replace("healthcare", "shop"), "utf-8")
    told = fetch("测试区", "--facilities", "all", code=3, pbf=path)
    assert "names 0 社区卫生服务中心 or 站 and 0 health places there" in told


def test_other_servers_are_not_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["fetch", "测试区", "--out", str(tmp_path / "study"), "--overpass"]
    assert outcome([*arguments, "https://example.org/api"]) == 2
    assert "add it with --allow-host example.org" in capsys.readouterr().err


def test_the_work_of_a_person_is_not_replaced(fetch: Fetch) -> None:
    told = fetch("--relation", "500", "--quiet")
    assert told == ""
    assert "exists already" in fetch("--relation", "500", code=2)
    assert "西街道" not in fetch("--relation", "500", "--overwrite", "--quiet")
    table = fetch.out / "population.csv"
    table.write_text(table.read_text(encoding="utf-8-sig") + "113.35,23.13,10\n", encoding="utf-8")
    told = fetch("--relation", "500", "--overwrite", code=2)
    assert "population.csv were added or changed by hand and would be lost" in told
    assert "113.35" in table.read_text(encoding="utf-8")


def test_programs_get_the_manifest(fetch: Fetch, tmp_path: Path) -> None:
    people = tmp_path / '人口 "1".csv'
    pd.DataFrame({"lon": [113.35], "lat": [23.13], "population": [5]}).to_csv(people, index=False)
    told = json.loads(fetch("测试区", "--population", str(people), "--json"))
    assert told["path"] == str(fetch.out)
    assert told["complete"]
    assert told["counts"]["facilities"] == 3
    results = tmp_path / "results"
    assert outcome(["run", str(fetch.out / "study.toml"), "--out", str(results), "--quiet"]) == 0
    assert (results / "map.html").is_file()


def test_streets_go_out_as_graphml_and_come_back(
    town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graph, saved = tmp_path / "streets.graphml", tmp_path / "streets.npz"
    assert outcome(["network", "build", str(town), "--out", str(graph)]) == 0
    assert outcome(["network", "build", str(graph), "--out", str(saved), "--quiet"]) == 0
    assert outcome(["network", "build", str(town), "--out", str(tmp_path / "direct.npz")]) == 0
    assert saved.read_bytes() == (tmp_path / "direct.npz").read_bytes()
    assert "streets.graphml" in capsys.readouterr().out


def test_a_person_sees_what_comes_next(fetch: Fetch, tmp_path: Path) -> None:
    people = tmp_path / "people.tif"
    people.write_text("")
    told = fetch("测试区", "--population", str(people))
    assert f"next: facility-coverage run {fetch.out / 'study.toml'} --out results" in told
