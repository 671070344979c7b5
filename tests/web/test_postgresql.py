"""The service on PostgreSQL: as a command, beside another one, and while the database restarts."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from practicum import settings
from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.store import Store
from practicum.web.app import create_app
from practicum.web.error_pages import CODE_HEADER
from tests.postgres import Cluster
from tests.waiting import eventually
from tests.web.making import COURSE, TOPIC, hidden
from tests.web.serving import Inside, Service, begin, browser

pytestmark = pytest.mark.slow

SECRET = "MarkSecret"


@pytest.fixture
def database(cluster: Cluster) -> Iterator[str]:
    """The URL of an empty database, with a password."""
    with cluster.database() as name:
        yield cluster.url(name, SECRET)


def answered(store: Store, sitting: str) -> list[str | None]:
    """The nonces of the answers of a sitting, in order."""
    record = store.sitting(sitting.removeprefix("/s/"))
    assert record is not None
    return [event.nonce for event in record.events if event.kind == "answered"]


def test_serves_from_the_database_of_the_setting(database: str, tmp_path: Path) -> None:
    """The password is not printed, and no SQLite file is made."""
    chosen = {settings.DATABASE_URL: database}
    with Service(tmp_path / "data", settings=chosen) as service, browser(service.url) as http:
        sitting = begin(http)
        ready = http.get("/readyz")
        out, err = service.end()

    assert ready.status_code == 200
    assert SECRET not in service.line + out + err
    assert list(tmp_path.rglob("*.sqlite3")) == []
    with Store.open(url=database) as store:
        assert answered(store, sitting) == []


def test_reports_a_database_that_cannot_be_opened(tmp_path: Path) -> None:
    """In one line, with exit code 2 and without the password."""
    command = [sys.executable, "-m", "practicum", "serve", str(COURSE), "--no-open", "--port", "0"]
    command += ["--data", str(tmp_path), "--database-url", f"postgresql://ada:{SECRET}@127.0.0.1:1/x"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert SECRET not in done.stdout + done.stderr


def test_two_services_share_a_database(database: str, tmp_path: Path) -> None:
    """One learner answers through both at once: each form counts once, and both show the same."""
    arguments = ["--database-url", database]
    with (
        Service(tmp_path / "1", *arguments) as first,
        Service(tmp_path / "2", *arguments) as second,
        browser(first.url) as one,
        browser(second.url) as two,
    ):
        sittings = [begin(one) for _ in range(6)]
        two.cookies = one.cookies
        sent = []
        for sitting in sittings:
            html = one.get(f"{sitting}/1").text
            assert two.get(f"{sitting}/1").status_code == 200  # Both have it in memory now.
            answers = [{"nonce": hidden(html, "nonce"), "answer": place} for place in ("1", "2")]
            other = {**answers[1], "nonce": "another-form"}
            with ThreadPoolExecutor(4) as together:
                posts = [(http, form) for http in (one, two) for form in (answers[0], other)]
                replies = list(
                    together.map(lambda post, at=sitting: post[0].post(f"{at}/1/answer", data=post[1]), posts)
                )
            sent.append({reply.status_code for reply in replies})
        pages = [[http.get(f"{sitting}/1").status_code for sitting in sittings] for http in (one, two)]

    assert set().union(*sent) <= {200, 303}
    assert pages[0] == pages[1] == [200] * len(sittings)
    with Store.open(url=database) as store:
        for sitting in sittings:
            nonces = answered(store, sitting)
            assert 1 <= len(nonces) == len(set(nonces)) <= 2
            record = store.sitting(sitting.removeprefix("/s/"))
            assert record is not None
            with store.read_connection() as connection:
                query = "SELECT seq FROM event WHERE sitting = %(id)s ORDER BY seq"
                numbers = connection.exec_driver_sql(query, {"id": record.id}).scalars().all()
            assert numbers == list(range(1, len(record.events) + 1))


def test_goes_on_after_the_database_restarts(
    catalogue: Catalogue, cluster: Cluster, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Requests in between get 503 and are logged; acknowledged answers are there; nothing needs to be restarted."""
    with Store.open(url=database) as store, Inside(create_app(Site([catalogue], store))) as service:
        with browser(service.url) as http:
            before, later = begin(http), begin(http)
            form = {"nonce": hidden(http.get(f"{before}/1").text, "nonce"), "answer": "1"}
            again = {"nonce": hidden(http.get(f"{later}/1").text, "nonce"), "answer": "1"}
            acknowledged = http.post(f"{before}/1/answer", data=form)

            cluster.kill()
            try:
                down = [http.post(f"{later}/1/answer", data=again), http.get(TOPIC), http.get(f"{later}/1")]
                not_ready = http.get("/readyz")
            finally:
                cluster.start()
            # A connection that the pool has not noticed yet may fail once.
            assert eventually(lambda: http.get("/readyz").status_code == 200)
            up = http.post(f"{later}/1/answer", data=again)

        assert acknowledged.status_code == up.status_code == 303
        assert answered(store, before) == [form["nonce"]]
        assert answered(store, later) == [again["nonce"]]
    assert down[0].status_code == 503
    assert down[0].headers[CODE_HEADER] == "unreachable"
    assert int(down[0].headers["retry-after"]) > 0
    assert {reply.status_code for reply in down} <= {200, 503}  # Some pages need no database.
    for reply in down:
        assert not re.search(rf"{SECRET}|{cluster.folder}|postgresql:", reply.text)
    assert (not_ready.status_code, not_ready.json()["ready"]) == (503, False)
    records = [record for record in caplog.records if record.name == "practicum.store"]
    assert [record.levelno for record in records] == [logging.ERROR, logging.WARNING]
    assert records[0].exc_info
    assert SECRET not in caplog.text
