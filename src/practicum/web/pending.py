"""Which answers are being graded just now, and who waits for them."""

from __future__ import annotations

import threading
from asyncio import wrap_future
from collections.abc import Iterator, Sequence
from concurrent import futures
from concurrent.futures import Future
from contextlib import contextmanager

WAITING = 8
"""Pages that may hold a thread for waiting at a time: all else that is asked for has the others."""
PATIENCE = 15.0
"""Seconds that a page waits for what comes of an answer: a little more than its run may take."""

Grading = Future[None]
"""One answer: done once what comes of it is stored, or it is known that nothing does."""


class Pending:
    """The answers that are being graded. Forms wait for those that came before them, however long that takes."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._known: dict[tuple[str, int], list[Grading]] = {}
        self._room = threading.BoundedSemaphore(WAITING)

    @contextmanager
    def while_graded(self, sitting: str, index: int) -> Iterator[Sequence[Grading]]:
        """Say so while this lasts. Gives those that came before this one."""
        mine = Grading()
        mine.set_running_or_notify_cancel()  # So that nobody who waits for it, and is cancelled, can cancel it.
        with self._guard:
            known = self._known.setdefault((sitting, index), [])
            before = tuple(known)
            known.append(mine)
        try:
            yield before
        finally:
            with self._guard:
                known.remove(mine)
                if not known:
                    del self._known[sitting, index]
            mine.set_result(None)

    def holds(self, sitting: str, index: int) -> bool:
        """Whether an answer to that problem is being graded."""
        with self._guard:
            return (sitting, index) in self._known

    async def settled(self, sitting: str, index: int) -> None:
        """Wait until none is."""
        while before := self._of(sitting, index):
            await ended(before)

    def wait_if_room(self, sitting: str, index: int) -> None:
        """For a page: wait for those there are, but not for ever, and not at all where too many pages wait already."""
        before = self._of(sitting, index)
        if before and self._room.acquire(blocking=False):
            try:
                futures.wait(before, PATIENCE)
            finally:
                self._room.release()

    def _of(self, sitting: str, index: int) -> Sequence[Grading]:
        with self._guard:
            return tuple(self._known.get((sitting, index), ()))


async def ended(gradings: Sequence[Grading]) -> None:
    """Wait until all of these are done. The last one first: it waits for the others itself."""
    for one in reversed(gradings):
        if not one.done():
            await wrap_future(one)
