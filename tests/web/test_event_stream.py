"""Runs over HTTP: as server-sent events, after a break, and without JavaScript."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from practicum.application.context import queue_key
from practicum.application.event_log import Message
from practicum.application.runs import FollowedRun, Recording, Runs
from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Cancellation, Client, OnEvent, Pool, Started
from practicum.store import Store, StoreError
from practicum.web.app import create_app
from practicum.web.event_stream import EventStream, encode, respond
from practicum.web.security import Visitor
from tests.html import STREAM, events, refusal_code
from tests.waiting import PATIENCE, eventually
from tests.web.making import TOPIC, Learner

PAD = f"{TOPIC}/scratch"
ACCEPT = {"accept": STREAM}


def until_cancelled(on_event: OnEvent, cancel: Cancellation) -> str:
    """A run that ends only when it is cancelled."""
    on_event(Started())
    return "cancelled" if cancel.wait(PATIENCE) else "timed out"


@pytest.fixture
def app(catalogue: Catalogue, store: Store, pool: Pool) -> Starlette:
    return create_app(Site([catalogue], store, pool))


@pytest.fixture
def run(app: Starlette, learner: Learner) -> FollowedRun[Any]:
    """A run of this learner's, in progress until it is stopped."""
    learner.get(PAD)
    run: FollowedRun[Any] = app.state.site.runs.start(Client(_owner(learner)), until_cancelled, str)
    return run


def _owner(learner: Learner) -> str:
    return queue_key(learner.http.cookies["practicum"])


def request_of(app: Starlette, learner: Learner) -> Request:
    """A request without a body, from this learner."""
    visitor = Visitor(learner.http.cookies["practicum"], new=False)
    scope = {"type": "http", "method": "POST", "path": "/x", "headers": [], "app": app, "visitor": visitor}
    return Request(scope)


# --- a stream


def test_an_event_contains_no_line_break_of_its_data() -> None:
    """Whatever a run prints, it cannot end the event or begin another."""
    assert encode(Message("output", "a\n\nevent: result\ndata: x", 3)).count("\n\n") == 1


def test_a_client_that_disconnects_starts_the_timer() -> None:
    """The run is cancelled later, not at once."""
    run = Runs(patience=0.2).start(Client("ada"), until_cancelled, str)
    sent: list[bytes] = []
    state_sent = anyio.Event()

    async def receive() -> dict[str, str]:
        await state_sent.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))
        if b"event: state" in sent[-1]:
            state_sent.set()

    async def connect() -> bool:
        await EventStream(run)({"type": "http"}, receive, send)
        return run.cancel.is_set()

    cancelled_at_the_break = anyio.run(connect)

    assert not cancelled_at_the_break
    assert eventually(lambda: run.ended)


def test_a_stream_continues_after_a_message(learner: Learner, run: FollowedRun[Any]) -> None:
    """After the one that the header or the address names; without either it begins at the start."""
    run.cancel.set()
    assert eventually(lambda: run.ended)
    whole = learner.http.get(f"/runs/{run.id}", headers=ACCEPT)
    after_header = learner.http.get(f"/runs/{run.id}", headers={**ACCEPT, "last-event-id": "1"})
    after_query = learner.http.get(f"/runs/{run.id}?after=1", headers=ACCEPT)

    assert [name for name, _ in events(whole)] == ["run", "state", "result"]
    assert events(after_header) == events(after_query) == [("result", "cancelled")]


@pytest.mark.parametrize("id", ["x", "-1", "9" * 30, "²"])
def test_a_malformed_id_begins_at_the_start(learner: Learner, run: FollowedRun[Any], id: str) -> None:
    run.cancel.set()
    assert eventually(lambda: run.ended)

    assert events(learner.http.get(f"/runs/{run.id}", params={"after": id}, headers=ACCEPT))[0][0] == "run"


