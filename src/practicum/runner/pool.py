"""Runs jobs, as many at once as there is room for, each in a fresh child of a warm interpreter."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import warnings
from collections.abc import Iterator
from functools import partial
from types import TracebackType
from typing import Self

from practicum.runner import needs, words
from practicum.runner.mode import choose_mode
from practicum.runner.plain import PlainSession
from practicum.runner.protocol import Job, Mode, OnOutput, OnValue, Preload, Result, ZygoteGone
from practicum.runner.warm import Session, Zygote
from practicum.runner.watch import LOOK, Watch

Key = tuple[Preload, int]

KEEP = 6
"""TensorFlow interpreters (of different hash seeds) that stay warm at once: 230 MB each."""

UNSAFE = (
    "Code runs here as a plain subprocess, without isolation: run only your own. "
    "`practicum doctor` says what to install for a sandbox."
)


class UnsafeMode(UserWarning):
    """Jobs run without isolation."""


class Pool:
    """A context manager; every method may be called from any thread."""

    def __init__(self, size: int | None = None, mode: Mode | None = None) -> None:
        self.size = size or os.cpu_count() or 1
        self.mode = mode or choose_mode()[0]
        self._slots: queue.SimpleQueue[int] = queue.SimpleQueue()
        for slot in range(self.size):
            self._slots.put(slot)
        self._zygotes: dict[Key, Zygote] = {}
        self._starting: dict[Key, threading.Lock] = {}
        self._lock = threading.Lock()
        self._closed = False
        if self.mode is Mode.SUBPROCESS:
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
        on_output: OnOutput | None = None,
        on_value: OnValue | None = None,
        cancel: threading.Event | None = None,
    ) -> Result:
        """Run `job` and wait for its end. Never raises for anything the job does.

        `on_output` and `on_value` are called from this thread as things happen. Setting `cancel` ends the job, or
        its waiting for a slot.
        """
        chosen = needs.preload(job)
        lacking = needs.missing(chosen)
        if lacking:
            return Result(stopped="unavailable", why=words.no_tensorflow(lacking))
        slot = self._slot(cancel)
        if slot is None:
            return Result(stopped="cancelled", why=words.CANCELLED)
        try:
            return self._run(job, chosen, slot, on_output, on_value, cancel)
        except ZygoteGone as error:
            return Result(stopped="unavailable", why=words.refused(str(error)))
        finally:
            self._slots.put(slot)

    def _run(
        self,
        job: Job,
        chosen: Preload,
        slot: int,
        on_output: OnOutput | None,
        on_value: OnValue | None,
        cancel: threading.Event | None,
    ) -> Result:
        """Run it; and once more if its zygote turns out to have died before the job began."""
        for last in (False, True):
            try:
                with self._session(job, chosen, slot) as session:
                    return Watch(session, job, on_output, on_value, cancel).result()
            except ZygoteGone:
                if last or self._closed:
                    raise
                self._forget((chosen, job.hash_seed))
        raise AssertionError("the second try returns or raises")

    def warm(self, preload: Preload = Preload.TENSORFLOW, hash_seed: int = 0) -> None:
        """Start that interpreter in the background, so that the first job need not wait for it."""
        if self.mode is Mode.SUBPROCESS or needs.missing(preload):
            return

        def start() -> None:
            with contextlib.suppress(ZygoteGone):
                self._zygote((preload, hash_seed))

        threading.Thread(target=start, name=f"warm-{preload.value}", daemon=True).start()

    def close(self) -> None:
        """End every interpreter and what runs in it."""
        with self._lock:
            self._closed = True
            zygotes = list(self._zygotes.values())
            self._zygotes.clear()
        for zygote in zygotes:
            zygote.close()

    def _slot(self, cancel: threading.Event | None) -> int | None:
        while True:
            try:
                return self._slots.get(timeout=LOOK if cancel else None)
            except queue.Empty:
                if cancel is not None and cancel.is_set():
                    return None

    @contextlib.contextmanager
    def _session(self, job: Job, chosen: Preload, slot: int) -> Iterator[Session | PlainSession]:
        """The started job; at the end it is killed if it still runs."""
        if self.mode is Mode.SUBPROCESS:
            with contextlib.closing(PlainSession(chosen, job.hash_seed, job.limits)) as plain:
                yield plain
            return
        key = (chosen, job.hash_seed)
        zygote = self._zygote(key)
        session = zygote.launch(job.limits, slot)
        zygote.busy.add(slot)
        try:
            with contextlib.closing(session):
                yield session
        finally:
            zygote.busy.discard(slot)

    def _zygote(self, key: Key) -> Zygote:
        """The warm interpreter for `key`, started if it is not there. Others wait only for the same one."""
        with self._lock:
            starting = self._starting.setdefault(key, threading.Lock())
        with starting:
            zygote = self._zygotes.get(key)
            if zygote is not None and zygote.alive:
                return zygote
            if zygote is not None:
                zygote.close()
            self._make_room(key[0])
            return Zygote.start(self.mode, *key, on_spawn=partial(self._own, key))

    def _own(self, key: Key, zygote: Zygote) -> None:
        """Answer for a zygote from its first moment, so that closing ends it though it is still importing.

        Nobody uses it before it is warm: who wants it waits for the lock under which it is started.
        """
        with self._lock:
            if self._closed:
                raise OSError("the pool is closed")
            self._zygotes[key] = zygote

    def _forget(self, key: Key) -> None:
        """Give up a zygote that lost a job before it began, unless another thread has replaced it already."""
        with self._lock:
            zygote = self._zygotes.get(key)
            if zygote is None or (zygote.busy and zygote.alive):
                return
            del self._zygotes[key]
        zygote.close()

    def _make_room(self, preload: Preload) -> None:
        """End the idle TensorFlow interpreters that were used the longest ago, so that few take up memory."""
        if preload is not Preload.TENSORFLOW:
            return
        with self._lock:
            large = [
                (zygote.used, key) for key, zygote in self._zygotes.items() if key[0] is preload and not zygote.busy
            ]
            surplus = [self._zygotes.pop(key) for _, key in sorted(large)[: max(0, len(large) - KEEP + 1)]]
        for zygote in surplus:
            zygote.close()
