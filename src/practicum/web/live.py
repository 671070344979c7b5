"""A run while somebody watches: told as it happens, as server-sent events, or waited for. Hanging up ends it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import anyio
from anyio.to_thread import run_sync as in_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from practicum.runner import Began, Cancel, Epoch, Event, Output, Queued, Tell
from practicum.web import epochs, view
from practicum.web.terminal import Terminal
from practicum.web.view import Halt

MOST = 200
"""Runs that may be watched at a time, the waiting ones included: each holds a thread."""
PACE = 0.05
"""Seconds between two messages: what happens meanwhile travels together."""
KEEP_ALIVE = 15.0
"""Seconds of silence after which a comment is sent, so that no proxy takes the connection for dead."""

T = TypeVar("T")
Work = Callable[[Tell, Cancel], T]
"""What is run, in a thread of its own: it tells what happens, ends soon once it is cancelled, and gives its result."""


class Runs:
    """The runs under way. When the service ends, no more begin, and those there are can be ended."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._under_way: set[Cancel] = set()
        self.threads = anyio.CapacityLimiter(MOST)
        self.stopping = False

    def __len__(self) -> int:
        with self._guard:
            return len(self._under_way)

    @contextlib.contextmanager
    def one(self) -> Iterator[Cancel]:
        """A run, and what cancels it. Raises Halt (503) if the service is ending, or full."""
        cancel = Cancel()
        with self._guard:
            if self.stopping:
                raise Halt(503, "The service is stopping", "Nothing was run. Try again when it is back.")
            if len(self._under_way) >= MOST:
                raise Halt(503, "Too much is waiting", f"{MOST} runs wait already. Try again in a minute.")
            self._under_way.add(cancel)
        try:
            yield cancel
        finally:
            cancel.set()
            with self._guard:
                self._under_way.discard(cancel)

    def refuse(self) -> None:
        """From now on none begins."""
        with self._guard:
            self.stopping = True

    def cancel_all(self) -> None:
        self.refuse()
        with self._guard:
            for cancel in self._under_way:
                cancel.set()


async def answer(request: Request, work: Work[T], piece: Callable[[T], str], page: Callable[[T], Response]) -> Response:
    """The run as it happens, its result as a `piece` of a page; or, where no stream is asked for, as a whole `page`."""
    runs: Runs = request.app.state.runs
    if view.streams(request):
        return Live(runs, work, piece)
    with runs.one() as cancel:
        async with anyio.create_task_group() as group:
            group.start_soon(_until_gone, request.receive, cancel)
            result = await in_thread(work, _ignore, cancel, limiter=runs.threads)
            group.cancel_scope.cancel()
    return await in_thread(page, result)


def _ignore(happened: Event) -> None:
    """Nobody can be told."""


async def _until_gone(receive: Receive, cancel: Cancel) -> None:
    """Wait until the browser hangs up, or the service gives up waiting, then end the run."""
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
    finally:
        cancel.set()


class Live(Response, Generic[T]):
    """A run as server-sent events: `state`, `output`, `epochs` as they come, and `result`, a piece of the page."""

    media_type = "text/event-stream"

    def __init__(self, runs: Runs, work: Work[T], piece: Callable[[T], str]) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._runs = runs
        self._work = work
        self._piece = piece

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._runs.one() as cancel:
            feed = Feed()
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async with anyio.create_task_group() as group:
                group.start_soon(_until_gone, receive, cancel)
                group.start_soon(self._run, feed, cancel)
                async for message in feed.messages():
                    await send({"type": "http.response.body", "body": message.encode(), "more_body": True})
                group.cancel_scope.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _run(self, feed: Feed, cancel: Cancel) -> None:
        try:
            result = await in_thread(self._work, feed.tell, cancel, limiter=self._runs.threads)
            last = event("result", await in_thread(self._piece, result))
        except Exception:
            logging.getLogger(__name__).exception("A run could not be shown")
            last = event("trouble", "Something went wrong here. It is a fault in practicum, and nothing you did.")
        feed.end(last)


class Feed:
    """What has happened and was not sent yet: filled by the run's thread, emptied by the event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._guard = threading.Lock()
        self._happened: list[Event] = []
        self._news = asyncio.Event()
        self._ended = asyncio.Event()
        self._last = ""

    def tell(self, happened: Event) -> None:
        """From any thread."""
        with self._guard:
            self._happened.append(happened)
        self._loop.call_soon_threadsafe(self._news.set)

    def end(self, last: str) -> None:
        """Nothing more will be told but this message. From the event loop."""
        self._last = last
        self._ended.set()
        self._news.set()

    async def messages(self) -> AsyncIterator[str]:
        """What to send, as it comes, to the last."""
        story = Story()
        while True:
            with anyio.move_on_after(KEEP_ALIVE) as patience:
                await self._news.wait()
            if patience.cancelled_caught:
                yield ": still here\n\n"
                continue
            self._news.clear()
            ended = self._ended.is_set()
            for message in story.go_on(self._take()):
                yield message
            if ended:
                yield self._last
                return
            with anyio.move_on_after(PACE):
                await self._ended.wait()

    def _take(self) -> list[Event]:
        with self._guard:
            taken, self._happened = self._happened, []
        return taken


class Story:
    """What was told so far of one run, and how to go on."""

    def __init__(self) -> None:
        self._terminals = {"stdout": Terminal(), "stderr": Terminal()}
        self._epochs: list[Epoch] = []
        self._runs = False

    def go_on(self, happened: Sequence[Event]) -> Iterator[str]:
        """The messages that tell what happened since: of each sort one at the most."""
        states = [one for one in happened if isinstance(one, Queued | Began)]
        begun = [one for one in states if isinstance(one, Began)]
        if states and not self._runs:  # Of several runs side by side, one that waits does not hide one that runs.
            yield event("state", state((begun or states)[-1]))
        self._runs = self._runs or bool(begun)
        for stream, terminal in self._terminals.items():
            text = "".join(one.text for one in happened if isinstance(one, Output) and one.stream == stream)
            if text:
                final, line = terminal.write(text)
                yield event("output", {"stream": stream, "add": final, "line": line})
        trained = [one for one in happened if isinstance(one, Epoch)]
        if trained:
            self._epochs += trained
            yield event("epochs", view.part("epochs.html", epochs=epochs.latest(self._epochs)))


def state(happened: Queued | Began) -> dict[str, Any]:
    """Where a run stands, in words, and whether seconds count."""
    if isinstance(happened, Began):
        return {"words": "Running …", "running": True}
    ahead = happened.ahead
    go = "you are next" if not ahead else "1 run goes first" if ahead == 1 else f"{ahead} runs go first"
    return {"words": f"Waiting: {go}", "running": False}


def event(name: str, data: object) -> str:
    """One server-sent event. Its data is JSON, so that no line break in it ends the event."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
