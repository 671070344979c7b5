"""Backups: one SQLite file for every kind of database, which any practicum can read without the server's tools.

A backup is a snapshot: the service may go on writing meanwhile. The file contains a digest of its rows.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Column, Connection, Engine, MetaData, String, Table, inspect, select, text

from practicum.store.content import Content, OnRows, copy_rows, count_rows, read_content, tables_of
from practicum.store.database import connect, database_url, display_name, translated_errors
from practicum.store.migrate import create_tables, migrate, revision_of
from practicum.store.records import StoreError
from practicum.store.schema import HEAD, metadata
from practicum.store.store import Store

PAGES = 1024
"""Pages of a SQLite file that are copied at a time."""

_SEAL = Table("backup", MetaData(), Column("digest", String(64), nullable=False))
"""A table that only backups have: the digest of the rows of all others."""


def _ignore(done: int, total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class Source:
    """A database that is only read, whatever its revision."""

    engine: Engine
    name: str

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open a connection that sees the database as it is now, whatever others write meanwhile. Raises StoreError."""
        with translated_errors(self.name):
            if self.engine.dialect.name == "sqlite":
                with self.engine.execution_options(practicum_reads=True).connect() as connection:
                    connection.exec_driver_sql("BEGIN")  # The first SELECT takes the snapshot.
                    yield connection
                return
            engine = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with engine.begin() as connection:
                _lift_timeouts(connection)
                yield connection

    def content(self) -> Content:
        """Return what the database contains now. Raises StoreError."""
        with self.snapshot() as connection:
            return read_content(connection, tables_of(connection))


@contextmanager
def open_source(data: Path | None = None, url: str | None = None) -> Iterator[Source]:
    """Open a database for reading, as the arguments of `Store.open` name it. Creates and upgrades nothing.

    Raises:
        StoreError: There is no database of practicum (`no-database`), or it cannot be read.
    """
    if url is None and data is not None and not data.is_dir():
        raise StoreError("no-database", f"{data}: there is no such folder.")
    location = database_url(data, url, create=False)
    name = display_name(location)
    if location.get_backend_name() == "sqlite" and not Path(str(location.database)).is_file():
        raise StoreError("no-database", f"{name}: there is no such file.")
    engine = connect(location)
    try:
        with translated_errors(name), engine.connect() as connection:
            if revision_of(connection) is None:
                raise StoreError("no-database", f"{name}: contains no data of practicum.")
        yield Source(engine, name)
    finally:
        engine.dispose()


# --- writing


def write_backup(source: Source, file: Path, replace: bool = False, on_progress: OnRows = _ignore) -> Content:
    """Write a backup to `file`, whole or not at all, and return what it contains.

    Args:
        replace: Whether the file may exist already.

    Raises:
        StoreError: The file exists (`file-exists`), cannot be written (`not-writable`), or the database cannot be read.
    """
    if file.exists() and not replace:
        raise StoreError("file-exists", f"{file}: exists already. Choose another name, or replace it with --replace.")
    try:
        # In the same folder, so that the finished file only has to be renamed.
        with tempfile.TemporaryDirectory(prefix=".practicum-backup-", dir=file.parent) as folder:
            partial = Path(folder) / "backup.sqlite3"
            os.close(os.open(partial, os.O_CREAT | os.O_WRONLY, 0o600))
            content = _write(source, partial, on_progress)
            _flush(partial)
            partial.replace(file)
        _flush(file.parent)
    except OSError as error:
        message = f"{file}: cannot be written ({error.strerror}). Choose another place or free some space."
        raise StoreError("not-writable", message) from None
    return content


def _write(source: Source, partial: Path, on_progress: OnRows) -> Content:
    if source.engine.dialect.name == "sqlite":
        _copy_pages(source, partial, on_progress)
    with _backup_file(partial) as engine, translated_errors(source.name):
        if source.engine.dialect.name != "sqlite":
            with source.snapshot() as connection:
                read = _copy_snapshot(connection, engine, source.name, on_progress)
        with engine.begin() as connection:
            _check_integrity(connection, source.name)
            content = read_content(connection, tables_of(connection))
            if source.engine.dialect.name != "sqlite" and content != read:
                raise StoreError("copy-differs", f"{source.name}: the copy differs from it. Check the disk.")
            _SEAL.drop(connection, checkfirst=True)
            _SEAL.create(connection)
            connection.execute(_SEAL.insert(), {"digest": content.digest})
    return content


