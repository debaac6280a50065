"""Workers that are killed while they work lose no job, and do none twice."""

import json
import subprocess
import sys
from pathlib import Path

from postgis_server import INSTALLED, SUPERUSER, PostgisServer

ROOT = Path(__file__).parents[2]
JOBS, WORKERS, KILLS = 120, 4, 8


def trial(*more: str) -> dict[str, object]:
    roots = ":".join(str(ROOT / name) for name in ("coverage", "maps", "api"))
    done = subprocess.run(  # noqa: S603  (our own program)
        [
            sys.executable, ROOT / "benchmarks" / "jobs_killed.py", "--jobs", str(JOBS),
            "--workers", str(WORKERS), "--kills", str(KILLS), *more,
        ],
        env={"PYTHONPATH": roots, "PATH": "", "TMPDIR": ""},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def require_all_done_once(found: dict[str, object]) -> None:
    assert (found["kills"], found["successful"], found["results"]) == (KILLS, JOBS, JOBS)
    assert found["results_match_jobs"] is True
    assert found["finished_twice"] == 0


def test_on_sqlite() -> None:
    found = trial()
    require_all_done_once(found)
    assert found["integrity"] == "ok"


def test_on_postgresql(postgis: PostgisServer) -> None:
    require_all_done_once(trial("--database", postgis.new_database("killed")))
    subprocess.run(  # noqa: S603  (our own server)
        [
            INSTALLED / "pg_amcheck", "--install-missing", "--heapallindexed",
            "--host", postgis.socket_folder, "--username", SUPERUSER, "killed",
        ],
        check=True,
    )  # fmt: skip
