"""Opens connections to the database and translates its errors."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from json import JSONEncoder
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from platformdirs import user_data_path
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from practicum.store.records import StoreError

FILE = "practicum.sqlite3"

MAX_CONNECTIONS = 16
"""Default of the maximum number of connections. A statement takes well under a millisecond, so waiting is short."""

BUSY_MS = 10_000
"""Milliseconds for which a writer waits for a writer of another process."""

POOL_SECONDS = 10
"""Seconds for which a request waits for a free connection."""

CONNECT_SECONDS = 5
"""Seconds for which a new connection to PostgreSQL may take."""

STATEMENT_MS = 15_000
"""Milliseconds that PostgreSQL gives a statement, time for its locks included."""

_POSTGRESQL = {
    "application_name": "practicum",
    "connect_timeout": CONNECT_SECONDS,
    # A server that vanished without a word: the network gives up after these seconds instead of a quarter of an hour.
    "keepalives_idle": 30,
    "tcp_user_timeout": STATEMENT_MS,
}
"""Connection parameters that the database URL may override."""

_TIMEOUTS = f"-c statement_timeout={STATEMENT_MS} -c idle_in_transaction_session_timeout=60000"

_COMPACT = JSONEncoder(separators=(",", ":"), allow_nan=False)


def database_url(data: Path | None, url: str | None, create: bool = True) -> URL:
    """Return the URL of the database: `url`, or the SQLite file in `data` (default: the user's data directory).

    If `create`, creates the SQLite file with its folder, accessible only to their owner. Raises StoreError.
    """
    if url is not None:
        return _parsed(url)
    folder = user_data_path("practicum") if data is None else data
    file = folder / FILE
    location = URL.create("sqlite", database=str(file))
    if not create:
        return location
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite gives its journals the same permissions as the file.
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        message = f"{file}: cannot be written ({error.strerror}). Choose another folder with --data."
        raise StoreError("not-writable", message) from None
    return location


def _parsed(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # The error contains the text, and so the password.
        message = (
            "The database URL is invalid. An example: postgresql://user:password@host/name. Write special characters "
            "of the password as %XX."
        )
        raise StoreError("url-invalid", message) from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError("url-not-supported", f"{url.get_backend_name()} is not supported. Use SQLite or PostgreSQL.")
    if url.get_backend_name() == "sqlite" and not url.database:
        raise StoreError("url-invalid", "A SQLite URL must name a file: sqlite:////folder/practicum.sqlite3.")
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def display_name(url: URL) -> str:
    """Return the database's name for messages: a path, or a URL without password and parameters."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(drivername=url.get_backend_name(), query={}).render_as_string(hide_password=True)


def connect(url: URL, connections: int = MAX_CONNECTIONS, journal: Literal["WAL", "DELETE"] = "WAL") -> Engine:
    """Return an engine with a pool of at most `connections` connections. Opens none yet.

    Args:
        journal: SQLite's journal. `DELETE` leaves one file that can be copied, when nothing uses it.
    """
    options: dict[str, Any] = {"pool_size": connections, "max_overflow": 0, "pool_use_lifo": True}
    options["pool_timeout"] = POOL_SECONDS
    if url.get_backend_name() == "postgresql":
        # The ping replaces connections that a restart of the server has closed.
        options |= {"pool_pre_ping": True, "connect_args": _connection_parameters(url)}
    try:
        # Without hide_parameters, errors in the log would contain what learners wrote.
        engine = create_engine(url, json_serializer=_COMPACT.encode, hide_parameters=True, **options)
    except (NoSuchModuleError, ModuleNotFoundError):
        message = (
            f"{display_name(url)}: the driver for this database is not installed. "
            "Install it with: pip install 'practicum[postgresql]'"
        )
        raise StoreError("driver-missing", message) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", partial(_prepare_sqlite, journal))
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _connection_parameters(url: URL) -> dict[str, Any]:
    """Return practicum's parameters of a connection to PostgreSQL; those in the URL take precedence."""
    parameters = {name: value for name, value in _POSTGRESQL.items() if name not in url.query}
    return {**parameters, "options": f"{_TIMEOUTS} {url.query.get('options', '')}".strip()}


def reading(engine: Engine) -> Engine:
    """Return the same pool for single SELECTs, without the cost of a transaction around each."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="AUTOCOMMIT")
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


def _prepare_sqlite(journal: str, connection: Any, _: object) -> None:
    # The driver would start transactions late, and none for DDL; _begin_sqlite starts each of them.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute(f"PRAGMA journal_mode = {journal}")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    if not connection.get_execution_options().get("practicum_reads"):
        # Immediate: a transaction that reads first and writes later could fail when it writes.
        driver: Any = connection.connection.dbapi_connection
        driver.execute("BEGIN IMMEDIATE")


class OpenFile:
    """The file of an open SQLite database, to notice when it is deleted or replaced.

    SQLite would go on writing to the deleted file, and everything written would be lost.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity = self._now()

    def _now(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def check(self) -> None:
        """Raise StoreError (`file-replaced`) unless the path still names the file that was opened."""
        if self._now() != self._identity:
            message = f"{self._path}: was deleted or replaced while practicum was using it. Put it back, or restart."
            raise StoreError("file-replaced", message)


def open_file(url: URL) -> OpenFile | None:
    """Return the file of a SQLite database that is open; None for PostgreSQL."""
    return OpenFile(Path(str(url.database))) if url.get_backend_name() == "sqlite" else None


@contextmanager
def translated_errors(name: str) -> Iterator[None]:
    """Raise the database's errors as StoreError, except for violated constraints (IntegrityError).

    Raises ValueError for what cannot be stored, such as NaN in JSON. Drivers differ in whether SQLAlchemy wraps it.
    """
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, sqlite3.Error) as error:
        code, advice = _known_error(error.orig if isinstance(error, DBAPIError) else error)
        raise StoreError(code, f"{name}: {advice}") from error
    except PoolTimeout as error:
        advice = f"no connection became free in {POOL_SECONDS} seconds. Allow more connections (docs/run-a-service.md)."
        raise StoreError("busy", f"{name}: {advice}") from error
    except StatementError as error:
        if isinstance(error.orig, ValueError):
            raise error.orig from None
        raise


def _known_error(error: BaseException | None) -> tuple[str, str]:
    """Return the code of a driver's error, and what to do."""
    cause = " ".join(str(error).split())
    unknown = ("database-error", f"database error: {cause}")
    if isinstance(error, sqlite3.Error):
        return _SQLITE_ERRORS.get(cause, unknown)
    state = getattr(error, "sqlstate", None)
    if state is None and any(words in cause for words in _NO_CONNECTION_LEFT):  # While connecting there is no SQLSTATE.
        state = "53300"
    if state in _POSTGRESQL_ERRORS:
        return _POSTGRESQL_ERRORS[state]
    # Without SQLSTATE: no connection could be made, or it broke. 08 and 57P say the same.
    if type(error).__name__ == "OperationalError" or str(state).startswith(("08", "57P")):
        return "unreachable", f"cannot be reached ({cause}). Check that PostgreSQL runs, and the database URL."
    return unknown


_SQLITE_ERRORS = {
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

_NO_CONNECTION_LEFT = ("too many clients", "too many connections", "connection slots")
_POSTGRESQL_ERRORS = {
    "53100": ("disk-full", "the disk is full. Nothing was written. Free some space and try again."),
    "53300": (
        "too-many-connections",
        "PostgreSQL has no connection left. Raise its max_connections, or lower the number per service "
        "(docs/run-a-service.md).",
    ),
    "57014": ("timeout", "a statement took too long and was cancelled. Nothing was written."),
    "55P03": ("locked", "another program keeps it locked. Stop that program and try again."),
    "25006": ("not-writable", "is read-only. Use the URL of the primary server."),
    "42501": ("not-writable", "this user may not write. Make the user the owner of the database."),
}
