"""Work that waits together is done together: one commit, one wait for the disk, however many wait for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeVar

W = TypeVar("W")

MOST = 64
"""Pieces of work that are done together at the most, so that none waits long for the others."""


class GroupCommit(Generic[W]):
    """A thread that takes what has been put and does it, `all_or_none` first, else each `alone`.

    Nothing waits for company: what is put while the thread is at work is what it takes next.
    """

    def __init__(self, all_or_none: Callable[[Sequence[W]], None], alone: Callable[[W], bool]) -> None:
        """`all_or_none` returns if all is done and raises if nothing is; `alone` says what came of one."""
        self._all_or_none = all_or_none
        self._alone = alone
        self._queue: SimpleQueue[tuple[W, Future[bool]] | None] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._closed = False

    def put(self, work: W) -> Future[bool]:
        """Have it done. Raises RuntimeError once this is closed."""
        future: Future[bool] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("closed")
            if self._thread is None:
                self._thread = Thread(target=self._run, name="store", daemon=True)
                self._thread.start()
            self._queue.put((work, future))
        return future

    def close(self) -> None:
        """Do what was put so far, and end."""
        with self._lock:
            self._closed = True
            self._queue.put(None)
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            taken = [self._queue.get()]
            try:
                while len(taken) < MOST:
                    taken.append(self._queue.get_nowait())
            except Empty:
                pass
            going = None not in taken
            # One whose caller has gone is left undone: it was not acknowledged.
            self._do([one for one in taken if one is not None and one[1].set_running_or_notify_cancel()])

    def _do(self, taken: list[tuple[W, Future[bool]]]) -> None:
        if len(taken) > 1:
            try:
                self._all_or_none([work for work, _ in taken])
            except Exception:  # Whatever is wrong with one of them, each is told its own.
                pass
            else:
                for _, future in taken:
                    future.set_result(True)
                return
        for work, future in taken:
            try:
                future.set_result(self._alone(work))
            except Exception as error:
                future.set_exception(error)
