"""Interpreters that are kept after a run, in which the same person's next run on the same page continues.

A kept interpreter is stopped: between two runs it computes nothing. It is never shared, and is ended once it is unused
for a while, too large, or the least recently used of the address that holds most.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace

from practicum.runner.fair_share import Client
from practicum.runner.job import Job, Result
from practicum.runner.spare_children import available_memory
from practicum.runner.zygote_client import ChildSession

MEMORY_SHARE = 0.25
"""Fraction of the machine's available memory that kept interpreters may take together."""
PER_SUBJECT = 2
"""Interpreters kept of one person for one page: as the last run left it, and as it was before that run."""
PER_PERSON = 2 * PER_SUBJECT
"""Interpreters kept for one person: for two pages side by side."""


@dataclass(frozen=True)
class KeepLimits:
    """How many interpreters are kept, and for how long."""

    count: int = 0
    """Kept at a time; 0 for none."""
    memory: int = 1 << 30
    """Bytes of memory above which an interpreter is not kept."""
    idle_seconds: float = 600.0
    """Seconds after which an unused one is ended."""


@dataclass(eq=False)
class KeptSession:
    """An interpreter, and the code that has run in it.

    Args:
        child: The server's end.
        resources: Ends the child when it is closed.
        client: Who started it.
        subject: What its runs are about; runs about something else never continue in it.
    """

    child: ChildSession
    resources: contextlib.ExitStack
    client: Client
    subject: Hashable
    executed: tuple[str, ...] = ()
    """The texts that have run, in order."""
    runs: int = 0
    memory: int = 0
    last_used: float = field(default_factory=time.monotonic)

    @property
    def owner(self) -> Hashable:
        return self.client.person, self.subject

    def close(self) -> None:
        self.resources.close()


def missing_texts(executed: Sequence[str], above: Sequence[str], needed: Sequence[int]) -> list[str] | None:
    """Return which texts must still run so that the next one sees what it would see after all those above it.

    Returns None if that cannot be reached from what has run.

    It can if what has run is a part of the texts above, in their order, and all that is missing of what is needed comes
    after it.

    Args:
        executed: The texts that have run.
        above: The texts above the next.
        needed: The indices of those on which the next depends, directly or not.
    """
    found: list[int] = []
    for text in executed:
        start = found[-1] + 1 if found else 0
        place = next((index for index in range(start, len(above)) if above[index] == text), None)
        if place is None:
            return None
        found.append(place)
    missing = [index for index in needed if index not in found]
    if found and missing and missing[0] < found[-1]:
        return None
    return [above[index] for index in missing]


class KeptSessions:
    """The kept interpreters of a pool. Every method is thread-safe."""

    def __init__(self, limits: KeepLimits) -> None:
        self.limits = limits
        self._lock = threading.Lock()
        self._kept: list[KeptSession] = []
        self._timer: threading.Timer | None = None
        self._closed = False

    def __len__(self) -> int:
        with self._lock:
            return len(self._kept)

    def take(
        self, client: Client, subject: Hashable, fits: Callable[[Sequence[str]], bool] = lambda executed: True
    ) -> KeptSession | None:
        """Return the client's interpreter for the subject in which most has run of those that fit, or None.

        It now belongs to the caller.
        """
        with self._lock:
            own = [each for each in self._kept if each.owner == (client.person, subject) and fits(each.executed)]
            found = max(own, key=lambda each: len(each.executed), default=None)
            if found is not None:
                self._kept.remove(found)
        if found is not None:
            found.child.go_on()
        return found

    def put(self, session: KeptSession) -> None:
        """Keep an interpreter that has ended its run, and end those for which there is no room then."""
        session.child.stop()
        session.memory = session.child.measure_memory()
        session.last_used = time.monotonic()
        surplus: list[KeptSession] = []
        with self._lock:
            if self._closed or not session.client.person or not 0 < session.memory <= self.limits.memory:
                surplus.append(session)
            else:
                self._kept.append(session)
            surplus += self._take_surplus()
            self._schedule()
        _end(surplus)

    def _take_surplus(self) -> list[KeptSession]:
        surplus: list[KeptSession] = []
        while one := self._next_surplus():
            self._kept.remove(one)
            surplus.append(one)
        return surplus

    def _next_surplus(self) -> KeptSession | None:
        """Return the interpreter to end next, if there are too many: of a page, of a person, or of all."""
        owners, persons = (Counter(map(name, self._kept)) for name in (_owner, _person))
        greedy = [
            each for each in self._kept if owners[each.owner] > PER_SUBJECT or persons[each.client.person] > PER_PERSON
        ]
        if greedy:
            return min(greedy, key=lambda each: each.last_used)
        total = sum(each.memory for each in self._kept)
        room = (available_memory() + total) * MEMORY_SHARE
        if not self._kept or (len(self._kept) <= self.limits.count and total <= room):
            return None
        held = Counter(each.client.address for each in self._kept)
        most = max(held.values())
        return min((each for each in self._kept if held[each.client.address] == most), key=lambda each: each.last_used)

    def _schedule(self) -> None:
        """Wake when the least recently used one has been idle for long enough."""
        if self._timer is None and self._kept and not self._closed:
            left = min(each.last_used for each in self._kept) + self.limits.idle_seconds - time.monotonic()
            self._timer = threading.Timer(max(0.0, left), self._expire)
            self._timer.daemon = True
            self._timer.start()

    def _expire(self) -> None:
        with self._lock:
            self._timer = None
            oldest = time.monotonic() - self.limits.idle_seconds
            idle = [each for each in self._kept if each.last_used <= oldest]
            self._kept = [each for each in self._kept if each.last_used > oldest]
            self._schedule()
        _end(idle)

    def close(self) -> None:
        """End all, and keep none from now on."""
        with self._lock:
            self._closed = True
            kept, self._kept = self._kept, []
            if self._timer is not None:
                self._timer.cancel()
        _end(kept)


def _owner(session: KeptSession) -> Hashable:
    return session.owner


def _person(session: KeptSession) -> Hashable:
    return session.client.person


def _end(sessions: Sequence[KeptSession]) -> None:
    for session in sessions:
        session.close()


def continued(job: Job, session: KeptSession, missing: Sequence[str]) -> Job:
    """Return the job for an interpreter in which some texts have run: those that are missing are its setup."""
    return replace(job, setup="\n".join(missing), run=session.runs, stays=True)


def can_stay(result: Result) -> bool:
    """Return whether the interpreter may be used again: only after code that ended by itself and raised nothing."""
    return result.ok
