"""The database: SQLite by default, PostgreSQL with PostGIS by URL, always at the newest step."""

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from facility_coverage.errors import InputError, SourceError

MIGRATIONS = Path(__file__).with_name("migrations")
BUSY_TIMEOUT_S = 30.0
"""How long a process waits for another one that writes to the same SQLite file."""

_MIGRATION_LOCK = 0x66630001
_REGISTER_LOCK = 0x66630002
"""Numbers of PostgreSQL's advisory locks; SQLite has one writer at a time anyway."""


class StoreError(SourceError):
    """The database does not answer, or refuses to work."""

    code = "store"
    http_status = 503


@dataclass(frozen=True, eq=False)
class Database:
    """Opens transactions; several processes and threads may do so at once.

    Attributes
    ----------
    engine
        SQLAlchemy's pool of connections.
    """

    engine: Engine

    @classmethod
    def open(cls, url: str) -> Self:
        """Connect, and bring the tables to the newest step.

        Parameters
        ----------
        url
            ``sqlite:///file`` or ``postgresql://user@host/database``.

        Returns
        -------
        Database
            Ready to use.

        Raises
        ------
        InputError
            It is no URL of these two.
        StoreError
            It cannot be opened, or was made by a newer program.
        """
        database = cls(_engine(url))
        try:
            database._migrate()
        except BaseException:
            database.close()
            raise
        return database

    @property
    def is_postgresql(self) -> bool:
        """Tell whether it is PostgreSQL."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads.

        Yields
        ------
        Connection
            The connection.

        Raises
        ------
        StoreError
            The database does not answer.
        """
        with _told(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[Connection]:
        """Open a transaction that writes: all of it is kept, or nothing.

        Parameters
        ----------
        alone
            Whether to wait until no other such transaction runs, because it looks first and
            writes what depends on it. In SQLite every one that writes is alone.

        Yields
        ------
        Connection
            The connection.

        Raises
        ------
        StoreError
            The database does not answer.
        """
        engine = self.engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        with _told(), engine.begin() as connection:
            if alone:
                self._lock(connection, _REGISTER_LOCK)
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _lock(self, connection: Connection, number: int) -> None:
        """Wait until no other transaction holds this lock; it is let go at the end."""
        if self.is_postgresql:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})

    def _migrate(self) -> None:
        """Take the steps that the database lacks; of several processes one does it."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        try:
            with self.writing() as connection:
                self._lock(connection, _MIGRATION_LOCK)
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except CommandError as error:
            msg = "the database was made by another version of this program ({error}); update it"
            raise StoreError(msg, error=error) from error


@contextmanager
def _told() -> Iterator[None]:
    """Say what a database refused, without the statement or its values."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        reason = str(error.orig if isinstance(error, DBAPIError) else error).split("\n", 1)[0]
        msg = "the database refused: {reason}; check the database URL, its disk and its rights"
        raise StoreError(msg, reason=reason) from error


def _engine(url: str) -> Engine:
    """Return the engine of a URL, with the settings that each database needs."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        msg = "database_url: not a URL; write sqlite:///file or postgresql://user@host/database"
        raise InputError(msg) from error
    if parsed.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if parsed.drivername != "sqlite" or not parsed.database:
        msg = (
            "database_url: {name}: not a database of this program; write "
            "sqlite:///file or postgresql://user@host/database"
        )
        raise InputError(msg, name=parsed.drivername)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401  (a DB-API object)
    """Set what SQLite keeps per connection, and let transactions begin where we say."""
    connection.isolation_level = None
    _write_ahead(connection)
    for pragma in ("synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: Any) -> None:  # noqa: ANN401  (a DB-API object)
    """Turn a new file to write-ahead logging; where processes start at once, wait for the turn.

    SQLite answers that the file is busy at once where two connections turn it at the same
    moment: waiting for the lock, as other statements do, could wait for ever on each other.
    """
    deadline_s = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline_s:
                raise
            time.sleep(random.uniform(0.001, 0.02))  # noqa: S311  (turns, not secrets)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """Begin a transaction; one that writes waits for its turn before it reads anything."""
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))
