"""The command ``serve``: what it refuses, what it serves, how it ends."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from service_study import uploaded_sections
from toy_study import toy_sections, write_toy_study

from facility_coverage.errors import SourceError
from facility_coverage.progress import silent
from facility_coverage.study_file import Study
from facility_coverage_api import local_studies
from facility_coverage_api.doors.keys import KeyRing, key_line, new_key
from facility_coverage_api.jobs import crew as crew_module
from facility_coverage_api.jobs.crew import crew
from facility_coverage_api.jobs.worker import Worker
from facility_coverage_api.server import address_of, listening
from facility_coverage_api.store.store import Store
from facility_coverage_api.store.studies import ConflictError
from facility_coverage_cli import serve as serve_module
from facility_coverage_cli.main import outcome

PATIENCE_S = 120.0


def asked(address: str, path: str, headers: dict[str, str] | None = None, **body: Any) -> Any:  # noqa: ANN401
    """Ask a service on this machine."""
    data = json.dumps(body).encode() if body else None
    told = {"Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(address + path, data, told)  # noqa: S310  (http, loopback)
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310  (as above)
        return json.load(answer)


def while_serving(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], visit: Callable[[str], Any]
) -> tuple[int, Any]:
    """Serve in this process, visit the service, and tell it to end."""
    seen: list[Any] = []

    def visited(address: str) -> None:
        try:
            seen.append(visit(address))
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    def announce(address: str) -> None:
        threading.Thread(target=visited, args=(address,)).start()

    monkeypatch.setattr(serve_module, "_announce", announce)
    monkeypatch.setattr(serve_module, "progress", lambda **_: _Silent())
    code = outcome(["serve", "--port", "0", "--workers", "0", *arguments])
    return code, seen[0]


class _Silent:
    def __enter__(self) -> Any:  # noqa: ANN401
        return silent

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def study_file(tmp_path: Path) -> Path:
    folder = tmp_path / "Toy City"
    folder.mkdir()
    return write_toy_study(folder)


@pytest.mark.enable_socket
def test_a_study_file_is_run_and_served_until_the_service_is_told_to_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, study_file: Path
) -> None:
    def visit(address: str) -> Any:  # noqa: ANN401
        assert address.startswith("http://127.0.0.1:")
        assert asked(address, "/readyz")["status"] == "ready"
        return asked(address, "/v1/studies/toy-city")

    files = tmp_path / "service"
    arguments = ["--study", str(study_file), "--files", str(files)]
    code, told = while_serving(monkeypatch, arguments, visit)
    assert code == 0
    assert told["result"] is not None
    again = local_studies.bring(Store.open(None, files), study_file, _unused)
    assert again == "toy-city"


def _unused(stage: str, done_share: float) -> None:
    pytest.fail(f"the study has its result already, but {stage} is at {done_share}")


@pytest.mark.enable_socket
def test_a_service_for_others_wants_a_key_and_says_that_it_leaves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FACILITY_COVERAGE_DRAIN_S", "0.5")

    def visit(address: str) -> list[int]:
        key = capsys.readouterr().out.split()[-1]
        local = address.replace("0.0.0.0", "127.0.0.1")  # noqa: S104  (what was bound)
        assert asked(local, "/v1/limits", {"X-API-Key": key})["minutes"] == 180
        os.kill(os.getpid(), signal.SIGTERM)
        statuses = []
        for path in ("/readyz", "/healthz"):
            try:
                asked(local, path)
                statuses.append(200)
            except urllib.error.HTTPError as error:
                statuses.append(error.code)
        return statuses

    arguments = ["--host", "0.0.0.0", "--generate-key", "--files", str(tmp_path / "service")]  # noqa: S104  (the point)
    code, statuses = while_serving(monkeypatch, arguments, visit)
    assert (code, statuses) == (0, [503, 200])


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "told"),
    [
        (["--host", "0.0.0.0"], {}, 2, "it has no API key"),  # noqa: S104  (is refused)
        (["--host", "::"], {}, 2, "it has no API key"),
        ([], {"KEY": "short"}, 2, "shorter than 32"),
        ([], {"KEYS_FILE": "nowhere"}, 3, "nowhere: there is no such file of keys"),
        ([], {"PUBLIC_URL": "ftp://x"}, 2, "FACILITY_COVERAGE_PUBLIC_URL: "),
        ([], {"LIMITS__MINUTES": "0"}, 2, "FACILITY_COVERAGE_LIMITS__MINUTES: "),
        ([], {"CORS_ORIGINS": "a,b"}, 2, "write lists as JSON"),
        (["--study", "a.gpkg"], {}, 2, "neither a folder of results nor a study file"),
        (["--study", "a.toml"], {}, 3, "a.toml: there is no such study file"),
        (["--study", "."], {}, 3, "holds no manifest.json"),
        (["--database", "mysql://x"], {}, 2, "not a database of this program"),
    ],
)
def test_what_cannot_be_served_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    environment: dict[str, str],
    code: int,
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(f"FACILITY_COVERAGE_{name}", value)
    assert outcome(["serve", *arguments]) == code
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert told in line


@pytest.mark.enable_socket
def test_a_port_that_is_taken_is_told() -> None:
    with listening("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(SourceError, match=f"cannot listen at 127.0.0.1:{port}"):
            listening("127.0.0.1", port)
    with listening("::1", 0) as listener:
        assert address_of(listener).startswith("http://[::1]:")


def test_a_changed_study_file_replaces_what_it_brought(tmp_path: Path, study_file: Path) -> None:
    store = Store.open(None, tmp_path / "service")
    study_id = local_studies.bring(store, study_file, silent)
    before = store.studies.get(study_id)
    sections = toy_sections()
    sections["coverage"]["minutes"] = [6]
    write_toy_study(study_file.parent, sections)
    assert local_studies.bring(store, study_file, silent) == study_id
    after = store.studies.get(study_id)
    assert (after.digest, after.result) != (before.digest, before.result)
    store.close()


def test_another_owners_study_is_not_replaced(tmp_path: Path, study_file: Path) -> None:
    store = Store.open(None, tmp_path / "service")
    folder = tmp_path / "hers"
    folder.mkdir()
    hers = Study.model_validate(uploaded_sections(store, folder, "ann"))
    store.studies.add("ann", hers, "mine")
    with pytest.raises(ConflictError, match="mine"):
        local_studies.bring(store, study_file, silent, "mine")
    assert store.studies.get("mine").owner == "ann"
    store.close()


def test_a_shapefile_is_brought_whole(tmp_path: Path, study_file: Path) -> None:
    layer = gpd.read_file(study_file.parent / "subdistricts.geojson")
    layer.to_file(study_file.parent / "units.shp", encoding="utf-8")
    sections = toy_sections()
    sections["boundaries"]["source"] = "units.shp"
    write_toy_study(study_file.parent, sections)
    store = Store.open(None, tmp_path / "service")
    stored = store.studies.get(local_studies.bring(store, study_file, silent))
    parts = store.uploads.get("local", stored.study["boundaries"]["source"]).parts
    assert sorted(parts) == ["units.cpg", "units.dbf", "units.prj", "units.shp", "units.shx"]
    store.close()


def test_a_worker_that_dies_is_replaced(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(crew_module, "_LOOK_S", 0.05)
    with crew(1, sys.exit, 3):
        _wait_until(lambda: "a worker died (3)" in caplog.text)


def test_a_worker_that_does_not_leave_is_made_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(crew_module, "_LEAVE_S", 0.2)
    deaf = tmp_path / "deaf"
    code = (
        "import signal, time, pathlib\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"pathlib.Path({str(deaf)!r}).touch()\ntime.sleep(600)"
    )
    began_s = time.monotonic()
    with crew(1, exec, code):
        _wait_until(deaf.exists)
    assert time.monotonic() - began_s < PATIENCE_S


def _wait_until(happened: Callable[[], bool]) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < end_s
        time.sleep(0.02)


@pytest.mark.enable_socket
def test_the_installed_command_carries_jobs_out_and_leaves_in_order(
    tmp_path: Path, study_file: Path
) -> None:
    command = Path(sys.executable).with_name("facility-coverage")
    files = str(tmp_path / "service")
    arguments = ["serve", "--study", str(study_file), "--port", "0", "--files", files]
    with (tmp_path / "log").open("w", encoding="utf-8") as log:
        service = subprocess.Popen([command, *arguments], stdout=subprocess.PIPE, stderr=log)  # noqa: S603  (our own command)
    assert service.stdout is not None
    address = service.stdout.readline().decode().strip()
    job = asked(address, "/processes/run-study/execution", inputs={"study": "toy-city"})
    _wait_until(lambda: asked(address, f"/jobs/{job['jobID']}")["status"] == "successful")
    service.send_signal(signal.SIGTERM)
    assert service.wait(PATIENCE_S) == 0
    service.stdout.close()
    lines = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert all(json.loads(line)["level"] in {"info", "warning"} for line in lines)


def test_a_key_is_made_and_shown_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "keys.txt"
    assert outcome(["key", "gis-1", "--file", str(file), "--role", "analyst"]) == 0
    key = capsys.readouterr().out.strip()
    assert key not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o077 == 0
    caller = KeyRing.read(file, None).find(key)
    assert caller is not None
    assert (caller.owner, caller.role) == ("gis-1", "analyst")
    for arguments in (
        ["gis-1", "--file", str(file)],
        ["gis 2", "--file", str(file)],
        ["gis-2", "--file", str(file), "--role", "king"],
        ["gis-2", "--file", str(tmp_path / "no" / "keys.txt")],
        ["gis-2", "--file", str(tmp_path)],
    ):
        assert outcome(["key", *arguments]) in {2, 7}
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_file_of_keys_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "keys.txt"
    line = key_line(new_key(), "reader", "a")
    for text in ("x", line.replace("reader", "king"), f"{line} b", f"{line}\n{line}"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=r"keys\.txt"):
            KeyRing.read(file, None)
    file.write_bytes(b"\xff")
    with pytest.raises(SourceError, match="UTF-8"):
        KeyRing.read(file, None)
    assert KeyRing.read(None, new_key()).find(new_key()) is None


@pytest.mark.enable_socket
def test_the_sample_study_is_served_as_demo(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    announce = serve_module._announce  # noqa: SLF001  (what ``while_serving`` stands in for)
    monkeypatch.setattr("facility_coverage.sample.district.write_sample_study", write_toy_study)
    arguments = ["--demo", "--files", str(tmp_path / "service")]
    code, told = while_serving(
        monkeypatch, arguments, lambda address: asked(address, "/v1/studies/demo")
    )
    assert (code, told["id"]) == (0, "demo")
    announce("http://127.0.0.1:1")
    assert capsys.readouterr().out == "http://127.0.0.1:1\n"


def test_a_worker_process_works_until_it_is_told_to_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    handlers: dict[int, Any] = {}
    worked = []
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    monkeypatch.setattr(Worker, "run", lambda worker, **_: worked.append(worker.store.files.root))
    serve_module.work(None, tmp_path / "service", "warning")
    assert worked == [tmp_path / "service"]
    assert handlers[signal.SIGINT] is signal.SIG_IGN
    with pytest.raises(SystemExit) as left:
        handlers[signal.SIGTERM](signal.SIGTERM, None)
    assert left.value.code == 0
