"""The log: its formats, the id of a request, and what is not in it."""

from __future__ import annotations

import json
import logging
import re
import socket
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from practicum.web.logs import JsonLines, PlainText
from tests.web.making import TOPIC
from tests.web.serving import Service, begin, browser

ADDRESS = "203.0.113.7"


def record(message: str, error: BaseException | None = None) -> logging.LogRecord:
    information = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("practicum.store", logging.ERROR, __file__, 1, message, (), information)


def test_a_json_line_has_its_time_level_and_exception() -> None:
    """On one line, whatever the message is."""
    line = JsonLines().format(record('a\n"b"', ValueError("c")))
    entry = json.loads(line)

    assert "\n" not in line
    assert (entry["level"], entry["logger"], entry["message"]) == ("error", "practicum.store", 'a\n"b"')
    assert datetime.fromisoformat(entry["time"]).tzinfo is not None
    assert "ValueError: c" in entry["exception"]


def test_a_message_cannot_look_like_another_line() -> None:
    """In plain text, line breaks become spaces."""
    line = PlainText().format(record("a\n2026-01-01T00:00:00.000Z ERROR forged\rb\x85c"))

    assert len(line.splitlines()) == 1
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ERROR practicum\.store: a 2026", line)


@pytest.mark.slow
def test_responses_are_logged_without_personal_data(tmp_path: Path) -> None:
    """With method, route, status and time, under the id that the response has."""
    service = Service(tmp_path, "--log-format", "json", "--access-log")
    with browser(service.url) as http:
        http.headers["x-forwarded-for"] = ADDRESS
        sitting = begin(http)
        page = http.get(f"{sitting}/1?note=private")
        http.request("DELETE", "/private")
        cookie = http.cookies["practicum"]
    err = service.end()[1]
    lines = map(json.loads, err.splitlines())
    entries = {entry["request"]: entry for entry in lines if "request" in entry}
    logged = entries[page.headers["x-request-id"]]

    assert (logged["method"], logged["route"], logged["status"]) == ("GET", "/s/{sitting}/{number}", 200)
    assert logged["bytes"] == int(page.headers["content-length"])
    assert logged["seconds"] > 0
    assert len(entries) == 4
    for personal in (ADDRESS, sitting.removeprefix("/s/"), cookie, "private", TOPIC):
        assert personal not in err


@pytest.mark.slow
def test_an_error_has_the_id_of_its_request(tmp_path: Path) -> None:
    """Also one that happens in a thread; without `--access-log` nothing else is logged."""
    service = Service(tmp_path, "--log-format", "json")
    with browser(service.url) as http:
        begin(http)
        (tmp_path / "practicum.sqlite3").unlink()
        failed = http.get("/readyz")
    [entry] = map(json.loads, service.end()[1].splitlines())

    assert (entry["level"], entry["logger"]) == ("error", "practicum.store")
    assert entry["request"] == failed.headers["x-request-id"]


@pytest.mark.slow
def test_the_least_level_can_be_chosen(tmp_path: Path) -> None:
    """At `error`, a warning about an invalid request is not logged."""
    found = {}
    for level in ("warning", "error"):
        service = Service(tmp_path / level, "--log-level", level)
        with socket.create_connection(("127.0.0.1", urlsplit(service.url).port)) as http:
            http.sendall(b"\x00\r\n\r\n")
            http.recv(1 << 16)
        found[level] = service.end()[1]

    assert len(found["warning"].splitlines()) == 1
    assert found["error"] == ""
