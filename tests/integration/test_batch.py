"""Many studies: equal bytes whoever dies, one row a district, and nothing finished is lost."""

import hashlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from batch_work import carry_out_killed_once
from toy_study import (
    COVERED_10MIN,
    POPULATION,
    SUBDISTRICTS,
    toy_sections,
    write_study,
    write_subdistricts,
    write_toy_study,
)

from facility_coverage.batch.dask_engine import DaskEngine
from facility_coverage.batch.district import District, Outcome
from facility_coverage.batch.engine import Engine
from facility_coverage.batch.folder import own_folder
from facility_coverage.batch.planning import plan_districts, reach_m, read_districts
from facility_coverage.batch.processes import ProcessEngine
from facility_coverage.batch.roll_up import roll_up, write_roll_up
from facility_coverage.batch.studies import find_districts
from facility_coverage.errors import InputError
from facility_coverage.result import StudyResult
from facility_coverage.study_file import Study
from facility_coverage_cli import district_work
from facility_coverage_cli.district_work import carry_out_district
from facility_coverage_cli.main import outcome
from facility_coverage_cli.run import write_all

ROOT = Path(__file__).parents[2]
NAMES = ("east", "north", "west")
BROKEN = "aa-broken"


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write three studies that differ in their speed, and one that cannot be read."""
    folder = tmp_path_factory.mktemp("studies")
    for at, name in enumerate(NAMES):
        (folder / name).mkdir()
        sections = toy_sections()
        sections["study"]["name"] = f"{name} <b>'区'"
        sections["network"]["speed_kph"] = 3.6 + at
        write_toy_study(folder / name, sections)
    (folder / BROKEN).mkdir()
    (folder / BROKEN / "study.toml").write_text("[study\n")
    return folder


def finish(districts: list[District], outcomes: list[Outcome]) -> Path:
    out = Path(districts[0].out)
    write_roll_up(roll_up(outcomes, out), outcomes, out)
    return out


def digests(out: Path) -> dict[str, str]:
    """Return the hash of every file of a batch but its log, which tells times."""
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name not in {"batch_log.csv", ".batch.lock"}
    }


@pytest.fixture(scope="module")
def undisturbed(studies: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the batch carried out one by one in this process."""
    out = tmp_path_factory.mktemp("undisturbed")
    districts = find_districts([str(studies)], out, None)
    return finish(districts, [carry_out_district(district) for district in districts])


