"""Opens connections to the database and translates its errors."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONEncoder
from pathlib import Path
from threading import Lock
from typing import Any

from platformdirs import user_data_path
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError

from practicum.store.records import StoreError

FILE = "practicum.sqlite3"

MAX_CONNECTIONS = 16
"""Maximum number of connections. A statement takes well under a millisecond, so waiting for one is short."""

BUSY_MS = 10_000
"""Milliseconds for which a writer waits for a writer of another process."""

_COMPACT = JSONEncoder(separators=(",", ":"), allow_nan=False)


def database_url(data: Path | None, url: str | None) -> URL:
    """Return the URL of the database: `url`, or the SQLite file in `data` (default: the user's data directory).

    Creates the folder of a SQLite file, accessible only to its owner. Raises StoreError.
    """
    if url is not None:
        return _parsed(url)
    folder = user_data_path("practicum") if data is None else data
    file = folder / FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite gives its journals the same permissions as the file.
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        message = f"{file}: cannot be written ({error.strerror}). Choose another folder with --data."
        raise StoreError("not-writable", message) from None
    return URL.create("sqlite", database=str(file))


def _parsed(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        message = "The database URL is invalid. An example: postgresql://user:password@host/name."
        raise StoreError("url-invalid", message) from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError("url-not-supported", f"{url.get_backend_name()} is not supported. Use SQLite or PostgreSQL.")
    if url.get_backend_name() == "sqlite" and not url.database:
        raise StoreError("url-invalid", "A SQLite URL must name a file: sqlite:////folder/practicum.sqlite3.")
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def display_name(url: URL) -> str:
    """Return the database's name for messages: a path, or a URL without its password."""
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def connect(url: URL) -> Engine:
    """Return an engine with a small connection pool. Opens no connection yet."""
    options: dict[str, Any] = {"pool_size": MAX_CONNECTIONS, "max_overflow": 0, "pool_use_lifo": True}
    if url.get_backend_name() == "postgresql":
        options["pool_pre_ping"] = True
    try:
        engine = create_engine(url, json_serializer=_COMPACT.encode, **options)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        message = f"{display_name(url)}: {error}. Install the driver with: pip install 'practicum[postgresql]'"
        raise StoreError("driver-missing", message) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def reading(engine: Engine) -> Engine:
    """Return the same pool for single SELECTs; on SQLite without the cost of a transaction around each."""
    return engine.execution_options(practicum_reads=True)


def writing(engine: Engine) -> SingleWriter | Engine:
    """Return an object whose `begin` opens a write transaction, as a context manager; on SQLite one at a time."""
    return SingleWriter(engine) if engine.dialect.name == "sqlite" else engine


class SingleWriter:
    """One connection for writing, with a queue of writers.

    SQLite has one writer at a time, and a writer that finds it busy sleeps before it tries again. Writers of this
    process queue here instead and are woken at once. Keeping the connection halves SQLAlchemy's share of a commit.
    """

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect()
        self._queue = Lock()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Open a transaction that is committed at the end."""
        with self._queue, self._connection.begin():
            yield self._connection

    def close(self) -> None:
        """Close the connection once no writer uses it."""
        with self._queue:
            self._connection.close()


def _prepare_sqlite(connection: Any, _: object) -> None:
    # The driver would start transactions late, and none for DDL; _begin_sqlite starts each of them.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    if not connection.get_execution_options().get("practicum_reads"):
        # Immediate: a transaction that reads first and writes later could fail when it writes.
        driver: Any = connection.connection.dbapi_connection
        driver.execute("BEGIN IMMEDIATE")


@contextmanager
def translated_errors(name: str) -> Iterator[None]:
    """Raise the database's errors as StoreError, except for violated constraints (IntegrityError)."""
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, sqlite3.Error) as error:
        cause = str(error.orig if isinstance(error, DBAPIError) else error)
        code, advice = _KNOWN_ERRORS.get(cause, ("database-error", f"database error: {' '.join(cause.split())}"))
        raise StoreError(code, f"{name}: {advice}") from error


_KNOWN_ERRORS = {
    "file is not a database": (
        "not-a-database",
        "is not a SQLite database. Move it away, or choose another folder with --data.",
    ),
    "database disk image is malformed": ("damaged", "is damaged. Restore it from a backup (docs/data.md)."),
    "database or disk is full": ("disk-full", "the disk is full. Nothing was written. Free some space and try again."),
    "attempt to write a readonly database": (
        "not-writable",
        "cannot be written. Make the file and its folder writable for this user.",
    ),
    "unable to open database file": (
        "cannot-open",
        "cannot be opened. Check that it is a file in a folder that this user can write to.",
    ),
    "database is locked": ("locked", "another program keeps it locked. Stop that program and try again."),
}
