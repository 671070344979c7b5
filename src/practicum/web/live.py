"""Runs that somebody watches: each goes on by itself, is told as it happens, and is found again by a number.

A connection may break off and another go on where it ended. A run that nobody watches is cancelled after a while,
unless it is kept: then it goes on to its end, and whoever began it finds what came of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import anyio
from anyio.to_thread import run_sync as in_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from practicum.runner import Cancellation, OnEvent, RunEvent
from practicum.store import StoreError
from practicum.web import view
from practicum.web.security import visitor
from practicum.web.story import Message, Story
from practicum.web.view import Halt

MOST = 200
"""Runs that may be under way at a time, the waiting ones included: each holds a thread."""
EACH = 20
"""Of them, those of one owner: nobody takes every place."""
PACE = 0.05
"""Seconds between two messages: what happens meanwhile travels together."""
KEEP_ALIVE = 15.0
"""Seconds of silence after which a comment is sent, so that no proxy takes the connection for dead."""
PATIENCE = 20.0
"""Seconds that a run goes on though nobody watches it."""
AFTERWARDS = 300.0
"""Seconds that a run can be asked for after its end."""
HELD = 64 << 20
"""Letters of results that are held for that at the most: of more, the oldest are forgotten."""
WATCHERS = 8
"""Connections that may watch one run at a time."""
FAULT = "Something went wrong here. It is a fault in practicum, and nothing you did."

T = TypeVar("T")
Work = Callable[[OnEvent, Cancellation], T]
"""What is run, in a thread of its own: it tells what happens, ends soon once it is cancelled, and gives its result."""


@dataclass(frozen=True)
class Kept(Generic[T]):
    """A run that goes on though nobody watches, and what notes its beginning and end. Called in the run's thread."""

    begun: Callable[[str], None]
    """With the run's id, before anything is run."""
    ended: Callable[[str, T | None], None]
    """With the id and the result; None if a fault of ours ended it."""
    page: str
    """Where its learner finds it."""


class Run(Generic[T]):
    """One run: whose it is, what happened, who watches. From any thread."""

    def __init__(
        self, owner: str, work: Work[T], piece: Callable[[T], str] | None, kept: Kept[T] | None, patience: float
    ) -> None:
        self.id = secrets.token_urlsafe(16)
        self.owner = owner
        self.kept = kept
        self.cancel = Cancellation()
        self.noted = threading.Event()
        """Set once its beginning is noted, where it is to be, or once that has failed."""
        self.refused: Exception | None = None
        """Why its beginning could not be noted: then nothing was run."""
        self.finished: float | None = None
        self.size = 0
        """Letters of its last word."""
        self.result: T | None = None
        """What it gave, where it is not told in pieces."""
        self.error: Exception | None = None
        self._work = work
        self._piece = piece
        self._patience = patience
        self._story = Story()
        self._guard = threading.Lock()
        self._watchers: list[Callable[[], None]] = []
        self._timer: threading.Timer | None = None

    @property
    def ended(self) -> bool:
        return self.finished is not None

    def go(self) -> None:
        """To its end, in the thread that calls."""
        try:
            self._begin()
            last = self._come_to_an_end()
        except StoreError as error:
            last, self.error = ("trouble", f"This could not be stored. {error}"), error
        except Exception as error:
            logging.getLogger(__name__).exception("A run could not be shown")
            last, self.error = ("trouble", FAULT), error
        self.cancel.set()
        with self._guard:
            self._story.end(*last)
            self.size = len(last[1])
            self.finished = time.monotonic()
            self._rest()
        self._wake()

    def _begin(self) -> None:
        try:
            if self.kept:
                self.kept.begun(self.id)
        except Exception as error:
            self.refused = error
            raise
        finally:
            self.noted.set()

    def _come_to_an_end(self) -> tuple[str, str]:
        result: T | None = None
        try:
            result = self._work(self.tell, self.cancel)
        finally:
            if self.kept:
                self.kept.ended(self.id, result)
        if self._piece:
            return "result", self._piece(result)
        self.result = result
        return "result", ""

    def tell(self, happened: RunEvent) -> None:
        """One thing more has happened."""
        with self._guard:
            self._story.add(happened)
        self._wake()

    def since(self, after: int) -> tuple[list[Message], bool]:
        """What happened after that message, and whether that is all there will be."""
        with self._guard:
            return self._story.since(after), self._story.ended

    def _wake(self) -> None:
        with self._guard:
            watchers = list(self._watchers)
        for wake in watchers:
            wake()

    # --- who watches

    @contextlib.contextmanager
    def watched(self, wake: Callable[[], None], most: int | None = None) -> Iterator[None]:
        """While this lasts somebody watches, and is woken when something happens. Raises Halt (429) if too many do."""
        with self._guard:
            if len(self._watchers) >= (WATCHERS if most is None else most):
                raise Halt(429, "This run is watched already", "Close some of the pages that show it.")
            self._watchers.append(wake)
            self._rest()
        try:
            yield
        finally:
            with self._guard:
                self._watchers.remove(wake)
            self.look()

    @property
    def crowded(self) -> bool:
        """Whether nobody else can watch it."""
        with self._guard:
            return len(self._watchers) >= WATCHERS

    def look(self) -> None:
        """If nobody watches it now, it is cancelled after a while."""
        with self._guard:
            if not (self._watchers or self.kept or self.ended or self._timer):
                self._timer = threading.Timer(self._patience, self.cancel.set)
                self._timer.daemon = True
                self._timer.start()

    def _rest(self) -> None:
        """Nobody need lose patience with it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def messages(self, after: int | None) -> AsyncGenerator[str, None]:
        """What to send, as it comes, to the last: all of it, or what came after that message."""
        news = News()
        with self.watched(news.wake):
            if after is None:
                after = 0
                yield str(Message("run", {"id": self.id, "kept": self.kept is not None}))
            while True:
                told, ended = self.since(after)
                for message in told:
                    after = message.id
                    yield str(message)
                if ended:
                    return
                with anyio.move_on_after(PACE if told else 0):
                    await self._until_ended(news)
                while not await news.come(KEEP_ALIVE):
                    yield ": still here\n\n"

    async def _until_ended(self, news: News) -> None:
        while not self.ended:
            await news.next()


class News:
    """Word for somebody in an event loop, from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._unread = asyncio.Event()
        self._pulse = asyncio.Event()

    def wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # The loop is over, and so is whoever waited in it.
            self._loop.call_soon_threadsafe(self._come)

    def _come(self) -> None:
        self._unread.set()
        self._pulse.set()

    async def next(self) -> None:
        """Wait for the next, and leave it unread."""
        self._pulse.clear()
        await self._pulse.wait()

    async def come(self, seconds: float) -> bool:
        """Wait so long for something unread, and count it as read. False if nothing came."""
        with anyio.move_on_after(seconds) as patience:
            await self._unread.wait()
        self._unread.clear()
        return not patience.cancelled_caught


