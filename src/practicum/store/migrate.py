"""Creates the tables, or upgrades them to the newest schema.

A current database costs one SELECT, and an empty one gets the current tables. Only an older one needs Alembic, whose
import takes longer than the rest of the start.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, Engine, MetaData, PrimaryKeyConstraint, String, Table, inspect, text

from practicum.store.database import reading
from practicum.store.records import StoreError
from practicum.store.schema import HEAD, metadata

MIGRATIONS = Path(__file__).parent / "migrations"

_LOCK = 0x70726163
"""Number of the PostgreSQL advisory lock for migrations: arbitrary, but unused elsewhere."""

VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table, as Alembic makes it."""


def migrate(engine: Engine, name: str) -> None:
    """Create or upgrade the tables. Safe if two processes start at the same time.

    Raises:
        StoreError: The database belongs to a newer practicum (`newer-schema`) or to another program
            (`foreign-tables`).
    """
    with reading(engine).connect() as connection:
        if revision_of(connection) == HEAD:
            return
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))  # Large tables take their time.
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        revision = revision_of(connection)
        if revision is None and inspect(connection).get_table_names():
            message = f"{name}: contains tables of another program. Choose another folder or database."
            raise StoreError("foreign-tables", message)
        if revision is None:
            create_tables(connection)
        elif revision != HEAD:
            upgrade(connection, revision, name)


def revision_of(connection: Connection) -> str | None:
    """Return the database's revision, or None if practicum has never written to it."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def create_tables(connection: Connection) -> None:
    """Create the current tables, and record their revision."""
    metadata.create_all(connection)
    VERSION.create(connection)
    connection.execute(VERSION.insert(), {"version_num": HEAD})


def upgrade(connection: Connection, revision: str | None, name: str, to: str = HEAD) -> None:
    """Run the migrations after `revision` up to `to`.

    Raises:
        StoreError: Only a newer practicum knows `revision` (`newer-schema`).
    """
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError(
            "newer-schema",
            f"{name}: was written by a newer practicum (schema {revision}; this one knows up to {HEAD}). "
            "Upgrade practicum, or choose another folder or database.",
        )
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
