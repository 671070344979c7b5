"""A run while somebody watches: what is sent, and that it ends when nobody watches any more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import pytest

from practicum.runner import Began, Cancel, Epoch, Event, Output, Queued, Tell
from practicum.web.live import Live, Runs, Story, event
from practicum.web.view import Halt

SCOPE = {"type": "http"}


def until_cancelled(tell: Tell, cancel: Cancel) -> str:
    """A run that ends by being cancelled only."""
    tell(Began())
    return "cancelled" if cancel.wait(10) else "ran on"


def kinds(happened: list[Event]) -> list[str]:
    return [message.split("\n")[0].removeprefix("event: ") for message in Story().go_on(happened)]


def test_no_line_break_ends_an_event() -> None:
    """Whatever a run prints."""
    assert event("output", "a\n\nevent: result\ndata: x").count("\n\n") == 1


def test_what_happens_at_once_travels_together() -> None:
    """A thousand pieces of output are one message, and of the states the last counts."""
    output: list[Event] = [Output("stdout", f"{number}\n") for number in range(1000)]
    epochs: list[Event] = [Epoch(number, 3, {"loss": 1.0}, 0.1) for number in (1, 2, 3)]

    assert kinds([Queued(1), Queued(0), Began(), *output, *epochs]) == ["state", "output", "epochs"]


def test_one_that_waits_does_not_hide_one_that_runs() -> None:
    """Where several runs are told as one."""
    story = Story()

    assert "Running" in "".join(story.go_on([Queued(0), Began(), Queued(0)]))
    assert not list(story.go_on([Queued(1)]))


def ended_by(
    receive: Callable[[threading.Event], Coroutine[Any, Any, dict[str, str]]], runs: Runs, limit: float = 5
) -> list[str]:
    """What became of a run whose browser behaves so."""
    started, became = threading.Event(), []

    def work(tell: Tell, cancel: Cancel) -> str:
        started.set()
        became.append(until_cancelled(tell, cancel))
        return became[-1]

    async def hear() -> dict[str, str]:
        return await receive(started)

    async def send(message: object) -> None:
        pass

    async def serve() -> None:
        with anyio.move_on_after(limit):
            await Live(runs, work, str)(SCOPE, hear, send)

    anyio.run(serve)
    return became


def test_a_run_that_nobody_watches_is_ended() -> None:
    """When the browser hangs up."""

    async def hang_up(started: threading.Event) -> dict[str, str]:
        while not started.is_set():
            await anyio.sleep(0.01)
        return {"type": "http.disconnect"}

    runs = Runs()
    began = time.monotonic()

    assert ended_by(hang_up, runs) == ["cancelled"]
    assert time.monotonic() - began < 3
    assert len(runs) == 0


def test_a_run_whose_request_is_given_up_is_ended() -> None:
    """When the server does not wait for it any longer."""

    async def stay(started: threading.Event) -> dict[str, str]:
        await anyio.sleep(60)
        raise AssertionError

    began = time.monotonic()

    assert ended_by(stay, Runs(), limit=0.3) == ["cancelled"]
    assert time.monotonic() - began < 3


def test_going_down_ends_all_runs() -> None:
    """Those under way are cancelled, and none begins any more."""
    runs = Runs()
    with runs.one() as first, runs.one() as second:
        runs.cancel_all()

        assert first.is_set()
        assert second.is_set()
        with pytest.raises(Halt, match="Nothing was run"), runs.one():
            pass


@pytest.mark.parametrize("events", [1, 300])
def test_a_fault_of_ours_is_told_in_words(events: int, caplog: pytest.LogCaptureFixture) -> None:
    """And noted where the service's keeper looks; the connection is not just broken off."""
    sent: list[bytes] = []

    def work(tell: Tell, cancel: Cancel) -> str:
        for number in range(events):
            tell(Output("stdout", f"{number}\n"))
        raise RuntimeError("oh")

    async def receive() -> dict[str, str]:
        await anyio.sleep(60)
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    anyio.run(Live(Runs(), work, str), SCOPE, receive, send)

    assert b"fault in practicum" in b"".join(sent)
    assert f"{events - 1}\\n".encode() in b"".join(sent)
    assert "oh" in caplog.text
