"""Runs jobs in children of warm interpreters, a limited number at a time."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Self

from practicum.runner import required_imports, stop_messages
from practicum.runner.cancellation import Cancellation
from practicum.runner.continued_runs import CellTexts, ContinuedRuns
from practicum.runner.environment import Environment
from practicum.runner.events import OnEvent, Queued
from practicum.runner.fair_queue import Cancelled, FairQueue, QueueRefused
from practicum.runner.fair_share import Client
from practicum.runner.isolation_mode import choose_mode
from practicum.runner.job import IsolationMode, Job, Preload, Result, ZygoteGone
from practicum.runner.job_monitor import JobMonitor
from practicum.runner.kept_sessions import KeepLimits, KeptSessions
from practicum.runner.run_check import run_check
from practicum.runner.subprocess_runner import SubprocessSession
from practicum.runner.warm_pool import ATTEMPTS, InterpreterKey, WarmPool
from practicum.runner.zygote_client import ChildSession

_M_ARENA_MAX = -8
UNSAFE = (
    "Code runs as a plain subprocess, without isolation: run only code you trust. "
    "`practicum doctor` shows what to install for a sandbox."
)


class UnsafeMode(UserWarning):
    """Warns that jobs run without isolation."""


@functools.cache
def _use_one_arena() -> None:
    """Make all threads allocate from one arena, where the C library is GNU's.

    Short-lived threads monitor the runs, and an arena per thread would never return large allocations to the system.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


Attempt = Callable[[Job, InterpreterKey, OnEvent | None, Cancellation | None], Result]


