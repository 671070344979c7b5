"""The databases that the store's contract is held against: SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from practicum.store import Store

from .making import Where

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]


@pytest.fixture(params=DATABASES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Where]:
    """Where an empty database is, as the arguments of `Store.open`."""
    with _empty(request, tmp_path / "data") as found:
        yield found


@pytest.fixture(params=DATABASES)
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Where]:
    """Where another empty database is."""
    with _empty(request, tmp_path / "elsewhere") as found:
        yield found


@contextmanager
def _empty(request: pytest.FixtureRequest, folder: Path) -> Iterator[Where]:
    if request.param == "sqlite":
        yield {"data": folder}
        return
    cluster = request.getfixturevalue("cluster")
    with cluster.database() as name:
        yield {"url": cluster.url(name)}


@pytest.fixture
def store(where: Where) -> Iterator[Store]:
    """A store that is open and empty."""
    with Store.open(**where) as opened:
        yield opened
