"""A real PostgreSQL with PostGIS for one test process: own data folder, own socket, no TCP."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

INSTALLED = Path("/usr/lib/postgresql/15/bin")
EXTENSION = Path("/usr/share/postgresql/15/extension/postgis.control")
SUPERUSER = "planner"

_START_S = 60.0


@dataclass(frozen=True)
class PostgisServer:
    """A running server."""

    socket_folder: Path

    def url(self, database: str = "postgres") -> str:
        """Return the URL of one of its databases."""
        return f"postgresql://{SUPERUSER}@/{database}?host={self.socket_folder}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Carry out one statement outside a transaction."""
        subprocess.run(  # noqa: S603  (our own statement)
            [
                INSTALLED / "psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1",
                "--host", self.socket_folder, "--username", SUPERUSER, database,
                "--command", statement,
            ],
            check=True,
        )  # fmt: skip

    def new_database(self, name: str) -> str:
        """Make an empty database and return its URL."""
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)


def missing() -> str | None:
    """Return why there is no PostGIS here, or None."""
    if (INSTALLED / "initdb").exists() and EXTENSION.exists():
        return None
    return "no PostGIS: as root, apt-get install postgresql-15-postgis-3"


@contextmanager
def postgis_server(*, is_safe: bool = False) -> Iterator[PostgisServer]:
    """Start a server and end it; ``is_safe`` makes it wait for the disk as a real one does."""
    # PostgreSQL refuses to be root; Debian's package brings a user for it.
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="postgis-"))
    try:
        if user is not None:
            account = pwd.getpwnam(user)
            os.chown(folder, account.pw_uid, account.pw_gid)
        data = folder / "data"
        subprocess.run(  # noqa: S603
            [
                INSTALLED / "initdb", "--pgdata", data, "--username", SUPERUSER, "--auth", "trust",
                "--encoding", "UTF8", "--locale", "C", "--no-sync",
            ],
            check=True, user=user, capture_output=True, cwd=folder,
        )  # fmt: skip
        settings = [] if is_safe else ["-c", "fsync=off"]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(  # noqa: S603
                [INSTALLED / "postgres", "-D", data, "-k", folder, "-h", "", *settings],
                user=user, cwd=folder, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            _wait(folder, server)
            yield PostgisServer(folder)
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the server answers."""
    end_s = time.monotonic() + _START_S
    asked: list[str | Path] = [
        INSTALLED / "pg_isready",
        "--quiet",
        "--host",
        folder,
        "--username",
        SUPERUSER,
    ]
    while subprocess.run(asked, check=False).returncode != 0:  # noqa: S603
        if server.poll() is not None or time.monotonic() > end_s:
            raise RuntimeError((folder / "log").read_text(encoding="utf-8"))
        time.sleep(0.05)
