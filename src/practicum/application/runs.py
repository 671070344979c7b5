"""Runs that clients follow: each continues by itself, reports its events, and is found again by its id.

A connection may break and another continue where it ended. A run that no client follows is cancelled after a while,
unless it is recorded: then it continues to its end, and its learner finds the result where it was recorded.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import secrets
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import anyio
from anyio.to_thread import run_sync as in_thread

from practicum.application.event_log import EventLog, Message
from practicum.application.refusals import Reason, Refused
from practicum.application.store_trouble import public_message
from practicum.runner import Cancellation, Client, OnEvent, RunEvent, has_room
from practicum.store import StoreError

MAX_RUNS = 400
"""Runs in progress at a time, the waiting ones included: each holds a thread."""
MAX_RUNS_PER_OWNER = 20
MAX_RUNS_PER_NEWCOMER = 5
"""Fewer, because a cookie costs nothing."""
PACE = 0.05
"""Seconds between two messages: events in between travel together."""
KEEP_ALIVE = 15.0
"""Seconds of silence after which a heartbeat is due, so that no proxy closes the connection."""
PATIENCE = 20.0
"""Seconds that a run continues when no client follows it."""
RETENTION = 300.0
"""Seconds after its end in which a run can still be asked for."""
MAX_HELD = 64 << 20
"""Characters of all results held for that time; above it the oldest are dropped."""
MAX_FOLLOWERS = 8
"""Connections that may follow one run at a time."""
FAULT = "Something went wrong here. This is a fault in practicum, not in your code."

T = TypeVar("T")
Work = Callable[[OnEvent, Cancellation], T]
"""What a run does, in a thread of its own: it reports events, ends soon after it is cancelled, and returns a result."""


@dataclass(frozen=True)
class Recording(Generic[T]):
    """Records a run, which then continues even when no client follows it. Called in the run's thread."""

    begin: Callable[[str], None]
    """Called with the run's id before anything is run."""
    end: Callable[[str, T | None], None]
    """Called with the id and the result; None if a fault in practicum ended the run."""
    path: str
    """The path of the page on which its learner finds it."""


