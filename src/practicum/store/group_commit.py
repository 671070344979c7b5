"""Commits waiting writes together, so that they share one wait for the disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeVar

W = TypeVar("W")

MAX_BATCH = 64
"""Maximum number of writes per commit, so that none waits long for the others."""


class GroupCommit(Generic[W]):
    """A thread that carries out queued work in batches: `all_or_none` for the batch, or `alone` for each if that fails.

    Work never waits for a batch to fill: the thread takes what has been queued while it was busy.
    """

    def __init__(
        self,
        all_or_none: Callable[[Sequence[W]], None],
        alone: Callable[[W], bool],
        fails_alone_too: Callable[[Exception], bool] = lambda error: False,
    ) -> None:
        """Start no thread yet.

        Args:
            all_or_none: Does the whole batch, or raises and does none of it.
            alone: Does one piece of work and returns its result.
            fails_alone_too: Whether an exception of a batch is that of each piece of work, so that none is tried alone.
        """
        self._all_or_none = all_or_none
        self._alone = alone
        self._fails_alone_too = fails_alone_too
        self._queue: SimpleQueue[tuple[W, Future[bool]] | None] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._closed = False

    def put(self, work: W) -> Future[bool]:
        """Queue a piece of work and return its future result. Raises RuntimeError once this is closed."""
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
        """Do the work queued so far, then end the thread."""
        with self._lock:
            self._closed = True
            self._queue.put(None)
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        running = True
        while running:
            batch = [self._queue.get()]
            try:
                while len(batch) < MAX_BATCH:
                    batch.append(self._queue.get_nowait())
            except Empty:
                pass
            running = None not in batch
            # Cancelled work is skipped: it was never acknowledged.
            self._do([item for item in batch if item is not None and item[1].set_running_or_notify_cancel()])

    def _do(self, batch: list[tuple[W, Future[bool]]]) -> None:
        if len(batch) > 1:
            try:
                self._all_or_none([work for work, _ in batch])
            except Exception as error:  # Otherwise each piece of work gets its own result or exception below.
                if self._fails_alone_too(error):
                    for _, future in batch:
                        future.set_exception(error)
                    return
            else:
                for _, future in batch:
                    future.set_result(True)
                return
        for work, future in batch:
            try:
                future.set_result(self._alone(work))
            except Exception as error:
                future.set_exception(error)
