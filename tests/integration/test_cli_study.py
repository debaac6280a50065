"""The commands that need a street network, on the sample study, as a user calls them."""

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pytest

from facility_coverage_cli.main import outcome

Captured = pytest.CaptureFixture[str]
RESULTS = {
    "coverage_by_unit.csv", "summary.json", "facilities.csv", "isochrones.geojson",
    "gaps.geojson", "candidates.geojson", "results.gpkg", "map.html", "manifest.json",
}  # fmt: skip
WITHOUT_GOVERNMENT_CENTRE = {
    "龙洞", "凤凰", "元岗", "长兴", "新塘", "员村", "黄村", "珠吉", "兴华", "猎德",
}  # fmt: skip


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, cache: str) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "demo"
    assert outcome(["demo", "--out", str(folder), "--cache", cache, "--quiet"]) == 0
    return folder


def test_demo_leaves_results_and_the_study_itself(demo: Path) -> None:
    found = {path.name for path in demo.iterdir()}
    assert found >= RESULTS | {"study"}
    assert (demo / "study" / "study.toml").is_file()
    assert [path.name for path in demo.parent.iterdir()] == ["demo"]


def test_demo_flags_the_ten_streets(demo: Path) -> None:
    summary = json.loads((demo / "summary.json").read_text(encoding="utf-8"))
    flagged = {
        unit["unit_name"].removesuffix("街道")
        for unit in summary["flagged_units"]
        if "no_government_centre" in unit["flags"]
    }
    assert flagged == WITHOUT_GOVERNMENT_CENTRE


def test_no_result_knows_the_folder_where_it_was_made(demo: Path) -> None:
    for name in ("manifest.json", "summary.json", "map.html"):
        text = (demo / name).read_text(encoding="utf-8")
        assert str(demo.parent) not in text
        assert ".partial" not in text


