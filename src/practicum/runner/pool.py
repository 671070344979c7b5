"""Runs jobs, as many at once as there is room for, each in a child of its own of a warm interpreter."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import warnings
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from practicum.runner import required_imports, stop_messages
from practicum.runner.cancellation import Cancellation
from practicum.runner.environment import Environment
from practicum.runner.events import OnEvent, Queued
from practicum.runner.fair_queue import Cancelled, Refused, Turns
from practicum.runner.isolation_mode import choose_mode
from practicum.runner.job import IsolationMode, Job, Preload, Result, ZygoteGone
from practicum.runner.job_monitor import Watch
from practicum.runner.run_check import examine
from practicum.runner.subprocess_runner import PlainSession
from practicum.runner.warm_pool import ATTEMPTS, Keeper, Key
from practicum.runner.zygote_client import Session

_M_ARENA_MAX = -8
UNSAFE = (
    "Code runs here as a plain subprocess, without isolation: run only your own. "
    "`practicum doctor` says what to install for a sandbox."
)


class UnsafeMode(UserWarning):
    """Jobs run without isolation."""


@functools.cache
def _share_memory() -> None:
    """Have all threads take memory from one place, where the C library is GNU's.

    Runs are followed by threads that come and go; each place of their own would keep what was large in it for good.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


class Pool:
    """A context manager; every method may be called from any thread.

    `size` jobs run at a time (as many as there are processors), at most `per_person` of them one person's. `spares`
    children of each interpreter in use are kept ready at the most, so that a job need not wait for the first steps
    of TensorFlow.
    """

    def __init__(
        self, size: int | None = None, mode: IsolationMode | None = None, spares: int = 0, per_person: int | None = None
    ) -> None:
        _share_memory()
        self.size = size or os.cpu_count() or 1
        self.mode = mode or choose_mode()[0]
        self.queue = Turns(self.size, per_person)
        self._keeper = Keeper(self.mode, spares, self._is_idle)
        if self.mode is IsolationMode.SUBPROCESS:
            warnings.warn(UNSAFE, UnsafeMode, stacklevel=2)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(
        self, job: Job, on_event: OnEvent | None = None, cancel: Cancellation | None = None, person: str = ""
    ) -> Result:
        """Run `job` and wait for its end. Never raises for anything the job does.

        `on_event` is called from this thread with each event as it happens. Setting `cancel` ends the job, or its
        wait for a turn. Jobs of one `person` take turns with other people's.
        """
        environment = job.environment or Environment.current()
        key = Key(required_imports.preload(job), job.hash_seed, environment)
        lacking = required_imports.missing(key.preload, environment)
        if lacking:
            return Result(stopped="unavailable", why=stop_messages.no_tensorflow(lacking, not environment.digest))

        def on_position(ahead: int) -> None:
            if on_event:
                on_event(Queued(ahead))

        try:
            with self.queue.slot(person, on_position, cancel):
                return self._run(job, key, on_event, cancel)
        except (ZygoteGone, Refused) as error:
            return Result(stopped="unavailable", why=stop_messages.refused(str(error)))
        except Cancelled:
            return Result(stopped="cancelled", why=stop_messages.CANCELLED)

    def _run(self, job: Job, key: Key, on_event: OnEvent | None, cancel: Cancellation | None) -> Result:
        """Run it; and anew if its interpreter turns out to have died before the job began: a spare, or a zygote."""
        for attempt in range(ATTEMPTS):
            try:
                with self._session(job, key, fresh=attempt > 0) as session:
                    watch = Watch(session, job, on_event, cancel)
                    return watch.result(lambda watch: self._examine(watch, job, key, cancel))
            except ZygoteGone:
                if attempt == ATTEMPTS - 1 or self._keeper.closed:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _examine(self, watch: Watch, job: Job, key: Key, cancel: Cancellation | None) -> Result:
        try:
            return examine(watch, job, lambda asking, fresh: self._session(asking, key, fresh), cancel)
        except ZygoteGone as error:
            return Result(stopped="unavailable", why=stop_messages.refused(str(error)))

    @contextlib.contextmanager
    def _session(self, job: Job, key: Key, fresh: bool) -> Iterator[Session | PlainSession]:
        """The interpreter for the job; at the end it is killed if it still runs."""
        if self.mode is IsolationMode.SUBPROCESS:
            with contextlib.closing(PlainSession(*key)) as plain:
                yield plain
        else:
            with self._keeper.child(job, key, fresh or required_imports.fresh(job)) as child:
                yield child

    def warm(
        self,
        preload: Preload = Preload.TENSORFLOW,
        hash_seed: int = 0,
        standby: bool = False,
        environment: Environment | None = None,
    ) -> None:
        """Start that interpreter in the background, so that the first job need not wait for it.

        With `standby`, keep a second one, which takes over at once if the first should die.
        """
        if self.mode is not IsolationMode.SUBPROCESS and not required_imports.missing(preload, environment):
            self._keeper.warm(Key(preload, hash_seed, environment or Environment.current()), standby)

    def settle(self, seconds: float = 60.0) -> bool:
        """Wait until all that is kept ready is ready, so many seconds at the most. Whether it came to that."""
        return self._keeper.settle(seconds)

    def close(self, grace: float = 0.0) -> None:
        """End every interpreter and what runs in it; what runs already has `grace` seconds to end by itself."""
        self.queue.close(stop_messages.STOPPING)
        if grace:
            self.queue.drained(grace)
        self._keeper.close()

    def _is_idle(self) -> bool:
        """Whether there is a processor to spare for what is not asked for yet."""
        return not self.queue.waiting and self.queue.running < (os.cpu_count() or 1)