@pytest.mark.enable_socket
@pytest.mark.parametrize("engine", [ProcessEngine(2), DaskEngine(2)], ids=["processes", "dask"])
def test_workers_killed_on_the_way_change_no_byte(
    engine: Engine, studies: Path, undisturbed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "studies"
    shutil.copytree(studies, folder)
    for name in (BROKEN, "west"):
        (folder / name / "killed").touch()  # east and north are killed once
    out = tmp_path / "out"
    out.mkdir()
    districts = find_districts([str(folder)], out, None)
    finish(districts, list(engine.run(districts, carry_out_killed_once)))
    assert (folder / "east" / "killed").exists()
    left, right = digests(out), digests(undisturbed)
    assert left.keys() == right.keys()
    for name in ("batch_summary.csv", "batch_summary.gpkg"):  # these tell where the faulty file is
        left.pop(name)
        right.pop(name)
    assert left == right


def test_the_summary_has_a_row_a_district_and_their_sums(undisturbed: Path) -> None:
    table = pd.read_csv(undisturbed / "batch_summary.csv")
    assert table["district_id"].tolist() == [BROKEN, *NAMES, "all"]
    assert table["state"].tolist() == ["failed", "done", "done", "done", "3 of 4 done"]
    assert "not a TOML file" in table["reason"][0]
    rows, total = table.iloc[1:4], table.iloc[4]
    for name in ("population", "facilities", "subdistricts", "covered_population_10min"):
        assert rows[name].sum() == total[name]
    inside = sum(POPULATION.values()) - POPULATION["outside"]
    assert rows["population"].tolist() == [inside] * 3
    assert rows["covered_population_10min"].iloc[0] == sum(COVERED_10MIN.values())
    assert total["covered_share"] == round(total["covered_population_10min"] / (3 * inside), 7)
    faster = rows.sort_values("rank")["district_id"].tolist()
    assert faster == ["east", "north", "west"]
    districts = gpd.read_file(undisturbed / "batch_summary.gpkg", layer="districts")
    assert districts["district_id"].tolist() == list(NAMES)
    assert len(gpd.read_file(undisturbed / "batch_summary.gpkg", layer="subdistricts")) == 9


def command(*arguments: str) -> "subprocess.Popen[str]":
    roots = ":".join(str(ROOT / name) for name in ("coverage", "maps", "api", "cli"))
    return subprocess.Popen(  # noqa: S603  (our own program)
        [sys.executable, "-c", "from facility_coverage_cli.main import run; run()", *arguments],
        env=os.environ | {"PYTHONPATH": roots},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for_a_result(out: Path, process: "subprocess.Popen[str]") -> list[Path]:
    for _ in range(1200):
        found = [path.parent for path in out.glob("[!.]*/manifest.json")]
        if found:
            return found
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    pytest.fail("no result appeared")


@pytest.mark.slow
def test_a_batch_that_is_killed_goes_on_where_it_stood(
    studies: Path, undisturbed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    asked = ["batch", str(studies), "--out", str(out), "--workers", "1"]
    process = command(*asked)
    kept = wait_for_a_result(out, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    before = {path: path.stat().st_mtime_ns for folder in kept for path in folder.iterdir()}
    assert outcome(asked) == 2
    assert "add --resume" in capsys.readouterr().err
    assert outcome([*asked, "--resume"]) == 8
    told = capsys.readouterr()
    assert f"{len(kept)} kept" in told.out
    assert f"error: {BROKEN}: " in told.err
    assert {path: path.stat().st_mtime_ns for path in before} == before
    found = digests(out)
    found.pop("batch_map.html")
    assert found == digests(undisturbed)
    assert not list(out.glob(".*.partial"))


def on_a_full_disk(result: StudyResult, folder: Path) -> None:
    """Write a result where, for one study, no file may grow beyond a page."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    room = 4096 if folder.name.startswith(".full") else soft
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        write_all(result, folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_a_full_disk_costs_a_line_and_leaves_nothing_half_written(
    studies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "studies"
    shutil.copytree(studies / "east", folder / "full")
    shutil.copytree(studies / "west", folder / "west")
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(district_work, "write_all", on_a_full_disk)
    full, west = map(carry_out_district, find_districts([str(folder)], out, None))
    assert (full.state, west.state) == ("failed", "done")
    assert "cannot be written" in full.reason
    assert [path.name for path in out.iterdir()] == [west.folder]


def test_a_small_disk_is_told_too(studies: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if shutil.which("mount") is None:
        pytest.skip("no small disk can be mounted: there is no mount")
    mounted = subprocess.run(mount, check=False, capture_output=True, text=True)  # noqa: S603
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted: {mounted.stderr}")
    try:
        districts = find_districts([str(studies / "east")], disk, None)
        (told,) = [carry_out_district(district) for district in districts]
        assert told.state == "failed"
        assert "cannot be written" in told.reason
        assert "internal error" not in told.reason
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)  # noqa: S603, S607  (what we mounted)


def test_a_worker_tells_its_failure_in_the_language_it_is_handed(
    studies: Path, tmp_path: Path
) -> None:
    (district,) = find_districts([str(studies / BROKEN)], tmp_path, None, "zh")
    assert "UTF-8" in (told := carry_out_district(district).reason)
    assert told == carry_out_district(district).reason
    assert "not a TOML file" not in told


def test_one_batch_at_a_time_writes_into_a_folder(tmp_path: Path) -> None:
    (tmp_path / ".east-0.abc.partial").mkdir()
    with own_folder(tmp_path, resume=True):
        assert not list(tmp_path.glob("*.partial"))
        with (
            pytest.raises(InputError, match="another batch is writing"),
            own_folder(tmp_path, resume=True),
        ):
            pass


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a study of a whole city with its subdistricts as districts."""
    folder = tmp_path_factory.mktemp("region")
    write_toy_study(folder)
    return folder


@pytest.fixture(scope="module")
def planned(region: Path) -> Path:
    template = Study.load(region / "study.toml")
    boundaries = region / "subdistricts.geojson"
    districts = read_districts(boundaries, "code", "name")
    out = region / "districts"
    made = list(plan_districts(region / "streets.osm", districts, template, out))
    assert [(one.district_id, one.reason) for one in made] == [
        (name, None) for name in SUBDISTRICTS
    ]
    return out


def test_cutting_a_city_into_districts_changes_nobodys_coverage(
    planned: Path, tmp_path: Path
) -> None:
    """f1 stands in the west and serves the middle; f2 in the middle serves the east."""
    districts = find_districts([str(planned)], tmp_path, None)
    outcomes = [carry_out_district(district) for district in districts]
    table = roll_up(outcomes, tmp_path).table.set_index("district_id")
    for name in SUBDISTRICTS:
        assert table["population"][name] == POPULATION[name]
        assert table["covered_population_10min"][name] == COVERED_10MIN[name]
    assert table["district_name"].tolist()[:3] == [name for name, _ in SUBDISTRICTS.values()]
    assert table["facilities"].tolist() == [1, 1, 0, 2]


def test_a_district_without_streets_or_people_is_one_line(
    region: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    far = SUBDISTRICTS | {"99": ("海", (90_000, 0, 91_000, 900))}
    boundaries = write_subdistricts(tmp_path / "far.geojson", far)
    asked = ["batch", "plan", str(region / "streets.osm"), "--boundaries", str(boundaries)]
    asked += ["--id", "code", "--study", str(region / "study.toml"), "--out", str(tmp_path / "o")]
    assert outcome([*asked, "--json"]) == 8
    told = capsys.readouterr()
    assert '"planned": 3' in told.out
    assert "99" in told.out
    assert "no street" in told.out
    assert outcome(asked) == 2
    assert "is not empty" in capsys.readouterr().err


def test_streets_are_cut_as_far_as_anybody_gets(region: Path) -> None:
    study = Study.load(region / "study.toml")
    assert reach_m(study) == pytest.approx(600 + 2 * 100)
    car = study.model_copy(
        update={"network": study.network.model_copy(update={"profile": "car", "speed_kph": None})}
    )
    assert reach_m(car) > 20_000


def test_a_study_that_stands_alone(region: Path, tmp_path: Path) -> None:
    write_study(tmp_path / "alone.toml", toy_sections())
    (found,) = find_districts([str(tmp_path / "alone.toml")], tmp_path / "out", region)
    assert (found.district_id, found.cache) == ("alone", str(region))