def _copy_pages(source: Source, partial: Path, on_progress: OnRows) -> None:
    """Copy a SQLite file by its online backup. Within one read transaction no writer makes it begin again."""
    import sqlite3

    with source.snapshot() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
        driver: Any = connection.connection.dbapi_connection
        target = sqlite3.connect(partial)
        try:
            driver.backup(target, pages=PAGES, progress=lambda _, left, total: on_progress(total - left, total))
        finally:
            target.close()


def _copy_snapshot(connection: Connection, engine: Engine, name: str, on_progress: OnRows) -> Content:
    """Copy all rows of a PostgreSQL database into a new SQLite file, and return what was read."""
    if revision_of(connection) != HEAD:
        message = f"{name}: has the schema of another version. Start `practicum serve` with it once, or use pg_dump."
        raise StoreError("other-schema", message)
    with engine.begin() as target:
        create_tables(target)
        return copy_rows(connection, target, metadata.sorted_tables, on_progress)


@contextmanager
def _backup_file(file: Path) -> Iterator[Engine]:
    """Open a backup as a database in one file, without a write-ahead log."""
    engine = connect(URL.create("sqlite", database=str(file)), journal="DELETE")
    try:
        yield engine
    finally:
        engine.dispose()


def _flush(path: Path) -> None:
    """Wait until a file or a folder is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- reading


def check_backup(file: Path) -> Content:
    """Return what a backup contains.

    Raises:
        StoreError: It is damaged or was changed (`damaged`), is no backup (`not-a-backup`, `not-a-database`), or is of
            a newer practicum (`newer-schema`).
    """
    with _verified_copy(file) as (_, content):
        return content


def restore_backup(file: Path, store: Store, replace: bool = False, on_progress: OnRows = _ignore) -> Content:
    """Replace everything in a store by the rows of a backup, all or nothing, and return what it then contains.

    Args:
        replace: Whether the store may contain anything.

    Raises:
        StoreError: The store is not empty (`not-empty`), or as `check_backup`.
    """
    tables = metadata.sorted_tables
    with (
        _verified_copy(file) as (engine, _),
        engine.connect() as source,
        translated_errors(display_name(store.engine.url)),
        store.engine.begin() as target,
    ):
        _begin_replacing(target)
        if not replace and count_rows(target, tables):
            message = "The database contains learners' progress already. Replace all of it with --replace."
            raise StoreError("not-empty", message)
        for table in reversed(tables):
            target.execute(table.delete())
        content = copy_rows(source, target, tables, on_progress)
        if read_content(target, tables) != content:
            raise StoreError("copy-differs", "The copy differs from the backup. Nothing was changed.")
    return content


@contextmanager
def _verified_copy(file: Path) -> Iterator[tuple[Engine, Content]]:
    """Yield a copy of a backup at the newest schema, and what the backup contains: the file itself is only read."""
    with tempfile.TemporaryDirectory(prefix="practicum-restore-") as folder:
        copy = Path(folder) / "backup.sqlite3"
        try:
            shutil.copyfile(file, copy)
        except OSError as error:
            raise StoreError("cannot-open", f"{file}: cannot be read ({error.strerror}).") from None
        with _backup_file(copy) as engine, translated_errors(str(file)):
            with engine.begin() as connection:
                content = _verify(connection, file)
            migrate(engine, str(file))
            yield engine, content


def _verify(connection: Connection, file: Path) -> Content:
    """Check a backup as a file, and its rows by their digest. Remove the digest."""
    _check_integrity(connection, str(file))
    if revision_of(connection) is None or not inspect(connection).has_table(_SEAL.name):
        message = f"{file}: is no backup of practicum. Use a file that `practicum backup` wrote."
        raise StoreError("not-a-backup", message)
    content = read_content(connection, tables_of(connection))
    if connection.execute(select(_SEAL.c.digest)).scalar() != content.digest:
        raise StoreError("damaged", f"{file}: was damaged or changed after it was written. Use another backup.")
    _SEAL.drop(connection)
    return content


def _check_integrity(connection: Connection, name: str) -> None:
    found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if found != "ok" or broken is not None:
        raise StoreError("damaged", f"{name}: is damaged ({found}). Use a backup from before that.")


def _begin_replacing(target: Connection) -> None:
    """Let no other writer in until the end of the transaction. SQLite does so from its beginning."""
    if target.dialect.name == "postgresql":
        names = ", ".join(table.name for table in metadata.sorted_tables)
        target.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))  # Readers go on.
        _lift_timeouts(target)


def _lift_timeouts(connection: Connection) -> None:
    """Allow a transaction over all rows to take its time."""
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
