"""Runs that somebody watches: told as they happen, taken up again after a break, and ended when nobody comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response

from practicum.application import runs as runs_module
from practicum.application.context import queue_key
from practicum.application.refusals import Reason, Refused
from practicum.application.runs import FollowedRun, Recording, Runs
from practicum.application.site import Site
from practicum.prove.catalogue import Catalogue
from practicum.runner import Cancellation, OnEvent, Output, Pool, Started
from practicum.store import Store, StoreError
from practicum.web.app import create_app
from practicum.web.event_stream import EventStream, respond
from tests.waiting import eventually
from tests.web.making import TOPIC, Learner

SCOPE = {"type": "http"}
PAD = f"{TOPIC}/scratch"


def until_cancelled(tell: OnEvent, cancel: Cancellation) -> str:
    """A run that ends by being cancelled only."""
    tell(Started())
    return "cancelled" if cancel.wait(60) else "ran on"


def received(run: FollowedRun[Any], after: int | None = None, seconds: float | None = None) -> str:
    """What a connection gets that stays to the end of the run, or breaks off after so many seconds."""
    sent: list[bytes] = []

    async def receive() -> dict[str, str]:
        await anyio.sleep(60 if seconds is None else seconds)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    anyio.run(EventStream(run, after), SCOPE, receive, send)
    return b"".join(sent).decode()


# --- who watches, and who comes back


def test_a_run_that_nobody_watches_is_cancelled_after_a_while() -> None:
    """Not when the connection breaks, but when nobody has come back."""
    run = Runs(patience=0.4).start("ada", until_cancelled, str)
    received(run, seconds=0.1)
    after_the_break = run.cancel.is_set()

    assert not after_the_break
    assert eventually(lambda: run.ended)
    assert "cancelled" in received(run)


def test_who_comes_back_in_time_goes_on() -> None:
    """The run is not cancelled, and from both connections together comes the whole story, once."""
    go_on = threading.Event()

    def work(tell: OnEvent, cancel: Cancellation) -> str:
        tell(Output("stdout", "one\n"))
        go_on.wait(60)
        tell(Output("stdout", "two\n"))
        return "cancelled" if cancel.is_set() else "the end"

    run = Runs(patience=3).start("ada", work, str)
    first = received(run, seconds=1)
    last = int(first.rpartition("id: ")[2])
    time.sleep(0.2)
    threading.Timer(3.5, go_on.set).start()  # Later than the patience, counted from the break.
    second = received(run, last)

    assert '"add": "one\\n"' in first
    assert "one" not in second
    assert '"at": 4, "add": "two\\n"' in second
    assert '"the end"' in second
    assert "event: run" not in second


def test_a_kept_run_goes_on_to_its_end() -> None:
    """Though nobody watches; and it is noted when it begins and what it gave."""
    noted: list[tuple[str, str]] = []
    kept = Recording(
        begin=lambda id: noted.append(("begun", id)),
        end=lambda id, result: noted.append((str(result), id)),
        path="/",
    )

    def work(tell: OnEvent, cancel: Cancellation) -> str:
        return "cancelled" if cancel.wait(0.6) else "to its end"

    run = Runs(patience=0.1).start("ada", work, str, kept)
    received(run, seconds=0.1)

    assert eventually(lambda: run.ended)
    assert noted == [("begun", run.id), ("to its end", run.id)]


def test_an_ended_run_stays_a_while_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """For who was cut off at the very end; and what is held for them is bounded."""
    runs = Runs()
    run, large = runs.start("ada", lambda tell, cancel: "x", str), runs.start("ada", lambda tell, cancel: "y" * 90, str)
    assert eventually(lambda: not len(runs))

    assert runs.find(run.id, "ada") is run
    assert runs.find(run.id, "bob") is None
    monkeypatch.setattr(runs_module, "MAX_HELD", 90)
    assert runs.find(run.id, "ada") is None
    assert runs.find(large.id, "ada") is large
    monkeypatch.setattr(runs_module, "RETENTION", 0)
    assert runs.find(large.id, "ada") is None


def test_only_so_many_watch_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs_module, "MAX_FOLLOWERS", 1)
    run = Runs().start("ada", until_cancelled, str)
    with run.followed(lambda: None):
        with pytest.raises(Refused, match="Close some"), run.followed(lambda: None):
            pass
        run.cancel.set()


@pytest.mark.parametrize("events", [1, 300])
def test_a_fault_of_ours_is_told_in_words(events: int, caplog: pytest.LogCaptureFixture) -> None:
    """And noted where the service's keeper looks; the connection is not just broken off."""

    def work(tell: OnEvent, cancel: Cancellation) -> str:
        for number in range(events):
            tell(Output("stdout", f"{number}\n"))
        raise RuntimeError("oh")

    told = received(Runs().start("ada", work, str))

    assert "fault in practicum" in told
    assert f"{events - 1}\\n" in told
    assert "oh" in caplog.text


