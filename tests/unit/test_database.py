"""A new SQLite file that several processes turn to write-ahead logging at once."""

import sqlite3
from pathlib import Path

import pytest

from facility_coverage_api.store import database
from facility_coverage_api.store.database import Database, StoreError


class Busy:
    """A connection whose file is busy for the first ``times`` that it is asked."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.asked: list[str] = []

    def execute(self, statement: str) -> None:  # noqa: D102  (of a DB-API connection)
        self.asked.append(statement)
        if self.left:
            self.left -= 1
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error


def test_a_busy_file_is_asked_again() -> None:
    connection = Busy(2)
    database._write_ahead(connection)  # noqa: SLF001  (the race itself cannot be arranged)
    assert connection.asked == ["PRAGMA journal_mode = WAL"] * 3


def test_a_file_that_stays_busy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.0)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        database._write_ahead(Busy(10**6))  # noqa: SLF001  (as above)


def test_a_file_that_is_no_database_is_not_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("not a database, but long enough to be read as one\n" * 100)
    with pytest.raises(StoreError, match="not a database"):
        Database.open(f"sqlite:///{path}")
