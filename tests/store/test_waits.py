"""Every wait for the database is bounded, and ends in an error with a code of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from practicum import settings
from practicum.errors import InvalidSetting
from practicum.store import Store
from tests.postgres import Cluster

from .making import Where, begin, event, refuses


def test_the_pool_has_the_connections_that_were_asked_for(where: Where, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds none free waits for a time only, and the next one succeeds once one is free."""
    monkeypatch.setattr("practicum.store.database.POOL_SECONDS", 0.05)
    with Store.open(**where, connections=2) as store:
        id = begin(store)
        # On SQLite the writer keeps one.
        other = store.engine.connect() if "url" in where else store.write_transaction()
        with store.read_connection(), other, refuses("busy"):
            store.sitting(id)
        assert store.append(id, 0, [event(1)])


def test_a_statement_that_takes_too_long_is_cancelled(cluster: Cluster) -> None:
    """Parameters of the URL take precedence over practicum's own."""
    with cluster.database() as name:
        url = f"{cluster.url(name)}&options=-c%20statement_timeout%3D50"
        with Store.open(url=url) as store:
            with refuses("timeout"), store.write_transaction() as connection:
                connection.execute(text("SELECT pg_sleep(600)"))
            begin(store)


def test_every_connection_has_a_limit_for_statements(cluster: Cluster) -> None:
    """Without any parameter."""
    with cluster.database() as name, Store.open(url=cluster.url(name)) as store, store.read_connection() as connection:
        found = connection.execute(text("SHOW statement_timeout")).scalar()

    assert found == "15s"


def test_a_server_without_free_connections_is_an_error_of_its_own(cluster: Cluster) -> None:
    """The operator learns which number to change."""
    with cluster.database() as name:
        Store.open(url=cluster.url(name)).close()
        cluster.execute("CREATE ROLE few LOGIN CONNECTION LIMIT 0")
        try:
            with refuses("too-many-connections"):
                Store.open(url=cluster.url(name).replace("postgres@", "few@"))
        finally:
            cluster.execute("DROP ROLE few")


@pytest.mark.parametrize("value", ["1", "0", "many", "1001", "-3", "²"])
def test_refuses_a_number_of_connections_that_is_none(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(settings.DATABASE_CONNECTIONS, value)

    with pytest.raises(InvalidSetting):
        settings.database_connections()


def test_the_number_of_connections_is_a_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The commands open the store with it."""
    from practicum.commands.database import open_store

    monkeypatch.setenv(settings.DATABASE_CONNECTIONS, "3")

    with open_store(tmp_path, None) as store:
        assert store.engine.pool.size() == 3  # type: ignore[attr-defined]
