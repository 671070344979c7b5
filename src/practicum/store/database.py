"""Connections to the database: where it lies, how it is opened, and its errors in words."""

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

CONNECTIONS = 16
"""At most so many at once. A statement takes well under a millisecond, so a thread that waits for one waits briefly."""

BUSY_MS = 10_000
"""How long a writer waits for one of another process before it gives up."""

_COMPACT = JSONEncoder(separators=(",", ":"), allow_nan=False)


def database_url(data: Path | None, url: str | None) -> URL:
    """The database meant by a folder, or else by a URL; with neither, the file in the user's own data directory.

    A SQLite file's folder is made, for its owner alone. Raises StoreError if that cannot be.
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
        raise StoreError(f"{file}: cannot be written ({error.strerror}). Name another folder with --data.") from None
    return URL.create("sqlite", database=str(file))


def _parsed(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        raise StoreError("that is no database URL; one looks like postgresql://user:password@host/name.") from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(f"{url.get_backend_name()} is not supported: use SQLite or PostgreSQL.")
    if url.get_backend_name() == "sqlite" and not url.database:
        raise StoreError("a SQLite URL must name a file: sqlite:////folder/practicum.sqlite3.")
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def display_name(url: URL) -> str:
    """The database's name for a message: a path, or a URL without its password."""
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def connect(url: URL) -> Engine:
    """An engine with a small pool. Nothing is opened yet."""
    options: dict[str, Any] = {"pool_size": CONNECTIONS, "max_overflow": 0, "pool_use_lifo": True}
    if url.get_backend_name() == "postgresql":
        options["pool_pre_ping"] = True
    try:
        engine = create_engine(url, json_serializer=_COMPACT.encode, **options)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(f"{display_name(url)}: {error}. Try: pip install 'practicum[postgresql]'") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def reading(engine: Engine) -> Engine:
    """The same pool for single SELECTs: on SQLite, without the cost of a transaction around each."""
    return engine.execution_options(practicum_reads=True)


def writing(engine: Engine) -> SingleWriter | Engine:
    """Where writers `begin` a transaction, committed at the end of its `with`: on SQLite one at a time."""
    return SingleWriter(engine) if engine.dialect.name == "sqlite" else engine


class SingleWriter:
    """One connection, kept for writing, and a queue for it.

    SQLite has one writer at a time, and one that finds it busy sleeps before it asks again. Within this process
    writers queue here instead, and are woken at once. A kept connection halves what SQLAlchemy adds to a commit.
    """

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect()
        self._queue = Lock()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with self._queue, self._connection.begin():
            yield self._connection

    def close(self) -> None:
        with self._queue:
            self._connection.close()


def _prepare_sqlite(connection: Any, _: object) -> None:
    # The driver would begin a transaction late, and none for DDL; we begin each ourselves, in _begin_sqlite.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    if not connection.get_execution_options().get("practicum_reads"):
        # At once a writer: one that read first and wrote later could be refused when it writes.
        driver: Any = connection.connection.dbapi_connection
        driver.execute("BEGIN IMMEDIATE")


@contextmanager
def translated_errors(name: str) -> Iterator[None]:
    """Turn the database's errors into a StoreError. A broken constraint (IntegrityError) is left as it is."""
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise StoreError(f"{name}: {_advice(str(cause))}") from error


def _advice(message: str) -> str:
    known = {
        "file is not a database": "is not a SQLite database. Move it away, or name another folder with --data.",
        "database disk image is malformed": "is damaged. Restore it from a backup (docs/data.md).",
        "database or disk is full": "the disk is full. Nothing was written; make room and try again.",
        "attempt to write a readonly database": "cannot be written. Make file and folder writable for this user.",
        "unable to open database file": "cannot be opened. See that it is a file, in a folder this user may write.",
        "database is locked": "another program keeps it locked. Stop that program and try again.",
    }
    return known.get(message) or f"the database says: {' '.join(message.split())}"
