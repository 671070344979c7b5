"""A pool whose interpreters start with its first run: an audit in which nothing changed runs nothing."""

from __future__ import annotations

import threading
from typing import Self

from practicum.runner import Pool
from practicum.runner.cancellation import Cancellation
from practicum.runner.events import OnEvent
from practicum.runner.job import Job, Result


class LazyPool:
    """Runs jobs as `Pool` does. A context manager; thread-safe."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._pool: Pool | None = None
        self._starting = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the interpreters, if any were started."""
        if self._pool is not None:
            self._pool.close()

    def run(self, job: Job, on_event: OnEvent | None = None, cancel: Cancellation | None = None) -> Result:
        """Run a job and wait for its result."""
        with self._starting:
            if self._pool is None:
                self._pool = Pool(size=self._size)
        return self._pool.run(job, on_event, cancel)