def test_going_down_ends_all_runs() -> None:
    """Those under way are cancelled, the kept ones too, and none begins any more."""
    runs = Runs()
    results: list[str | None] = []
    kept = Recording[str](begin=lambda id: None, end=lambda id, result: results.append(result), path="/")
    runs.start("ada", until_cancelled)
    runs.start("ada", until_cancelled, str, kept)
    assert len(runs) == 2
    runs.cancel_all()

    assert eventually(lambda: not len(runs))
    assert results == ["cancelled"]
    with pytest.raises(Refused, match="Nothing was run"):
        runs.start("ada", until_cancelled)


def test_nobody_takes_every_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """One person's runs are so many at the most, kept or not; another's begin all the same."""
    monkeypatch.setattr(runs_module, "MAX_RUNS_PER_OWNER", 2)
    runs = Runs()
    for _ in range(2):
        runs.start("ada", until_cancelled)

    with pytest.raises(Refused, match="Wait for some"):
        runs.start("ada", until_cancelled)
    assert runs.start("bob", lambda tell, cancel: "x").owner == "bob"
    runs.cancel_all()


def test_a_run_for_which_there_is_no_thread_has_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused, takes no place, and nobody waits for it."""

    def full(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    runs = Runs()
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", full)
        with pytest.raises(Refused, match="Nothing was run") as refused:
            runs.start("ada", until_cancelled)

    assert refused.value.reason is Reason.UNAVAILABLE
    assert len(runs) == 0
    assert runs.start("ada", lambda tell, cancel: "x").owner == "ada"


def test_who_waits_for_an_end_is_no_watcher(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many watch."""
    monkeypatch.setattr(runs_module, "MAX_FOLLOWERS", 1)
    run = Runs().start("ada", until_cancelled, str)

    with run.followed(lambda: None):
        assert run.crowded
        with run.followed(lambda: None, runs_module.MAX_RUNS):
            run.cancel.set()
    assert eventually(lambda: run.ended)


# --- by its address


@pytest.fixture
def app(catalogue: Catalogue, store: Store, pool: Pool) -> Starlette:
    return create_app(Site([catalogue], store, pool))


@pytest.fixture
def under_way(app: Starlette, learner: Learner) -> FollowedRun[Any]:
    """A run of this learner's, until it is stopped."""
    learner.get(PAD)
    owner = queue_key(learner.http.cookies["practicum"])
    run: FollowedRun[Any] = app.state.site.runs.start(owner, until_cancelled, str)
    return run


def _request(learner: Learner) -> Any:
    from practicum.web.security import Visitor

    class Asked:
        scope = {"visitor": Visitor(learner.http.cookies["practicum"], new=False)}

    return Asked()


STREAM = {"accept": "text/event-stream"}


def test_a_run_is_taken_up_again_by_its_address(learner: Learner, under_way: FollowedRun[Any]) -> None:
    """After the message that the header or the address names; without either, from its beginning."""
    under_way.cancel.set()
    assert eventually(lambda: under_way.ended)
    whole = learner.http.get(f"/runs/{under_way.id}", headers=STREAM).text
    rest = learner.http.get(f"/runs/{under_way.id}", headers={**STREAM, "last-event-id": "1"}).text
    same = learner.http.get(f"/runs/{under_way.id}?after=1", headers=STREAM).text

    assert [line for line in whole.splitlines() if line.startswith("event")] == [
        "event: run",
        "event: state",
        "event: result",
    ]
    assert rest == same == 'event: result\ndata: "cancelled"\nid: 2\n\n'


