"""What may be replaced at --out and what never is, and how a failure looks in a real process."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spoilers import raster
from toy_study import toy_sections, write_csv, write_study, write_toy_study

from facility_coverage_cli.main import outcome

ROOT = Path(__file__).parents[2]
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    folder.mkdir()
    return write_toy_study(folder)


def run(study: Path, out: Path, *more: str) -> int:
    """Carry out a study as a user would."""
    cache = str(study.parents[1] / "cache")
    return outcome(["run", str(study), "--out", str(out), "--cache", cache, "--quiet", *more])


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def beside(out: Path) -> set[str]:
    """Return what stands beside the results, hidden things included."""
    return {path.name for path in out.parent.iterdir()} - {"study", "cache"}


def test_results_are_replaced_only_when_asked(
    study: Path, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "out"
    assert run(study, out) == 0
    before = content(out)
    (out / "results.gpkg").write_text("older", encoding="utf-8")
    assert run(study, out) == 2
    told = f"error: {out}: exists already; name another place or add --overwrite\n"
    assert capsys.readouterr().err == told
    assert (out / "results.gpkg").read_text(encoding="utf-8") == "older"
    assert run(study, out, "--overwrite") == 0
    assert content(out) == before
    assert beside(out) == {"out"}


def test_an_empty_folder_may_be_filled(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert run(study, out) == 2
    assert run(study, out, "--overwrite") == 0
    assert (out / "coverage_by_unit.csv").is_file()


@pytest.mark.parametrize(
    "files",
    [
        {"thesis.docx": "years of work"},
        {"manifest.json": '{"name": "a web page"}', "index.html": "<p>"},
        {"manifest.json": "not JSON"},
        {"manifest.json": "[1]"},
        {"manifest.json": '{"program": {"name": "another program"}}'},
    ],
    ids=["no manifest", "a web page", "not JSON", "a list", "another program"],
)
def test_a_folder_that_is_not_ours_is_never_replaced(
    files: dict[str, str], study: Path, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name, text in files.items():
        (out / name).write_text(text, encoding="utf-8")
    for more in ([], ["--overwrite"]):
        assert run(study, out, *more) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"error: {out}: ")
        assert "name another place" in line
    assert content(out) == {name: text.encode() for name, text in files.items()}
    assert beside(out) == {"out"}


def test_a_file_is_never_replaced(study: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "register.xlsx"
    out.write_text("mine", encoding="utf-8")
    for more in ([], ["--overwrite"]):
        assert run(study, out, *more) == 2
        assert capsys.readouterr().err == (
            f"error: {out}: is a file; name a folder for the results\n"
        )
    assert out.read_text(encoding="utf-8") == "mine"
    assert beside(out) == {"register.xlsx"}


def test_a_run_that_fails_keeps_the_old_result(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(study, out) == 0
    before = content(out)
    write_csv(study.parent / "people.csv", ("lon", "lat", "population"), [(0, 0, -1)])
    assert run(study, out, "--overwrite") == 2
    assert content(out) == before
    assert beside(out) == {"out"}


def test_a_full_disk_keeps_the_old_result(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    out = tmp_path / "out"
    assert run(study, out) == 0
    before = content(out)

    def full(*_: Any) -> None:  # noqa: ANN401  (stands in for a writer)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("facility_coverage.outputs.folder.write_geopackage", full)
    assert run(study, out, "--overwrite") == 7
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        f"error: {out}: cannot be written: [Errno 28] No space left on device; choose another place"
    )
    assert content(out) == before
    assert beside(out) == {"out"}


def in_the_sea(folder: Path) -> list[str]:
    rows = [("f1", 114.5, 22.0), ("f2", 114.6, 22.0)]
    write_csv(folder / "facilities.csv", ("facility_id", "lon", "lat"), rows)
    return ["name the register of this district"]


def lost(folder: Path) -> list[str]:
    (folder / "people.csv").unlink()
    (folder / "streets.osm").unlink()
    return ["network.source: there is no file", "demand.source: there is no file"]


def raster_without_crs(folder: Path) -> list[str]:
    sections = toy_sections()
    raster(crs=None)(folder, sections)
    write_study(folder / "study.toml", sections)
    return ["says no CRS; write one into it"]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (raster_without_crs, 2),
        (lost, 3),
        (in_the_sea, 2),
    ],
)
def test_a_failure_in_a_real_process_is_lines_without_traceback(
    spoil: Callable[[Path], list[str]],
    code: int,
    study: Path,
    tmp_path: Path,
) -> None:
    told = spoil(study.parent)
    roots = os.pathsep.join(str(ROOT / name) for name in ("coverage", "maps", "api", "cli"))
    done = subprocess.run(  # noqa: S603  (our own program)
        [
            sys.executable, "-c", "from facility_coverage_cli.main import run; run()",
            "run", str(study), "--out", str(tmp_path / "out"),
        ],
        env={**os.environ, "PYTHONPATH": roots},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == code
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    for line, what in zip(lines, told, strict=True):
        assert line.startswith(f"error: {study.parent}")
        assert what in line
    assert beside(tmp_path / "out") == set()
