"""Runs of cells, each in the interpreter in which the cells above it have run."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from practicum.runner.cancellation import Cancellation
from practicum.runner.events import OnEvent
from practicum.runner.fair_queue import Cancelled, FairQueue, QueueRefused
from practicum.runner.fair_share import Client
from practicum.runner.job import Job, Result, ZygoteGone
from practicum.runner.job_monitor import JobMonitor
from practicum.runner.kept_sessions import KeptSession, KeptSessions, can_stay, continued, missing_texts
from practicum.runner.required_imports import needs_fresh_interpreter
from practicum.runner.warm_pool import ATTEMPTS, InterpreterKey, WarmPool

PAUSE = 2.0
"""Seconds after a cell in which its learner has run no other, before its state is prepared again."""


class CellTexts(NamedTuple):
    """The texts above a cell, the indices of those that it needs, and the page."""

    above: tuple[str, ...]
    needed: tuple[int, ...]
    page: str

    @property
    def setup(self) -> str:
        """The texts that it needs, as the setup of a run from nothing."""
        return "\n".join(self.above[index] for index in self.needed)

    def missing(self, executed: Sequence[str]) -> list[str] | None:
        """Return which texts must still run before the cell; None if what has run does not fit."""
        return missing_texts(executed, self.above, self.needed)


class _KeptRun(NamedTuple):
    """A job whose interpreter is kept, for whom, and for what."""

    job: Job
    key: InterpreterKey
    client: Client
    subject: Hashable


class ContinuedRuns:
    """Runs cells in kept interpreters, and prepares the next run of a cell while its learner pauses. Thread-safe."""

    def __init__(self, queue: FairQueue, warm_pool: WarmPool, kept_sessions: KeptSessions) -> None:
        self._queue = queue
        self._warm_pool = warm_pool
        self._kept_sessions = kept_sessions
        self._preparing: dict[str, Cancellation] = {}
        """By person, what ends the preparation of their next run."""
        self._prepared = threading.Condition()

    def run(
        self,
        job: Job,
        key: InterpreterKey,
        on_event: OnEvent | None,
        cancel: Cancellation | None,
        texts: CellTexts,
        client: Client,
    ) -> Result:
        """Run the job in the client's kept interpreter if it can continue there, else in a new one; and keep that.

        The caller has a slot of the queue. Raises ZygoteGone.
        """
        kept = _KeptRun(job, key, client, (texts.page, tuple(sorted(job.files.items())), job.data, key.environment))
        is_fresh = needs_fresh_interpreter(job)
        session = None if is_fresh else self._kept_sessions.take(client, kept.subject, lambda done: _fits(texts, done))
        if session is not None:
            with contextlib.suppress(ZygoteGone):
                return self._run_and_keep(kept, session, texts.missing(session.executed) or [], on_event, cancel)
        for attempt in range(ATTEMPTS):
            try:
                session = self._open_session(kept, fresh=is_fresh or attempt > 0)
                return self._run_and_keep(kept, session, texts.missing(()) or [], on_event, cancel)
            except ZygoteGone:
                if attempt == ATTEMPTS - 1 or self._warm_pool.closed:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _open_session(self, kept: _KeptRun, fresh: bool = False) -> KeptSession:
        resources = contextlib.ExitStack()
        child = resources.enter_context(self._warm_pool.child(kept.job, kept.key, fresh))
        return KeptSession(child, resources, kept.client, kept.subject)

    def _run_and_keep(
        self,
        kept: _KeptRun,
        session: KeptSession,
        missing: Sequence[str],
        on_event: OnEvent | None,
        cancel: Cancellation | None,
    ) -> Result:
        """Run the missing texts and the job in a session, and keep it if it may be used again."""
        before = (*session.executed, *missing)
        keeps = False
        try:
            result = JobMonitor(session.child, continued(kept.job, session, missing), on_event, cancel).result()
            keeps = can_stay(result)
        finally:
            if keeps:
                session.executed = (*before, kept.job.code) if kept.job.code else before
                session.runs += 1
                self._kept_sessions.put(session)
            else:
                session.close()
        if kept.job.code and result.stopped in (None, "time", "memory", "crash"):
            self._prepare_again(kept, before)
        return result

    # --- the state before the last run -------------------------------------------------------------------------------

    def _prepare_again(self, kept: _KeptRun, before: tuple[str, ...]) -> None:
        """Run the texts before the last one again in the background, so that the last one can be run again at once."""
        cancel = Cancellation()
        with self._prepared:
            self._preparing[kept.client.person] = cancel
        run = partial(self._prepare, kept._replace(job=replace(kept.job, code="", echo=False)), before, cancel)
        threading.Thread(target=run, name="prepare-again", daemon=True).start()

    def _prepare(self, kept: _KeptRun, before: tuple[str, ...], cancel: Cancellation) -> None:
        def fits(executed: Sequence[str]) -> bool:
            return tuple(executed) == before[: len(executed)]

        try:
            if not before or cancel.wait(PAUSE) or self._queue.waiting:
                return
            with self._queue.slot(kept.client, cancel=cancel):
                session = self._kept_sessions.take(kept.client, kept.subject, fits) or self._open_session(kept)
                self._run_and_keep(kept, session, before[len(session.executed) :], None, cancel)
        except (ZygoteGone, QueueRefused, Cancelled):
            return  # then the next run starts from nothing
        finally:
            with self._prepared:
                if self._preparing.get(kept.client.person) is cancel:
                    del self._preparing[kept.client.person]
                self._prepared.notify_all()

    def stop_preparing(self, client: Client) -> None:
        """End what is prepared for a client, whose next run goes first."""
        with self._prepared:
            cancel = self._preparing.pop(client.person, None)
        if cancel is not None:
            cancel.set()

    def wait_until_prepared(self, seconds: float) -> bool:
        """Wait at most `seconds` until nothing is being prepared. Return whether that is so."""
        with self._prepared:
            return self._prepared.wait_for(lambda: not self._preparing, seconds)

    def close(self) -> None:
        """End what is prepared."""
        with self._prepared:
            for cancel in self._preparing.values():
                cancel.set()


def _fits(texts: CellTexts, executed: Sequence[str]) -> bool:
    return texts.missing(executed) is not None