class FollowedRun(Generic[T]):
    """One run: its owner, its events, its followers. Every method may be called from any thread.

    Args:
        client: Who started it, and may follow and stop it.
        work: What it does.
        present: Turns the result into the last message's data; without it the result is only kept.
        recording: Records it, if it is to be recorded.
        patience: Seconds that it continues without a follower.
    """

    def __init__(
        self,
        client: Client,
        work: Work[T],
        present: Callable[[T], str] | None,
        recording: Recording[T] | None,
        patience: float,
    ) -> None:
        self.id = secrets.token_urlsafe(16)
        self.client = client
        self.recording = recording
        self.cancel = Cancellation()
        self.begin_recorded = threading.Event()
        """Set once its beginning is recorded, where it is to be, or once that has failed."""
        self.record_error: Exception | None = None
        """Why its beginning could not be recorded; then nothing was run."""
        self.finished: float | None = None
        self.size = 0
        """Characters of its last message."""
        self.result: T | None = None
        """The result, where no message has it."""
        self.error: Exception | None = None
        self._work = work
        self._present = present
        self._patience = patience
        self._log = EventLog()
        self._lock = threading.Lock()
        self._followers: list[Callable[[], None]] = []
        self._timer: threading.Timer | None = None

    @property
    def ended(self) -> bool:
        return self.finished is not None

    def execute(self) -> None:
        """Run to the end, in the calling thread."""
        try:
            self._begin()
            last = self._finish()
        except StoreError as error:
            last, self.error = ("trouble", f"This could not be stored. {public_message(error)}"), error
        except Exception as error:
            logging.getLogger(__name__).exception("A run could not be shown")
            last, self.error = ("trouble", FAULT), error
        self.cancel.set()
        with self._lock:
            self._log.end(*last)
            self.size = len(last[1])
            self.finished = time.monotonic()
            self._stop_timer()
        self._wake()

    def _begin(self) -> None:
        try:
            if self.recording:
                self.recording.begin(self.id)
        except Exception as error:
            self.record_error = error
            raise
        finally:
            self.begin_recorded.set()

    def _finish(self) -> tuple[str, str]:
        result: T | None = None
        try:
            result = self._work(self.report, self.cancel)
        finally:
            if self.recording:
                self.recording.end(self.id, result)
        if self._present:
            return "result", self._present(result)
        self.result = result
        return "result", ""

    def report(self, event: RunEvent) -> None:
        """Add an event and wake the followers."""
        with self._lock:
            self._log.add(event)
        self._wake()

    def since(self, after: int) -> tuple[list[Message], bool]:
        """Return the messages after that id, and whether no more will come."""
        with self._lock:
            return self._log.since(after), self._log.ended

    def _wake(self) -> None:
        with self._lock:
            followers = list(self._followers)
        for wake in followers:
            wake()

    # --- followers

    @contextlib.contextmanager
    def followed(self, wake: Callable[[], None], limit: int = MAX_FOLLOWERS) -> Iterator[None]:
        """Register a follower, which is woken at each event. Raises Refused (too many) above the limit."""
        with self._lock:
            if len(self._followers) >= limit:
                raise too_many_followers()
            self._followers.append(wake)
            self._stop_timer()
        try:
            yield
        finally:
            with self._lock:
                self._followers.remove(wake)
            self.cancel_if_alone()

    @property
    def crowded(self) -> bool:
        """Whether no other client can follow it."""
        with self._lock:
            return len(self._followers) >= MAX_FOLLOWERS

    def cancel_if_alone(self) -> None:
        """Start the timer that cancels it, if no client follows it and it is not recorded."""
        with self._lock:
            if not (self._followers or self.recording or self.ended or self._timer):
                self._timer = threading.Timer(self._patience, self.cancel.set)
                self._timer.daemon = True
                self._timer.start()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def messages(self, after: int | None) -> AsyncGenerator[Message | None, None]:
        """Yield messages as they come, to the last: all of them, or those after an id. None is a heartbeat."""
        signal = Signal()
        with self.followed(signal.wake):
            if after is None:
                after = 0
                yield Message("run", {"id": self.id, "kept": self.recording is not None})
            while True:
                messages, ended = self.since(after)
                for message in messages:
                    after = message.id
                    yield message
                if ended:
                    return
                with anyio.move_on_after(PACE if messages else 0):
                    await self._until_ended(signal)
                while not await signal.wait(KEEP_ALIVE):
                    yield None

    async def _until_ended(self, signal: Signal) -> None:
        while not self.ended:
            await signal.next()

    async def wait(self) -> None:
        """Wait for its end. A caller that only waits does not count towards the limit of followers."""
        signal = Signal()
        with self.followed(signal.wake, MAX_RUNS):
            while not self.ended:
                await signal.wait(KEEP_ALIVE)

    async def outcome(self) -> T:
        """Wait for its end and return its result. Raises what its work raised."""
        await self.wait()
        if self.error:
            raise self.error
        return cast(T, self.result)