class Pool:
    """Runs jobs. A context manager; every method is thread-safe.

    Args:
        size: Number of jobs that run at a time. Default: the number of processors.
        mode: Default: the strongest mode that works on this machine.
        spares: Maximum number of children kept ready per interpreter in use, so that a job need not wait for
            TensorFlow's first operations.
        per_person: Maximum number of jobs of one person at a time. Default: `size`.
        per_address: Maximum number of jobs from one address at a time. Default: `size`.
        keep: How many interpreters are kept for runs that continue others. Default: none.
    """

    def __init__(
        self,
        size: int | None = None,
        mode: IsolationMode | None = None,
        spares: int = 0,
        per_person: int | None = None,
        per_address: int | None = None,
        keep: KeepLimits = KeepLimits(),  # noqa: B008
    ) -> None:
        _use_one_arena()
        self.size = size or os.cpu_count() or 1
        self.mode = mode or choose_mode()[0]
        self.queue = FairQueue(self.size, per_person, per_address)
        self.warm_pool = WarmPool(self.mode, spares, self._is_idle)
        self.kept_sessions = KeptSessions(keep)
        self._continued_runs = ContinuedRuns(self.queue, self.warm_pool, self.kept_sessions)
        self._outcomes: Counter[str] = Counter()
        self._counting = threading.Lock()
        self._unloadable: set[tuple[Environment, tuple[str, ...]]] = set()
        """Libraries whose interpreter could not be started in an environment: one with threads cannot be forked."""
        if self.mode is IsolationMode.SUBPROCESS:
            warnings.warn(UNSAFE, UnsafeMode, stacklevel=2)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(
        self,
        job: Job,
        on_event: OnEvent | None = None,
        cancel: Cancellation | None = None,
        client: Client = Client(),  # noqa: B008
    ) -> Result:
        """Run `job` and wait for its result. Nothing that the job does raises an exception here.

        Args:
            on_event: Called in this thread with each event.
            cancel: Setting it ends the job, or its wait in the queue.
            client: Jobs of different clients take turns. Default: the service itself.
        """
        return self._counted(self._run_in_turn(job, on_event, cancel, client, self._run))

    def run_after(
        self,
        job: Job,
        above: Sequence[str],
        needed: Sequence[int],
        page: str,
        on_event: OnEvent | None = None,
        cancel: Cancellation | None = None,
        client: Client = Client(),  # noqa: B008
    ) -> Result:
        """Run `job` like :meth:`run`, after those of the texts `above` that it needs.

        If the client's latest run on the page was one of those above, the job continues in its interpreter.

        Args:
            above: What may run before the job's code, in order. The job has no setup of its own, and no check.
            needed: The indices of those on which the code depends, directly or not.
            page: A name for what these runs are about.
        """
        texts = CellTexts(tuple(above), tuple(needed), page)
        job = replace(job, setup=texts.setup)
        if self.mode is IsolationMode.SUBPROCESS or not self.kept_sessions.limits.count or job.check:
            return self.run(job, on_event, cancel, client)
        self._continued_runs.stop_preparing(client)
        run = partial(self._continued_runs.run, texts=texts, client=client)
        return self._counted(self._run_in_turn(job, on_event, cancel, client, run))

    def _counted(self, result: Result) -> Result:
        with self._counting:
            self._outcomes[result.outcome] += 1
        return result

    @property
    def outcomes(self) -> dict[str, int]:
        """The number of runs that have ended, by their outcome."""
        with self._counting:
            return dict(self._outcomes)

    def _run_in_turn(
        self, job: Job, on_event: OnEvent | None, cancel: Cancellation | None, client: Client, run: Attempt
    ) -> Result:
        environment = job.environment or Environment.current()
        preload = required_imports.choose_preload(job)
        key = InterpreterKey(preload, job.hash_seed, environment, self._libraries(job, preload, environment))
        missing = required_imports.missing_package(key.preload, environment)
        if missing:
            return Result.not_run(stop_messages.package_missing(missing, is_own=not environment.digest))

        def on_position(ahead: int, wait: float | None) -> None:
            if on_event:
                on_event(Queued(ahead, wait))

        try:
            with self.queue.slot(client, on_position, cancel):
                return run(job, key, on_event, cancel)
        except (ZygoteGone, QueueRefused) as error:
            return Result.not_run(stop_messages.refused(error))
        except Cancelled:
            return Result.not_run(stop_messages.CANCELLED)

    def _run(self, job: Job, key: InterpreterKey, on_event: OnEvent | None, cancel: Cancellation | None) -> Result:
        """Run the job; run it again if its interpreter (a spare or a zygote) had died before the job started."""
        for attempt in range(ATTEMPTS):
            try:
                return self._attempt(job, key, on_event, cancel, fresh=attempt > 0)
            except ZygoteGone as error:
                if attempt == ATTEMPTS - 1 or self.warm_pool.closed:
                    raise
                if key.libraries and error.code == "cannot-start":
                    self._unloadable.add((key.environment, key.libraries))
                    key = key._replace(libraries=())
        raise AssertionError("the last attempt returns or raises")

    def _attempt(
        self, job: Job, key: InterpreterKey, on_event: OnEvent | None, cancel: Cancellation | None, fresh: bool
    ) -> Result:
        with self._session(job, key, fresh) as session:
            monitor = JobMonitor(session, job, on_event, cancel)
            return monitor.result(lambda monitor: self._run_check(monitor, job, key, cancel))

    def _libraries(self, job: Job, preload: Preload, environment: Environment) -> tuple[str, ...]:
        """Return the modules to load before the job; none where each job has its own interpreter."""
        if self.mode is IsolationMode.SUBPROCESS:
            return ()
        libraries = required_imports.choose_libraries(job, preload)
        return () if (environment, libraries) in self._unloadable else libraries

    def _run_check(self, monitor: JobMonitor, job: Job, key: InterpreterKey, cancel: Cancellation | None) -> Result:
        try:
            return run_check(monitor, job, lambda asking, fresh: self._session(asking, key, fresh), cancel)
        except ZygoteGone as error:
            return Result.not_run(stop_messages.refused(error))

    @contextlib.contextmanager
    def _session(self, job: Job, key: InterpreterKey, fresh: bool) -> Iterator[ChildSession | SubprocessSession]:
        """Open a session in the job's interpreter; kill the job at the end if it still runs."""
        if self.mode is IsolationMode.SUBPROCESS:
            with contextlib.closing(SubprocessSession(key.preload, key.hash_seed, key.environment)) as plain:
                yield plain
        else:
            with self.warm_pool.child(job, key, fresh or required_imports.needs_fresh_interpreter(job)) as child:
                yield child

    def warm(
        self,
        preload: Preload = Preload.TENSORFLOW,
        hash_seed: int = 0,
        standby: bool = False,
        environment: Environment | None = None,
    ) -> None:
        """Start an interpreter in the background, so that the first job need not wait for it.

        Args:
            standby: Also keep a second one, which takes over at once if the first dies.
        """
        if self.mode is not IsolationMode.SUBPROCESS and not required_imports.missing_package(preload, environment):
            self.warm_pool.warm(InterpreterKey(preload, hash_seed, environment or Environment.current()), standby)

    def wait_until_ready(self, seconds: float = 60.0) -> bool:
        """Wait at most `seconds` until all spares and standbys are ready. Return whether they are."""
        return self.warm_pool.wait_until_ready(seconds)

    def wait_until_prepared(self, seconds: float = 60.0) -> bool:
        """Wait at most `seconds` until the state before every learner's latest cell is there again."""
        return self._continued_runs.wait_until_prepared(seconds)

    def close(self, grace: float = 0.0) -> None:
        """End every interpreter and the jobs in it, after giving running jobs `grace` seconds to end by themselves."""
        self.queue.close(stop_messages.SERVICE_STOPPING)
        if grace:
            self.queue.wait_until_idle(grace)
        self._continued_runs.close()
        self.kept_sessions.close()
        self.warm_pool.close()

    def _is_idle(self) -> bool:
        """Return whether a processor is free for preparing interpreters."""
        return not self.queue.waiting and self.queue.running < (os.cpu_count() or 1)