def test_the_study_that_demo_leaves_gives_the_same_answer(
    demo: Path, cache: str, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "again"
    study = str(demo / "study" / "study.toml")
    assert outcome(["run", study, "--out", str(out), "--cache", cache, "--json"]) == 0
    shown, err = capsys.readouterr()
    assert err == ""
    assert json.loads(shown) == json.loads((out / "summary.json").read_text(encoding="utf-8"))
    for name in RESULTS:
        assert (out / name).read_bytes() == (demo / name).read_bytes(), name


def test_run_tells_the_answer_in_a_few_lines_of_the_studys_language(
    demo: Path, cache: str, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "again"
    study = str(demo / "study" / "study.toml")
    assert outcome(["run", study, "--out", str(out), "--cache", cache]) == 0
    shown = capsys.readouterr().out
    total = json.loads((out / "summary.json").read_text(encoding="utf-8"))["total"]
    assert "2,241,800 人" in shown
    for label in ("5min", "10min", "15min"):
        people = f"{total[f'covered_population_{label}']:,.0f}"
        line = next(line for line in shown.splitlines() if f" {label} " in line)
        assert people in line
        shown_share = float(line.split()[-1].removesuffix("%")) / 100
        # cut, never rounded up to a target that is not met; the summary keeps six digits
        assert -1e-6 < total[f"covered_share_{label}"] - shown_share < 0.001 + 1e-6
    lines = [line for line in shown.splitlines() if "没有政府办中心" in line]
    assert {line.split()[1].split("街道：")[0] for line in lines} == WITHOUT_GOVERNMENT_CENTRE
    assert shown.endswith(f"地图：{out / 'map.html'}\n")


def test_results_are_replaced_only_on_demand(demo: Path, cache: str, capsys: Captured) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in demo.iterdir()}
    assert outcome(["demo", "--out", str(demo), "--cache", cache]) == 2
    assert "exists already; name another place or add --overwrite" in capsys.readouterr().err
    assert {path.name: path.stat().st_mtime_ns for path in demo.iterdir()} == before


def test_run_refuses_before_it_works(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.delattr("facility_coverage.study.run_study")
    study = str(demo / "study" / "study.toml")
    assert outcome(["--language", "en", "run", study, "--out", str(tmp_path)]) == 2
    assert "exists already; name another place or add --overwrite" in capsys.readouterr().err


def test_run_never_replaces_the_folder_of_its_own_inputs(demo: Path, capsys: Captured) -> None:
    study = demo / "study" / "study.toml"
    assert outcome(["run", str(study), "--out", str(demo), "--overwrite"]) == 2
    told = f"{demo}：其中有研究要读的 {study}；请另外指定存放结果的文件夹\n"
    assert capsys.readouterr().err.endswith(told)
    assert study.is_file()


def test_a_run_that_fails_leaves_nothing_behind(
    demo: Path, cache: str, tmp_path: Path, capsys: Captured
) -> None:
    inputs = tmp_path / "study"
    shutil.copytree(demo / "study", inputs)
    network = inputs / "streets.osm.pbf"
    network.write_bytes(network.read_bytes()[:5000])
    out = tmp_path / "out"
    assert outcome(["run", str(inputs / "study.toml"), "--out", str(out), "--cache", cache]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"错误: {network}：")
    assert [path.name for path in tmp_path.iterdir() if path.name != "cache"] == ["study"]


@pytest.fixture(scope="module")
def network(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("network") / "streets.npz"
    source = str(demo / "study" / "streets.osm.pbf")
    assert outcome(["network", "build", source, "--out", str(path), "--quiet"]) == 0
    return path


@pytest.mark.parametrize("form", ["text", "json"])
def test_network_build_tells_the_figures(
    demo: Path, network: Path, tmp_path: Path, form: str, capsys: Captured
) -> None:
    out = tmp_path / "again.npz"
    source = str(demo / "study" / "streets.osm.pbf")
    more = ["--json"] if form == "json" else []
    assert outcome(["network", "build", source, "--out", str(out), *more]) == 0
    shown = capsys.readouterr().out
    assert out.read_bytes() == network.read_bytes()
    if form == "json":
        assert json.loads(shown)["profile"] == "walk"
    else:
        assert "  profile: walk\n" in shown


def isochrones(network: Path, facilities: Path, out: Path, *more: str) -> int:
    return outcome(
        [
            "isochrones", "--network", str(network), "--facilities", str(facilities),
            "--minutes", "15,5,10", "--out", str(out), *more,
        ]
    )  # fmt: skip


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".fgb"])
def test_one_polygon_per_facility_and_band(
    demo: Path, network: Path, tmp_path: Path, ending: str, capsys: Captured
) -> None:
    out = tmp_path / f"circles{ending}"
    facilities = demo / "study" / "facilities.csv"
    assert isochrones(network, facilities, out, "--json") == 0
    layer = gpd.read_file(out)
    rows = facilities.read_text(encoding="utf-8").count("\n") - 1
    assert json.loads(capsys.readouterr().out) == {
        "path": str(out),
        "facilities": rows,
        "polygons": 3 * rows,
    }
    assert set(layer.columns) >= {"facility_id", "threshold_s", "area_m2", "access_s", "geometry"}
    assert not layer.duplicated(["facility_id", "threshold_s"]).any()
    assert set(layer["threshold_s"]) == {300.0, 600.0, 900.0}
    areas = layer.pivot_table(index="facility_id", columns="threshold_s", values="area_m2")
    assert (areas[300.0] < areas[600.0]).all()
    assert (areas[600.0] < areas[900.0]).all()


def test_circles_as_buffered_streets_say_so(demo: Path, network: Path, tmp_path: Path) -> None:
    lines = (demo / "study" / "facilities.csv").read_text(encoding="utf-8").splitlines()
    register, out = tmp_path / "facilities.csv", tmp_path / "circles.geojson"
    register.write_text("\n".join(lines[:2]) + "\n", encoding="utf-8")
    assert isochrones(network, register, out, "--method", "streets", "--quiet") == 0
    layer = gpd.read_file(out)
    assert layer["method"].tolist() == ["streets"] * 3
    assert layer["street_buffer_m"].tolist() == [25.0] * 3
    assert layer["cell_size_m"].isna().all()


def test_a_saved_network_and_its_source_draw_the_same(
    demo: Path, network: Path, tmp_path: Path
) -> None:
    facilities = demo / "study" / "facilities.csv"
    source = demo / "study" / "streets.osm.pbf"
    assert isochrones(network, facilities, tmp_path / "a.geojson", "--quiet") == 0
    assert isochrones(source, facilities, tmp_path / "b.geojson", "--quiet") == 0
    assert (tmp_path / "a.geojson").read_bytes() == (tmp_path / "b.geojson").read_bytes()


def test_a_facility_without_street_is_told(
    demo: Path, network: Path, tmp_path: Path, capsys: Captured
) -> None:
    lines = (demo / "study" / "facilities.csv").read_text(encoding="utf-8").splitlines()
    names = lines[0].split(",")
    lost = dict.fromkeys(names, "") | {"facility_id": "lost", "lon": "114.5", "lat": "22.0"}
    blank = dict.fromkeys(names, "") | {"facility_id": "blank"}
    register = tmp_path / "facilities.csv"
    rows = [",".join(row[name] for name in names) for row in (lost, blank)]
    register.write_text("\n".join([lines[0], lines[1], *rows]) + "\n", encoding="utf-8")
    assert isochrones(network, register, tmp_path / "circles.geojson") == 0
    out, err = capsys.readouterr()
    assert out.endswith("3 polygons of 1 facilities\n")
    assert "lost is left out: no street within 250 m" in err
    assert "blank is left out: " in err


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        ("5,ten", "--minutes 5,ten: not numbers; write them as 5,10,15"),
        ("5,-1", "--minutes 5,-1: Input should be greater than 0"),
        ("5,5", "twice"),
        ("nan", "--minutes nan: Input should be a finite number"),
        ("999", "--minutes 999: Input should be less than or equal to 180"),
    ],
)
def test_bad_minutes(minutes: str, told: str, tmp_path: Path, capsys: Captured) -> None:
    code = outcome(
        [
            "isochrones", "--network", "n.npz", "--facilities", "f.csv",
            "--minutes", minutes, "--out", str(tmp_path / "circles.gpkg"),
        ]
    )  # fmt: skip
    assert code == 2
    assert told in capsys.readouterr().err


