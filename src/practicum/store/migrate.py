"""Bringing a database to the newest schema.

One that is there already costs one SELECT. An empty one gets the tables as they are now: only one that is older needs
Alembic, whose import takes longer than all the rest of a start.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, Engine, MetaData, PrimaryKeyConstraint, String, Table, inspect, text

from practicum.store.database import reading
from practicum.store.records import StoreError
from practicum.store.schema import HEAD, metadata

MIGRATIONS = Path(__file__).parent / "migrations"

_LOCK = 0x70726163
"""PostgreSQL's advisory lock for this: any number that nobody else uses."""

_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table, as Alembic makes it."""


def migrate(engine: Engine, name: str) -> None:
    """Create or upgrade the tables. Two processes that start together do it once.

    Raises StoreError if the database is of a newer practicum, or somebody else's.
    """
    with reading(engine).connect() as connection:
        if _revision(connection) == HEAD:
            return
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        revision = _revision(connection)
        if revision is None and inspect(connection).get_table_names():
            raise StoreError(f"{name}: holds tables that are not practicum's. Name another place with --data.")
        if revision is None:
            _create(connection)
        elif revision != HEAD:
            upgrade(connection, revision, name)


def _revision(connection: Connection) -> str | None:
    """The revision that the database is at, or None if practicum has never written to it."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _create(connection: Connection) -> None:
    """The newest tables, and the note that they are the newest."""
    metadata.create_all(connection)
    _VERSION.create(connection)
    connection.execute(_VERSION.insert(), {"version_num": HEAD})


def upgrade(connection: Connection, revision: str | None, name: str) -> None:
    """Run the migrations that follow the revision. Raises StoreError if it is one that only a newer practicum knows."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError(
            f"{name}: was written by a newer practicum (schema {revision}; this one knows up to {HEAD}). "
            "Upgrade practicum, or name another folder with --data."
        )
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