def test_it_is_told_as_it_happens_after_a_break_too(learner: Learner) -> None:
    """Nothing on the way packs the stream, which would hold it back."""
    answer = learner.post(PAD, {**learner.form(PAD), "code": "print('x' * 3000)"}, accept="text/event-stream")
    id = answer.text.partition('"id": "')[2].partition('"')[0]
    again = learner.http.get(f"/runs/{id}", headers={**STREAM, "accept-encoding": "gzip"})

    assert "content-encoding" not in again.headers
    assert again.text.replace("id: 0", "id: 1").endswith(answer.text.partition("event: output")[2])


def test_stop_ends_it(learner: Learner, under_way: FollowedRun[Any]) -> None:
    """With a form that this browser was given."""
    refused = learner.post(f"/runs/{under_way.id}/stop", {})
    before = under_way.ended
    stopped = learner.post(f"/runs/{under_way.id}/stop", learner.form(PAD))

    assert refused.status_code == 403
    assert not before
    assert stopped.status_code == 204
    assert eventually(lambda: under_way.ended)


def test_another_persons_run_is_as_one_that_never_was(
    learner: Learner, another: Callable[[], Learner], under_way: FollowedRun[Any]
) -> None:
    """Neither watched nor stopped."""
    bob = another()
    bob.get(PAD)
    watched = bob.http.get(f"/runs/{under_way.id}", headers=STREAM)
    never = bob.http.get(f"/runs/{'x' * 22}", headers=STREAM)
    stopped = bob.post(f"/runs/{under_way.id}/stop", bob.form(PAD))

    assert watched.status_code == never.status_code == stopped.status_code == 404
    assert watched.text == never.text
    assert not under_way.cancel.is_set()
    under_way.cancel.set()


def test_without_a_script_a_kept_run_leads_to_its_page(app: Starlette, learner: Learner) -> None:
    """At once, before it has ended; there it is stopped by a form, which waits for its end."""
    from starlette.requests import Request

    kept = Recording[str](begin=lambda id: None, end=lambda id, result: None, path="/badges")

    async def ask(scope: Any) -> Response:
        scope["visitor"] = _request(learner).scope["visitor"]
        request = Request({**scope, "type": "http", "headers": [], "app": app})
        return await respond(request, until_cancelled, str, PlainTextResponse, kept)

    learner.get(PAD)
    answer = anyio.run(ask, {"method": "POST", "path": "/x"})
    [run] = app.state.site.runs._runs.values()
    stopped = learner.post(f"/runs/{run.id}/stop", learner.form(PAD))

    assert (answer.status_code, answer.headers["location"]) == (303, "/badges")
    assert (stopped.status_code, stopped.headers["location"]) == (303, "/badges")
    assert run.ended


def test_a_kept_run_is_acknowledged_once_it_is_noted(app: Starlette, learner: Learner) -> None:
    """What cannot be noted is refused, and not run."""
    from starlette.requests import Request

    noted: list[str] = []
    ran: list[str] = []

    def begun(id: str) -> None:
        time.sleep(0.3)
        noted.append(id)

    def full(id: str) -> None:
        raise StoreError("disk-full", "the disk is full")

    def work(tell: OnEvent, cancel: Cancellation) -> str:
        ran.append("ran")
        return ""

    async def ask(kept: Recording[str]) -> Response:
        scope = {"type": "http", "method": "POST", "path": "/x", "headers": [], "app": app}
        return await respond(
            Request({**scope, "visitor": _request(learner).scope["visitor"]}), work, str, PlainTextResponse, kept
        )

    learner.get(PAD)
    answer = anyio.run(ask, Recording[str](begin=begun, end=lambda id, result: None, path="/badges"))
    told = len(noted)
    with pytest.raises(StoreError, match="the disk is full"):
        anyio.run(ask, Recording[str](begin=full, end=lambda id, result: None, path="/badges"))

    assert (answer.status_code, told) == (303, 1)
    assert eventually(lambda: ran == ["ran"])
