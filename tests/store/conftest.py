"""The databases that the store's contract is held against.

SQLite always; PostgreSQL too where PRACTICUM_TEST_POSTGRES is the URL of a server on which databases may be made.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from practicum.store import Store

from .making import Where

_SERVER = os.environ.get("PRACTICUM_TEST_POSTGRES", "")


@pytest.fixture(params=["sqlite", "postgresql"] if _SERVER else ["sqlite"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Where]:
    """Where an empty database is, as the arguments of `Store.open`."""
    if request.param == "sqlite":
        yield {"data": tmp_path / "data"}
        return
    name = f"practicum_test_{secrets.token_hex(6)}"
    server = create_engine(make_url(_SERVER).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield {"url": make_url(_SERVER).set(database=name).render_as_string(hide_password=False)}
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def store(where: Where) -> Iterator[Store]:
    """A store that is open and empty."""
    with Store.open(**where) as opened:
        yield opened
