"""Who runs next, when more wants to run than there is room for: each person in turn, whoever asked how often."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from practicum.runner.cancellation import Cancellation

MOST_WAITING = 50
"""Runs of one person that may wait; what comes then is refused."""

OnPosition = Callable[[int], None]
"""Told how many runs will begin before this one, whenever that changes."""


class Refused(Exception):
    """It does not get a turn; the text says why."""


class Cancelled(Exception):
    """It was cancelled while it waited."""


@dataclass(eq=False)
class _Ticket:
    person: str
    number: int
    begun: bool = field(default=False)


class Turns:
    """Room for `size` runs at a time, of which one person may hold `per_person`.

    A free place goes to the person who holds the fewest; among equals to the one whose last turn is the longest ago. So
    someone's forty runs take turns with another's first. Methods may be called from any thread.
    """

    def __init__(self, size: int, per_person: int | None = None) -> None:
        self.size = size
        self.per_person = per_person or size
        self._changed = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._running: Counter[str] = Counter()
        self._served: dict[str, int] = {}
        """When each person's last turn began, as a number that grows; of those only who are still here."""
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
        """Wait for a place and hold it. Raises :class:`Refused`, or :class:`Cancelled` while it waits."""
        ticket = self._enter(person)
        try:
            with cancel.calling(self._wake) if cancel else contextlib.nullcontext():
                self._wait(ticket, on_position, cancel)
            yield
        finally:
            self._leave(ticket)

    def close(self, why: str) -> None:
        """Nobody gets a turn any more; those who wait are refused with these words."""
        with self._changed:
            self._closed = why
            self._changed.notify_all()

    def drained(self, seconds: float) -> bool:
        """Wait until nothing runs, so many seconds at the most. Whether it came to that."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running.total(), seconds)

    def _enter(self, person: str) -> _Ticket:
        with self._changed:
            if self._closed:
                raise Refused(self._closed)
            if person and sum(ticket.person == person for ticket in self._waiting) >= MOST_WAITING:
                raise Refused(f"{MOST_WAITING} runs of yours are waiting already; let some of them end first.")
            ticket = _Ticket(person, next(self._numbers))
            self._waiting.append(ticket)
            self._admit()
            self._changed.notify_all()  # it may go before others
            return ticket

    def _wait(self, ticket: _Ticket, on_position: OnPosition | None, cancel: Cancellation | None) -> None:
        told = -1
        while True:
            with self._changed:
                while not ticket.begun:
                    if self._closed:
                        raise Refused(self._closed)
                    if cancel is not None and cancel.is_set():
                        raise Cancelled
                    ahead = self._ahead(ticket)
                    if on_position and ahead != told:
                        break
                    self._changed.wait()
                else:
                    return
            told = ahead
            on_position(ahead)  # without the lock: it may take its time

    def _leave(self, ticket: _Ticket) -> None:
        with self._changed:
            if ticket.begun:
                self._running[ticket.person] -= 1
                self._running += Counter()  # forget who holds none
            else:
                self._waiting.remove(ticket)
            self._admit()
            here = {waiting.person for waiting in self._waiting} | self._running.keys()
            self._served = {person: number for person, number in self._served.items() if person in here}
            self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _admit(self) -> None:
        """Give free places away."""
        while self._running.total() < self.size and not self._closed:
            free = (ticket for ticket in self._line() if self._running[ticket.person] < self.per_person)
            ticket = next(free, None)
            if ticket is None:
                break
            self._waiting.remove(ticket)
            self._running[ticket.person] += 1
            self._served[ticket.person] = next(self._numbers)
            ticket.begun = True

    def _line(self) -> list[_Ticket]:
        """Who waits, in the order in which they will be served if nobody else comes."""
        held = Counter(self._running)
        ranked = []
        for ticket in self._waiting:  # which is in the order of their numbers
            ranked.append((held[ticket.person], self._served.get(ticket.person, -1), ticket.number, ticket))
            held[ticket.person] += 1
        return [ticket for *_, ticket in sorted(ranked)]

    def _ahead(self, ticket: _Ticket) -> int:
        return self._line().index(ticket)