class Runs:
    """The runs under way, and those that ended a moment ago. When the service ends, no more begin."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self.stopping = False
        self._guard = threading.Lock()
        self._known: dict[str, Run[Any]] = {}

    def __len__(self) -> int:
        """How many are under way."""
        with self._guard:
            return sum(not run.ended for run in self._known.values())

    def begin(
        self, owner: str, work: Work[T], piece: Callable[[T], str] | None = None, kept: Kept[T] | None = None
    ) -> Run[T]:
        """A new run, which has begun. Raises Halt: 503 if the service is ending or full, 429 if its owner has many."""
        run = Run(owner, work, piece, kept, self.patience)
        with self._guard:
            self._forget()
            if self.stopping:
                raise Halt(503, "The service is stopping", "Nothing was run. Try again when it is back.")
            under_way = [one for one in self._known.values() if not one.ended]
            if sum(one.owner == owner for one in under_way) >= EACH:
                raise Halt(429, "You have enough under way", f"{EACH} of your runs have not ended yet. Wait for some.")
            if len(under_way) >= MOST:
                raise Halt(503, "Too much is waiting", f"{MOST} runs wait already. Try again in a minute.")
            self._known[run.id] = run
        try:
            threading.Thread(target=run.go, name=f"run-{run.id[:6]}", daemon=True).start()
        except RuntimeError:  # The system has no more threads: nothing of it has begun.
            with self._guard:
                self._known.pop(run.id, None)
            raise Halt(503, "Too much is at work here", "Nothing was run. Try again in a minute.") from None
        return run

    def find(self, id: str, owner: str) -> Run[Any] | None:
        """The run of that id, if it is this owner's, and did not end long ago."""
        with self._guard:
            self._forget()
            run = self._known.get(id)
        return run if run is not None and secrets.compare_digest(run.owner, owner) else None

    def _forget(self) -> None:
        """Those that ended long ago, and of the others the oldest where they are too large together."""
        now, size = time.monotonic(), 0
        for run in reversed(list(self._known.values())):
            if run.finished is not None:
                size += run.size
                if now - run.finished > AFTERWARDS or size > HELD:
                    del self._known[run.id]

    def refuse(self) -> None:
        """From now on none begins."""
        with self._guard:
            self.stopping = True

    async def drained(self, seconds: float, hurry: Callable[[], bool] = lambda: False) -> None:
        """None begins any more; wait so long until those under way have ended."""
        self.refuse()
        until = time.monotonic() + seconds
        while len(self) and time.monotonic() < until and not hurry():
            await asyncio.sleep(0.02)

    def cancel_all(self) -> None:
        self.refuse()
        with self._guard:
            under_way = [run for run in self._known.values() if not run.ended]
        for run in under_way:
            run.cancel.set()


