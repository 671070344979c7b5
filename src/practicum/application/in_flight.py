"""Answers that are being graded, and the requests that wait for them."""

from __future__ import annotations

import threading
from asyncio import wrap_future
from collections.abc import Iterator, Sequence
from concurrent import futures
from concurrent.futures import Future
from contextlib import contextmanager

WAITING_PAGES = 8
"""Pages that may hold a thread while they wait for a grading; the other threads serve everything else."""
PAGE_TIMEOUT = 15.0
"""Seconds that a page waits for a grading: a little more than its run may take."""

Grading = Future[None]
"""Done once the result of an answer is stored, or it is certain that there will be none."""


class InFlight:
    """The answers that are being graded. Forms wait for those that arrived before them, however long that takes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gradings: dict[tuple[str, int], list[Grading]] = {}
        self._room = threading.BoundedSemaphore(WAITING_PAGES)

    @contextmanager
    def grading(self, sitting: str, index: int) -> Iterator[Sequence[Grading]]:
        """Register an answer while it is graded. Yields the gradings that began before it."""
        grading = Grading()
        grading.set_running_or_notify_cancel()  # So that no waiting task that is cancelled can cancel it.
        with self._lock:
            gradings = self._gradings.setdefault((sitting, index), [])
            earlier = tuple(gradings)
            gradings.append(grading)
        try:
            yield earlier
        finally:
            with self._lock:
                gradings.remove(grading)
                if not gradings:
                    del self._gradings[sitting, index]
            grading.set_result(None)

    def is_grading(self, sitting: str, index: int) -> bool:
        """Whether an answer to that problem is being graded."""
        with self._lock:
            return (sitting, index) in self._gradings

    async def wait(self, sitting: str, index: int) -> None:
        """Wait until no answer to that problem is being graded."""
        while gradings := self._of(sitting, index):
            await all_done(gradings)

    def wait_if_room(self, sitting: str, index: int) -> None:
        """Wait for the gradings there are, up to a timeout; return at once where too many pages wait already."""
        gradings = self._of(sitting, index)
        if gradings and self._room.acquire(blocking=False):
            try:
                futures.wait(gradings, PAGE_TIMEOUT)
            finally:
                self._room.release()

    def _of(self, sitting: str, index: int) -> Sequence[Grading]:
        with self._lock:
            return tuple(self._gradings.get((sitting, index), ()))


async def all_done(gradings: Sequence[Grading]) -> None:
    """Wait until all of these are done. The last one first, because it waits for the others itself."""
    for grading in reversed(gradings):
        if not grading.done():
            await wrap_future(grading)
