"""The databases that the store's contract is held against: SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from practicum.store import Store

from .making import Where


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Where]:
    """Where an empty database is, as the arguments of `Store.open`."""
    if request.param == "sqlite":
        yield {"data": tmp_path / "data"}
        return
    cluster = request.getfixturevalue("cluster")
    with cluster.database() as name:
        yield {"url": cluster.url(name)}


@pytest.fixture
def store(where: Where) -> Iterator[Store]:
    """A store that is open and empty."""
    with Store.open(**where) as opened:
        yield opened