# --- requests ------------------------------------------------------------------------------------------------------


async def answer(
    request: Request,
    work: Work[T],
    piece: Callable[[T], str],
    page: Callable[[T], Response],
    kept: Kept[T] | None = None,
) -> Response:
    """The run as it happens, its result as a `piece` of a page; or, where no stream is asked for, as a whole `page`.

    Of a kept run, that is the page where it is kept, at once.
    """
    runs: Runs = request.app.state.runs
    owner = visitor(request).person
    if view.streams(request):
        return Live(runs.begin(owner, work, piece, kept))
    if kept:
        begun = runs.begin(owner, work, piece, kept)
        await in_thread(begun.noted.wait)  # What is acknowledged is on disk.
        if begun.refused:
            raise begun.refused
        return view.see(kept.page)
    run = runs.begin(owner, work)
    async with anyio.create_task_group() as group:
        group.start_soon(_until_gone, request.receive, group.cancel_scope)
        try:
            await _end_of(run)
        finally:
            run.cancel.set()  # A page that is waited for is not come back to.
        group.cancel_scope.cancel()
    if not run.ended:
        return Response(status_code=204)  # Nobody is there to read it.
    if run.error:
        raise run.error
    return await in_thread(page, cast(T, run.result))


async def result(request: Request, work: Work[T]) -> T:
    """What the work gives, waited for to its end whether or not anybody still reads the answer."""
    runs: Runs = request.app.state.runs
    run = runs.begin(visitor(request).person, work)
    await _end_of(run)
    if run.error:
        raise run.error
    return cast(T, run.result)


async def _end_of(run: Run[Any]) -> None:
    news = News()
    with run.watched(news.wake, MOST):  # Who only waits shows nothing.
        while not run.ended:
            await news.come(KEEP_ALIVE)


async def _until_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    """Wait until the browser hangs up, then end what is done for it."""
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


class Live(Response):
    """A run as server-sent events: `run`, `state`, `output`, `epoch` and `epochs` as they come, and `result`."""

    media_type = "text/event-stream"

    def __init__(self, run: Run[Any], after: int | None = None) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._run = run
        self._after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async with anyio.create_task_group() as group:
                group.start_soon(_until_gone, receive, group.cancel_scope)
                async with contextlib.aclosing(self._run.messages(self._after)) as messages:
                    async for message in messages:
                        await send({"type": "http.response.body", "body": message.encode(), "more_body": True})
                group.cancel_scope.cancel()
        finally:
            self._run.look()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def watch(request: Request) -> Response:
    """Go on watching a run, after the message that was received last."""
    run = _known(request)
    said = request.headers.get("last-event-id") or request.query_params.get("after", "")
    if not view.streams(request):
        return view.see(run.kept.page if run.kept else "/")
    if run.crowded:
        raise Halt(429, "This run is watched already", "Close some of the pages that show it.")
    return Live(run, min(int(said), 1 << 60) if said.isascii() and said.isdigit() and len(said) < 20 else None)


def is_under_way(request: Request, id: str) -> bool:
    """Whether there is such a run of this visitor's, and it has not ended."""
    runs: Runs = request.app.state.runs
    run = runs.find(id, visitor(request).person)
    return run is not None and not run.ended


async def stop(request: Request, form: FormData) -> Response:
    """End a run; a page that is being left says so too."""
    run = _known(request)
    run.cancel.set()
    if view.streams(request) or form.get("quietly") == "1" or not run.kept:
        return Response(status_code=204)
    await _end_of(run)
    return view.see(run.kept.page)


def _known(request: Request) -> Run[Any]:
    """The run that is asked for. Raises Halt (404), for another's as for one that never was."""
    runs: Runs = request.app.state.runs
    run = runs.find(request.path_params["run"], visitor(request).person)
    if run is None:
        raise Halt(404, "This run is not known here", "It ended a while ago, or the service was started anew since.")
    return run
