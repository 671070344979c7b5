"""A crash among many answers: acknowledged ones are stored, and none is stored twice."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from pathlib import Path

import httpx2
import pytest

from practicum.store import Store
from tests.web.making import hidden
from tests.web.serving import Service, begin, browser

pytestmark = pytest.mark.slow


def storm(url: str, acknowledged: list[tuple[str, str]], sent: Counter[tuple[str, str]], stop: threading.Event) -> None:
    """One learner who answers and answers, each form twice, until the service is gone."""
    with browser(url) as http:
        try:
            while not stop.is_set():
                sitting = begin(http)
                for place in ("1", "2"):
                    html = http.get(f"{sitting}/1").text
                    if f'name="answer" value="{place}"' not in html:
                        break  # Closed by a right first try.
                    fields = {name: hidden(html, name) for name in ("nonce",)}
                    for _ in range(2):
                        sent[sitting, fields["nonce"]] += 1
                        answer = http.post(f"{sitting}/1/answer", data={**fields, "answer": place})
                        if answer.status_code == 303:
                            acknowledged.append((sitting, fields["nonce"]))
        except httpx2.TransportError:
            return


def test_a_killed_service_loses_no_acknowledged_answer(tmp_path: Path) -> None:
    """Every acknowledged answer is stored, none twice; after a restart a browser goes on with its sitting."""
    service = Service(tmp_path)
    with browser(service.url) as http:
        open_sitting, cookies = begin(http), dict(http.cookies)
    acknowledged: list[tuple[str, str]] = []
    sent: Counter[tuple[str, str]] = Counter()
    stop = threading.Event()
    people = [threading.Thread(target=storm, args=(service.url, acknowledged, sent, stop)) for _ in range(6)]
    for person in people:
        person.start()
    while len(acknowledged) < 60 and any(person.is_alive() for person in people):
        threading.Event().wait(0.05)
    service.end(signal.SIGKILL)
    stop.set()
    for person in people:
        person.join(60)

    with Store.open(tmp_path) as store:
        stored = Counter(
            (sitting, event.nonce)
            for sitting in {sitting for sitting, _ in sent}
            if (record := store.sitting(sitting.removeprefix("/s/"))) is not None
            for event in record.events
            if event.kind == "answered"
        )
    assert len(acknowledged) >= 60
    assert set(acknowledged) <= set(stored)
    assert set(stored) <= set(sent)
    assert set(stored.values()) == {1}
    with Service(tmp_path) as again, httpx2.Client(base_url=again.url, cookies=cookies) as http:
        assert http.get(f"{open_sitting}/1").status_code == 200
        assert f'href="{open_sitting}/1"' in http.get("/").text
