"""What every suite shares: a clean environment, and where real data lies."""

import os
from collections.abc import Iterator
from pathlib import Path

import postgis_server
import pytest

from facility_coverage_api.store.database import Database
from facility_coverage_api.store.store import Store
from facility_coverage_cli.spoken import choose

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let no test inherit the developer's settings, language or caches."""
    for name in list(os.environ):
        if name.startswith("FACILITY_COVERAGE_") and "_TEST_" not in name:
            monkeypatch.delenv(name)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    choose(None)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real extracts; tests skip with a reason where there is none."""
    folder = Path(os.environ.get("FACILITY_COVERAGE_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; FACILITY_COVERAGE_TEST_DATA names its folder")
    return folder


@pytest.fixture(scope="session")
def plan_texts() -> Path:
    """Return the folder of the plans' texts; tests skip with a reason where there is none."""
    facts = Path(os.environ.get("FACILITY_COVERAGE_TEST_FACTS", ROOT.parent / "shared" / "facts"))
    if not (facts / "plans").is_dir():
        pytest.skip(f"no plan texts at {facts}; FACILITY_COVERAGE_TEST_FACTS names their folder")
    return facts / "plans"


@pytest.fixture(scope="session")
def postgis() -> Iterator[postgis_server.PostgisServer]:
    """Return a real PostgreSQL with PostGIS; without one tests skip, and in CI they fail."""
    reason = postgis_server.missing()
    if reason is not None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with postgis_server.postgis_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgis_url(postgis: postgis_server.PostgisServer) -> str:
    """Return the URL of a database that has its tables; ``database_url`` empties it."""
    url = postgis.new_database("shared")
    Database.open(url).close()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database of each kind that the service can use."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    url: str = request.getfixturevalue("postgis_url")
    server: postgis_server.PostgisServer = request.getfixturevalue("postgis")
    tables = "events, proposals, jobs, studies, upload_parts, uploads, files"
    server.execute(f"TRUNCATE {tables}", "shared")
    return url


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    """Return an empty store on each kind of database."""
    opened = Store.open(database_url, tmp_path / "service")
    yield opened
    opened.close()
