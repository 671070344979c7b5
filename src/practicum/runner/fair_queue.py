"""A queue that shares a limited number of slots fairly between people."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from practicum.errors import CodedError
from practicum.runner.cancellation import Cancellation

MAX_WAITING = 50
"""Maximum number of waiting runs per person; further ones are refused."""

OnPosition = Callable[[int], None]
"""Callback that receives the number of runs ahead of this one, whenever it changes."""


class QueueRefused(CodedError):
    """A run was not queued. Codes: `too-many-waiting`, `stopping`."""


class Cancelled(Exception):
    """The run was cancelled while it waited."""


@dataclass(eq=False)
class _Ticket:
    person: str
    number: int
    started: bool = field(default=False)


class FairQueue:
    """`size` slots for runs, of which one person may hold at most `per_person` at a time.

    A free slot goes to the person who holds the fewest slots; among equals, to the person served least recently. So a
    person with forty waiting runs does not delay another person's first run. All methods are thread-safe.
    """

    def __init__(self, size: int, per_person: int | None = None) -> None:
        self.size = size
        self.per_person = per_person or size
        self._changed = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._running: Counter[str] = Counter()
        self._served: dict[str, int] = {}
        """Sequence number of each person's last slot, for the people who still run or wait."""
        self._numbers = itertools.count()
        self._closed = ""

    @property
    def running(self) -> int:
        with self._changed:
            return self._running.total()

    @property
    def waiting(self) -> int:
        with self._changed:
            return len(self._waiting)

    @contextlib.contextmanager
    def slot(
        self, person: str = "", on_position: OnPosition | None = None, cancel: Cancellation | None = None
    ) -> Iterator[None]:
        """Wait for a slot and hold it while the context is open. Raises QueueRefused, or Cancelled while it waits."""
        ticket = self._enter(person)
        try:
            with cancel.on_set(self._wake) if cancel else contextlib.nullcontext():
                self._wait(ticket, on_position, cancel)
            yield
        finally:
            self._leave(ticket)

    def close(self, why: str) -> None:
        """Refuse every waiting and future run with the message `why` (code `stopping`)."""
        with self._changed:
            self._closed = why
            self._changed.notify_all()

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait at most `seconds` until nothing runs. Return whether nothing runs."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running.total(), seconds)

    def _enter(self, person: str) -> _Ticket:
        with self._changed:
            if self._closed:
                raise QueueRefused("stopping", self._closed)
            if person and sum(ticket.person == person for ticket in self._waiting) >= MAX_WAITING:
                message = f"{MAX_WAITING} of your runs are waiting already. Wait until some of them have ended."
                raise QueueRefused("too-many-waiting", message)
            ticket = _Ticket(person, next(self._numbers))
            self._waiting.append(ticket)
            self._admit()
            self._changed.notify_all()  # it may be served before others
            return ticket

    def _wait(self, ticket: _Ticket, on_position: OnPosition | None, cancel: Cancellation | None) -> None:
        reported = -1
        while True:
            with self._changed:
                while not ticket.started:
                    if self._closed:
                        raise QueueRefused("stopping", self._closed)
                    if cancel is not None and cancel.is_set():
                        raise Cancelled
                    ahead = self._ahead(ticket)
                    if on_position and ahead != reported:
                        break
                    self._changed.wait()
                else:
                    return
            reported = ahead
            on_position(ahead)  # without the lock: it may take its time

    def _leave(self, ticket: _Ticket) -> None:
        with self._changed:
            if ticket.started:
                self._running[ticket.person] -= 1
                self._running += Counter()  # drop people who hold no slot
            else:
                self._waiting.remove(ticket)
            self._admit()
            present = {waiting.person for waiting in self._waiting} | self._running.keys()
            self._served = {person: number for person, number in self._served.items() if person in present}
            self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _admit(self) -> None:
        """Assign the free slots to waiting runs."""
        while self._running.total() < self.size and not self._closed:
            free = (ticket for ticket in self._line() if self._running[ticket.person] < self.per_person)
            ticket = next(free, None)
            if ticket is None:
                break
            self._waiting.remove(ticket)
            self._running[ticket.person] += 1
            self._served[ticket.person] = next(self._numbers)
            ticket.started = True

    def _line(self) -> list[_Ticket]:
        """Return the waiting tickets in the order in which they would be served if no more arrive."""
        held = Counter(self._running)
        ranked = []
        for ticket in self._waiting:  # which is in the order of their numbers
            ranked.append((held[ticket.person], self._served.get(ticket.person, -1), ticket.number, ticket))
            held[ticket.person] += 1
        return [ticket for *_, ticket in sorted(ranked)]

    def _ahead(self, ticket: _Ticket) -> int:
        return self._line().index(ticket)
