"""A queue in which threads wait for one of a limited number of slots, which are shared fairly between clients."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from practicum.errors import CodedError
from practicum.runner.cancellation import Cancellation
from practicum.runner.fair_share import Client, FairShare, Ticket

MAX_WAITING = 50
"""Maximum number of waiting runs per person; further ones are refused."""
_WEIGHT = 0.2
"""Weight of the latest run in the average time for which a slot is held."""

OnPosition = Callable[[int, float | None], None]
"""Callback that receives the number of runs ahead, whenever it changes, and the expected seconds until the start."""


class QueueRefused(CodedError):
    """A run was not queued. Codes: `too-many-waiting`, `stopping`."""


class Cancelled(Exception):
    """The run was cancelled while it waited."""


class FairQueue:
    """`size` slots for runs, which :class:`FairShare` assigns. All methods are thread-safe.

    Args:
        size: The number of slots.
        per_person: The number of slots that a person may hold. Default: all.
        per_address: The number of slots that an address may hold. Default: all.
        clock: Returns the time in seconds.
    """

    def __init__(
        self,
        size: int,
        per_person: int | None = None,
        per_address: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.size = size
        self._clock = clock
        self._changed = threading.Condition()
        self._share = FairShare(size, per_person, per_address)
        self._held_for: float | None = None
        """The average time for which a slot is held, in seconds; None before the first run has ended."""
        self._closed = ""

    @property
    def running(self) -> int:
        with self._changed:
            return self._share.running

    @property
    def waiting(self) -> int:
        with self._changed:
            return len(self._share.waiting)

    @property
    def closed(self) -> bool:
        """Whether it refuses every run."""
        return bool(self._closed)

    @contextlib.contextmanager
    def slot(
        self, client: Client, on_position: OnPosition | None = None, cancel: Cancellation | None = None
    ) -> Iterator[None]:
        """Wait for a slot and hold it while the context is open. Raises QueueRefused, or Cancelled while it waits."""
        ticket = self._enter(client)
        began: float | None = None
        try:
            with cancel.on_set(self._wake) if cancel else contextlib.nullcontext():
                self._wait(ticket, on_position, cancel)
            began = self._clock()
            yield
        finally:
            self._leave(ticket, None if began is None else self._clock() - began)

    def close(self, why: str) -> None:
        """Refuse every waiting and future run with the message `why` (code `stopping`)."""
        with self._changed:
            self._closed = why
            self._share.close()
            self._changed.notify_all()

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait at most `seconds` until nothing runs. Return whether nothing runs."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._share.running, seconds)

    def _enter(self, client: Client) -> Ticket:
        with self._changed:
            if self._closed:
                raise QueueRefused("stopping", self._closed)
            if client.person and self._share.waiting_of(client.person) >= MAX_WAITING:
                message = f"{MAX_WAITING} of your runs are waiting already. Wait until some of them have ended."
                raise QueueRefused("too-many-waiting", message)
            ticket = self._share.enter(client)
            self._changed.notify_all()  # it may be served before others
            return ticket

    def _wait(self, ticket: Ticket, on_position: OnPosition | None, cancel: Cancellation | None) -> None:
        reported = -1
        while True:
            with self._changed:
                while not ticket.started:
                    if self._closed:
                        raise QueueRefused("stopping", self._closed)
                    if cancel is not None and cancel.is_set():
                        raise Cancelled
                    ahead = self._share.ahead(ticket)
                    if on_position and ahead != reported:
                        wait = self._expected_wait(ahead)
                        break
                    self._changed.wait()
                else:
                    return
            reported = ahead
            on_position(ahead, wait)  # without the lock: it may take its time

    def _expected_wait(self, ahead: int) -> float | None:
        """Return in how many seconds a run starts, if slots become free as fast as until now."""
        return None if self._held_for is None else (ahead + 1) * self._held_for / self.size

    def _leave(self, ticket: Ticket, held_for: float | None) -> None:
        with self._changed:
            self._share.leave(ticket)
            if held_for is not None:
                before = held_for if self._held_for is None else self._held_for
                self._held_for = before + _WEIGHT * (held_for - before)
            self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
