"""Which answers are being graded just now."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from anyio import CapacityLimiter

WAITING = 8
"""Pages, and forms, that may hold a thread for waiting at a time: all else that is asked for has the others."""
PATIENCE = 15.0
"""Seconds that a page waits for what comes of an answer: a little more than its run may take."""


class Pending:
    """The answers that are being graded: until it is known what comes of one, nothing else is told of its problem."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._known: Counter[tuple[str, int]] = Counter()
        self._room = threading.BoundedSemaphore(WAITING)
        self.turns = CapacityLimiter(WAITING)
        """For forms that must wait, each in a thread: those beyond wait for such a thread."""

    @contextmanager
    def while_graded(self, sitting: str, index: int) -> Iterator[None]:
        """Say so while this lasts."""
        with self._changed:
            self._known[sitting, index] += 1
        try:
            yield
        finally:
            with self._changed:
                self._known[sitting, index] -= 1
                self._known += Counter()  # Forgets what has come to nothing.
                self._changed.notify_all()

    def holds(self, sitting: str, index: int) -> bool:
        """Whether an answer to that problem is being graded."""
        with self._changed:
            return self._known[sitting, index] > 0

    def wait(self, sitting: str, index: int, seconds: float = PATIENCE) -> bool:
        """Wait until none is, but not for ever. Whether there was one."""
        with self._changed:
            there = self._known[sitting, index] > 0
            self._changed.wait_for(lambda: not self._known[sitting, index], seconds)
        return there

    def wait_if_room(self, sitting: str, index: int) -> bool:
        """The same for a page, which may as well be shown as it is where too many wait already."""
        if not (self.holds(sitting, index) and self._room.acquire(blocking=False)):
            return False
        try:
            return self.wait(sitting, index)
        finally:
            self._room.release()