class Signal:
    """Wakes a task in an event loop, from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._unread = asyncio.Event()
        self._pulse = asyncio.Event()

    def wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # The loop is closed, and no task waits in it any more.
            self._loop.call_soon_threadsafe(self._set)

    def _set(self) -> None:
        self._unread.set()
        self._pulse.set()

    async def next(self) -> None:
        """Wait for the next one, and leave it unread."""
        self._pulse.clear()
        await self._pulse.wait()

    async def wait(self, seconds: float) -> bool:
        """Wait that long for an unread one, and mark it read. Returns False if none came."""
        with anyio.move_on_after(seconds) as scope:
            await self._unread.wait()
        self._unread.clear()
        return not scope.cancelled_caught


class Runs:
    """The runs in progress, and those that ended recently. Once the service is stopping, no more begin."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self.stopping = False
        self._lock = threading.Lock()
        self._runs: dict[str, FollowedRun[Any]] = {}

    def __len__(self) -> int:
        """The number of runs in progress."""
        with self._lock:
            return sum(not run.ended for run in self._runs.values())

    def start(
        self,
        client: Client,
        work: Work[T],
        present: Callable[[T], str] | None = None,
        recording: Recording[T] | None = None,
    ) -> FollowedRun[T]:
        """Start a run. Raises Refused: unavailable if the service is stopping or full, too many for one client."""
        run = FollowedRun(client, work, present, recording, self.patience)
        with self._lock:
            self._drop_old()
            self._check_capacity(client)
            self._runs[run.id] = run
        try:
            context = contextvars.copy_context()  # It names the request in the log.
            threading.Thread(target=context.run, args=(run.execute,), name=f"run-{run.id[:6]}", daemon=True).start()
        except RuntimeError:  # The system has no more threads; nothing of it has begun.
            with self._lock:
                self._runs.pop(run.id, None)
            raise Refused(
                Reason.UNAVAILABLE, "no-threads", "The service is overloaded", "Nothing was run. Try again in a minute."
            ) from None
        return run

    def _check_capacity(self, client: Client) -> None:
        if self.stopping:
            raise Refused(
                Reason.UNAVAILABLE,
                "service-stopping",
                "The service is stopping",
                "Nothing was run. Try again when it is back.",
            )
        in_progress = [run for run in self._runs.values() if not run.ended]
        limit = MAX_RUNS_PER_NEWCOMER if client.newcomer else MAX_RUNS_PER_OWNER
        if sum(run.client.person == client.person for run in in_progress) >= limit:
            raise Refused(
                Reason.TOO_MANY,
                "too-many-own-runs",
                "You have too many runs in progress",
                f"{limit} of your runs have not ended yet. Wait for some of them.",
            )
        if len(in_progress) >= MAX_RUNS:
            raise Refused(
                Reason.UNAVAILABLE,
                "too-many-runs",
                "Too many runs are waiting",
                f"{MAX_RUNS} runs wait already. Try again in a minute.",
            )
        if not has_room(sum(run.client.address == client.address for run in in_progress), len(in_progress), MAX_RUNS):
            raise Refused(
                Reason.UNAVAILABLE,
                "too-many-runs-of-network",
                "Too many runs of your network are waiting",
                "Everyone who shares your internet address shares its part of the service. Try again in a minute.",
            )

    def find(self, id: str, owner: str) -> FollowedRun[Any] | None:
        """Return the run of that id, if it is this owner's and did not end long ago."""
        with self._lock:
            self._drop_old()
            run = self._runs.get(id)
        return run if run is not None and secrets.compare_digest(run.client.person, owner) else None

    def get(self, id: str, owner: str) -> FollowedRun[Any]:
        """Return the run of that id. Raises Refused (not found), for another owner's run as for an unknown one."""
        run = self.find(id, owner)
        if run is None:
            raise Refused(
                Reason.NOT_FOUND,
                "no-such-run",
                "There is no such run",
                "It ended a while ago, or the service was restarted since.",
            )
        return run

    def is_in_progress(self, id: str, owner: str) -> bool:
        """Whether this owner has such a run, and it has not ended."""
        run = self.find(id, owner)
        return run is not None and not run.ended

    def _drop_old(self) -> None:
        """Drop runs that ended long ago. Where results are too large together, drop those of the address with most."""
        now = time.monotonic()
        ended: dict[str, list[FollowedRun[Any]]] = {}
        for run in list(self._runs.values()):
            if run.finished is not None and now - run.finished > RETENTION:
                del self._runs[run.id]
            elif run.finished is not None:
                ended.setdefault(run.client.address, []).append(run)
        held = {address: sum(run.size for run in runs) for address, runs in ended.items()}
        while sum(held.values()) > MAX_HELD:
            largest = max(held, key=held.__getitem__)
            oldest = ended[largest].pop(0)
            held[largest] -= oldest.size
            del self._runs[oldest.id]

    def refuse(self) -> None:
        """Let no more runs begin."""
        with self._lock:
            self.stopping = True

    async def drain(self, seconds: float, hurry: Callable[[], bool] = lambda: False) -> None:
        """Let no more runs begin, and wait that long until those in progress have ended."""
        self.refuse()
        until = time.monotonic() + seconds
        while len(self) and time.monotonic() < until and not hurry():
            await asyncio.sleep(0.02)

    def cancel_all(self) -> None:
        """Let no more runs begin, and cancel those in progress."""
        self.refuse()
        with self._lock:
            in_progress = [run for run in self._runs.values() if not run.ended]
        for run in in_progress:
            run.cancel.set()


def too_many_followers() -> Refused:
    return Refused(
        Reason.TOO_MANY,
        "too-many-followers",
        "Too many pages follow this run",
        "Close some of the pages that show it.",
    )


async def start_recorded(runs: Runs, client: Client, work: Work[T], recording: Recording[T]) -> FollowedRun[T]:
    """Start a recorded run, and return once its beginning is on disk. Raises what kept it from being recorded."""
    run = runs.start(client, work, None, recording)
    await in_thread(run.begin_recorded.wait)
    if run.record_error:
        raise run.record_error
    return run
