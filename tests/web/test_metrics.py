"""Metrics: what they count, what they do not contain, and who may read them."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.requests import Request

from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Job, Limits, Pool
from practicum.store import Store
from practicum.web.app import create_app, routes
from practicum.web.metrics import UNMATCHED, may_read
from practicum.web.proxies import UNIX_PEER
from tests.documents import section, table_of
from tests.web.making import TOPIC, Learner
from tests.web.serving import Inside, begin, browser

TOKEN = "a secret of a monitor"
Values = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def parsed(text: str) -> Values:
    """The samples of metrics by their names and labels."""
    families = text_string_to_metric_families(text)
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for all in families for one in all.samples}


def request(host: str = "127.0.0.1", name: str = "127.0.0.1", **headers: str) -> Request:
    raw = {"host": name, **{key.replace("_", "-"): value for key, value in headers.items()}}
    return Request({"type": "http", "client": (host, 1), "headers": [(k.encode(), v.encode()) for k, v in raw.items()]})


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_this_machine_may_read_them(host: str) -> None:
    assert may_read(request(host, "localhost:8000"), None)


@pytest.mark.parametrize(
    "asked",
    [
        request("192.0.2.7"),
        request(UNIX_PEER),
        request("testclient"),
        request(name="practice.example.org"),
        request(x_forwarded_for="127.0.0.1"),
        request(forwarded="for=127.0.0.1"),
        request(x_real_ip="127.0.0.1"),
        request(via="1.1 proxy"),
        request("192.0.2.7", authorization=f"Bearer {TOKEN}"),
    ],
)
def test_no_one_else_may_read_them(asked: Request) -> None:
    """Neither another machine, nor a proxy on this one, nor a website with a name of its own."""
    assert not may_read(asked, None)


def test_with_a_token_whoever_has_it_may_read_them() -> None:
    """From anywhere; and no one without it."""
    assert may_read(request("192.0.2.7", "practice.example.org", authorization=f"Bearer {TOKEN}"), TOKEN)
    for asked in (request(), request(authorization="Bearer "), request(authorization=f"Bearer {TOKEN}x")):
        assert not may_read(asked, TOKEN)


def test_the_page_is_refused_without_the_token(
    catalogue: Catalogue, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The setting holds it."""
    monkeypatch.setenv("PRACTICUM_METRICS_TOKEN", TOKEN)
    monitor = Learner(create_app(Site([catalogue], store)))

    assert monitor.get("/metrics").status_code == 403
    assert monitor.http.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


@pytest.mark.slow
def test_requests_are_counted_by_route(app: Starlette) -> None:
    """Never by the address itself, which has ids, nor by one that was invented."""
    with Inside(app) as service, browser(service.url) as http:
        sitting = begin(http)
        http.get(f"{sitting}/1")
        http.get("/invented/address/of/a/scanner")
        http.request("INVENTED", "/")
        cookie = http.cookies["practicum"]
        text = http.get("/metrics").text
    values = parsed(text)
    found = {dict(labels)["route"] for name, labels in values if name == "practicum_requests_total"}

    problem = (("method", "GET"), ("route", "/s/{sitting}/{number}"), ("status", "200"))
    assert values["practicum_requests_total", problem] == 1
    assert values["practicum_request_seconds_count", (("route", "/s/{sitting}/{number}"),)] == 1
    assert found <= {route.path.replace(":short", "") for route in routes()} | {UNMATCHED}
    for personal in (sitting.removeprefix("/s/"), cookie, "invented", "INVENTED", TOPIC):
        assert personal not in text


@pytest.mark.slow
def test_runs_are_counted_by_outcome(catalogue: Catalogue, store: Store, tmp_path: Path) -> None:
    """And errors of the database by their code."""
    codes = {"done": "1", "raised": "1 / 0", "time": "while True: pass"}
    with Pool(2) as pool, Inside(create_app(Site([catalogue], store, pool))) as service:
        for code in codes.values():
            pool.run(Job(code, limits=Limits(seconds=0.5)))
        before = parsed(httpx2.get(f"{service.url}/metrics").text)
        (tmp_path / "data" / "practicum.sqlite3").unlink()
        httpx2.get(f"{service.url}/readyz")
        after = parsed(httpx2.get(f"{service.url}/metrics").text)

    ended = {labels[0][1]: value for (name, labels), value in before.items() if name == "practicum_runs_ended_total"}
    assert ended == dict.fromkeys(codes, 1)
    assert before["practicum_runs", (("state", "running"),)] == 0
    assert before["practicum_database_connections", (("state", "in_use"),)] >= 0
    assert after["practicum_store_errors_total", (("code", "file-replaced"),)] == 1


@pytest.mark.slow
def test_all_metrics_are_documented(catalogue: Catalogue, store: Store) -> None:
    """With their labels, and no others."""
    with Pool(1) as pool, Inside(create_app(Site([catalogue], store, pool))) as service:
        httpx2.get(service.url)
        text = httpx2.get(f"{service.url}/metrics").text
    names = {f"{name}_total" if kind == "counter" and not name.endswith("_total") else name
             for name, kind in re.findall(r"^# TYPE (practicum_\w+) (\w+)", text, re.M)}  # fmt: skip
    names = {name for name in names if not name.endswith("_created")}
    documented = {name for name in table_of(names) if name.startswith("practicum_")}

    assert documented == names
    assert all(name in section("Metrics") for name in names)
