"""``worker``: carries out what waits, and gives a job back when it is told to end."""

import logging
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from service_study import uploaded_sections

from facility_coverage.study_file import Study
from facility_coverage_api.store.job import JobRequest, QueueLimits
from facility_coverage_api.store.store import DATABASE_NAME, Store
from facility_coverage_cli.main import outcome

ROOT = Path(__file__).parents[2]
LIMITS = QueueLimits(9, 9)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(None, tmp_path / "service")


@pytest.fixture(autouse=True)
def own_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the command does to the log of its process away from other tests."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    monkeypatch.setattr(logging.getLogger(), "level", logging.WARNING)


def enqueue(store: Store, tmp_path: Path) -> str:
    (tmp_path / "study").mkdir()
    sections = uploaded_sections(store, tmp_path / "study")
    study, _ = store.studies.add("local", Study.model_validate(sections), "toy")
    request = JobRequest("run-study", "local", {"study": "toy"}, "toy", study.digest)
    return store.jobs.enqueue(request, LIMITS)[0].id


def test_what_waits_is_carried_out(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = enqueue(store, tmp_path)
    monkeypatch.setenv("FACILITY_COVERAGE_FILES", str(tmp_path / "service"))
    assert outcome(["worker", "--once", "--quiet"]) == 0
    assert store.jobs.get(job).status == "successful"
    url = f"sqlite:///{tmp_path / 'service' / DATABASE_NAME}"
    assert outcome(["worker", "--once", "--database", url]) == 0


def test_a_worker_without_a_database_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(["worker", "--once", "--database", "mysql://host/x"]) == 2
    assert "error: database_url: mysql: not a database" in capsys.readouterr().err


def test_a_worker_that_is_told_to_end_gives_its_job_back(store: Store, tmp_path: Path) -> None:
    job = enqueue(store, tmp_path)
    roots = ":".join(str(ROOT / name) for name in ("coverage", "maps", "api", "cli"))
    program = "from facility_coverage_cli.main import run; run()"
    worker = subprocess.Popen(  # noqa: S603  (our own program)
        [sys.executable, "-c", program, "worker", "--files", str(tmp_path / "service")],
        env={"PYTHONPATH": roots, "PATH": ""},
        stderr=subprocess.PIPE,
        text=True,
    )
    while store.jobs.get(job).status == "accepted" and worker.poll() is None:
        time.sleep(0.01)
    worker.send_signal(signal.SIGTERM)
    _, told = worker.communicate()
    assert worker.returncode == 128 + signal.SIGTERM, told
    after = store.jobs.get(job)
    assert (after.status, after.attempts) in {("accepted", 0), ("successful", 1)}
    assert f"job {job}: " in told