def test_a_speed_nobody_walks(tmp_path: Path, capsys: Captured) -> None:
    line = ["network", "build", "n.osm", "--out", str(tmp_path / "n.npz"), "--speed-kph", "0"]
    assert outcome(line) == 2
    assert capsys.readouterr().err == "error: --speed-kph 0: Input should be greater than 0\n"


def test_doctor_finds_this_installation_whole(capsys: Captured) -> None:
    assert outcome(["doctor", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["healthy"]
    checks = {check["name"]: check for check in report["checks"]}
    assert checks["self-test"]["state"] == "ok"
    assert {"python", "GDAL", "chinese font", "cache folder", "map without internet"} <= set(checks)


def test_doctor_notices_a_wrong_area(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr("facility_coverage_cli.doctor.STREET_AREA_M2", 250_000.0)
    assert outcome(["doctor"]) == 1
    (fault,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("fault")]
    assert fault.endswith("m2, not 250,000")


def test_doctor_names_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("facility_coverage_cli.doctor._self_test", lambda: "")
    monkeypatch.setattr("facility_coverage_cli.doctor.PACKAGES", ("numpy", "no-such-package"))
    monkeypatch.setattr("facility_coverage_cli.doctor.MAP_ASSETS", ("leaflet.js", "lost.js"))
    monkeypatch.setattr("facility_coverage_cli.doctor.DRIVERS", ("GPKG", "Stone tablet"))
    monkeypatch.setattr("facility_coverage_maps.fonts.FONT_FOLDERS", (str(tmp_path),))
    assert outcome(["doctor", "--cache", str(tmp_path / "file" / "cache")]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    faults = [line for line in out.splitlines() if line.startswith("fault")]
    told = ("no-such-package: is not installed", "Stone tablet", "lost.js", "cannot be used as")
    assert len(faults) == len(told)
    assert all(any(words in line for line in faults) for words in told)
    assert any(line.startswith("note   chinese font") for line in out.splitlines())
