"""Which answers are being graded just now."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 15.0
"""Seconds that a page waits for what comes of an answer: a little more than its run may take."""


class Pending:
    """The answers that are being graded: until it is known what comes of one, nothing else is told of its problem."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._known: Counter[tuple[str, int]] = Counter()

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