def test_a_stream_is_not_compressed(learner: Learner) -> None:
    """Compression would hold events back, the first time and after a break."""
    fields = {**learner.form(PAD), "code": "print('x' * 3000)"}
    first = learner.post(PAD, fields, accept=STREAM)
    id = events(first)[0][1]["id"]
    again = learner.http.get(f"/runs/{id}", headers={**ACCEPT, "accept-encoding": "gzip"})

    assert "content-encoding" not in again.headers
    assert events(again)[-1] == events(first)[-1]


# --- by its address


def test_stop_ends_a_run(learner: Learner, run: FollowedRun[Any]) -> None:
    response = learner.post(f"/runs/{run.id}/stop", {})

    assert response.status_code == 204
    assert eventually(lambda: run.ended)


def test_another_website_cannot_stop_a_run(learner: Learner, run: FollowedRun[Any]) -> None:
    response = learner.post(f"/runs/{run.id}/stop", {}, **{"sec-fetch-site": "cross-site"})

    assert (response.status_code, refusal_code(response)) == (403, "cross-origin")
    assert not run.cancel.is_set()
    run.cancel.set()


def test_another_learners_run_does_not_exist(
    learner: Learner, another: Callable[[], Learner], run: FollowedRun[Any]
) -> None:
    """It can neither be followed nor stopped, and the responses do not reveal it."""
    bob = another()
    bob.get(PAD)
    followed = bob.http.get(f"/runs/{run.id}", headers=ACCEPT)
    unknown = bob.http.get(f"/runs/{'x' * 22}", headers=ACCEPT)
    stopped = bob.post(f"/runs/{run.id}/stop", {})

    assert [refusal_code(response) for response in (followed, unknown, stopped)] == ["no-such-run"] * 3
    assert (followed.status_code, followed.text) == (unknown.status_code, unknown.text)
    assert not run.cancel.is_set()
    run.cancel.set()


# --- without JavaScript


def test_a_recorded_run_leads_to_its_page_at_once(app: Starlette, learner: Learner) -> None:
    """There it is stopped by a form, whose response waits for the end."""
    started: list[str] = []
    recording = Recording[str](begin=started.append, end=lambda id, result: None, path="/badges")
    learner.get(PAD)

    async def ask() -> Response:
        return await respond(request_of(app, learner), until_cancelled, str, PlainTextResponse, recording)

    response = anyio.run(ask)
    [id] = started
    in_progress = app.state.site.runs.is_in_progress(id, _owner(learner))
    stopped = learner.post(f"/runs/{id}/stop", {})

    assert (response.status_code, response.headers["location"]) == (303, "/badges")
    assert in_progress
    assert (stopped.status_code, stopped.headers["location"]) == (303, "/badges")
    assert not app.state.site.runs.is_in_progress(id, _owner(learner))


def test_a_run_that_cannot_be_recorded_is_refused(app: Starlette, learner: Learner) -> None:
    """Nothing is run."""
    ran = threading.Event()

    def fail(id: str) -> None:
        raise StoreError("disk-full", "the disk is full")

    def work(on_event: OnEvent, cancel: Cancellation) -> str:
        ran.set()
        return ""

    async def ask() -> Response:
        recording = Recording[str](begin=fail, end=lambda id, result: None, path="/badges")
        return await respond(request_of(app, learner), work, str, PlainTextResponse, recording)

    learner.get(PAD)
    with pytest.raises(StoreError):
        anyio.run(ask)

    assert not ran.is_set()


def test_a_browser_that_leaves_cancels_its_run(app: Starlette, learner: Learner) -> None:
    """No one comes back to a page that was waited for."""
    learner.get(PAD)
    started = threading.Event()
    results: list[str] = []

    def work(on_event: OnEvent, cancel: Cancellation) -> str:
        started.set()
        results.append(until_cancelled(on_event, cancel))
        return results[-1]

    async def receive() -> dict[str, str]:
        await anyio.to_thread.run_sync(started.wait, PATIENCE)
        return {"type": "http.disconnect"}

    async def ask() -> Response:
        request = Request(request_of(app, learner).scope, receive)
        return await respond(request, work, str, PlainTextResponse)

    response = anyio.run(ask)

    assert response.status_code == 204
    assert eventually(lambda: results == ["cancelled"])
