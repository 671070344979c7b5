"""Keeps warm interpreters ready (zygotes, their spare children, standbys) and replaces those that die."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import os
import select
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from practicum.runner.environment import Environment
from practicum.runner.job import ChildGone, IsolationMode, Job, Preload, ZygoteGone
from practicum.runner.spare_children import SPARE_DISK, SpareChild, SpareDemand
from practicum.runner.zygote_client import ChildSession, ZygoteClient


class InterpreterKey(NamedTuple):
    """Identifies an interpreter: its imports, its hash seed and its packages."""

    preload: Preload
    hash_seed: int
    environment: Environment
    libraries: tuple[str, ...] = ()
    """The modules that it has loaded besides those of `preload`."""

    @property
    def kind(self) -> tuple[Preload, bool]:
        """What is limited together: interpreters with and without libraries."""
        return self.preload, bool(self.libraries)

    @property
    def limit(self) -> int | None:
        """The maximum number of such interpreters that are kept warm, None for no limit."""
        if self.preload is Preload.TENSORFLOW:
            return MAX_TENSORFLOW_ZYGOTES
        return MAX_LIBRARY_ZYGOTES if self.libraries else None


MAX_TENSORFLOW_ZYGOTES = 6
"""Maximum number of warm TensorFlow interpreters, of different hash seeds or environments: 230 MB each."""
MAX_LIBRARY_ZYGOTES = 10
"""Maximum number of warm interpreters with libraries such as pandas and scikit-learn: 50 to 150 MB each."""
ATTEMPTS = 3
"""Attempts to start a job: in a spare that has died, in a child of a zygote that has died, in a new zygote."""
MIN_SPARES = 1
"""Spares kept per interpreter while there are no jobs."""
TIDY_SECONDS = 10.0
"""Seconds between two checks for surplus spares."""


class WarmInterpreter:
    """One interpreter: its zygote, standby and spares. The pool's lock guards its fields."""

    def __init__(self, key: InterpreterKey, most: int) -> None:
        self.key = key
        self.starting = threading.Lock()
        """Held while a zygote starts, so that other jobs wait for the same one."""
        self.zygote: ZygoteClient | None = None
        self.standby: ZygoteClient | None = None
        self.wants_standby = False
        self.is_starting_standby = False
        self.spares: list[SpareChild] = []
        # Other hash seeds are used only for proving, where runs are rare and need no spares.
        most = most if key.hash_seed == 0 else 0
        self.demand = SpareDemand(key.preload, min(MIN_SPARES, most), most)

    @property
    def warming(self) -> bool:
        return any(not spare.warm for spare in self.spares)

    @property
    def ready(self) -> bool:
        has_standby = self.standby is not None or not self.wants_standby
        return self.zygote is None or (has_standby and not self.warming and len(self.spares) >= self.demand.target())


class WarmPool:
    """The warm interpreters of a pool. Every method is thread-safe; a background thread maintains them."""

    def __init__(self, mode: IsolationMode, spares: int, is_idle: Callable[[], bool]) -> None:
        self.mode = mode
        self.closed = False
        self._most = spares
        self._is_idle = is_idle
        self.interpreters: dict[InterpreterKey, WarmInterpreter] = {}
        self.starting: set[ZygoteClient] = set()
        self._numbers = _NumberAllocator()
        self._lock = threading.RLock()
        self._maintained = threading.Condition(self._lock)
        self._alarm = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK) if hasattr(os, "eventfd") else -1
        self._thread: threading.Thread | None = None

    # --- children for jobs -------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def child(self, job: Job, key: InterpreterKey, fresh: bool) -> Iterator[ChildSession]:
        """Open a session in a child for the job: a warm spare, or a new child if `fresh` or if there is no spare.

        The child is killed at the end if it still runs. Raises ZygoteGone.
        """
        interpreter = self._interpreter(key)
        interpreter.demand.record_request()
        zygote = self._zygote(interpreter)
        spare = None if fresh or job.limits.disk != SPARE_DISK else self._take_spare(interpreter)
        number = spare.number if spare else self._numbers.take()
        try:
            session = spare.session if spare else zygote.fork_child(number, job.limits.disk)
            with self._counted(zygote), contextlib.closing(session):
                self._wake()
                yield session
            if session.abandoned:
                # At once: the next job may come before its process has ended.
                self._forget(interpreter, zygote)
        except ChildGone:
            raise
        except ZygoteGone:
            self._forget(interpreter, zygote)
            raise
        finally:
            self._numbers.give(number)
            self._wake()

    @contextlib.contextmanager
    def _counted(self, zygote: ZygoteClient) -> Iterator[None]:
        with self._lock:
            zygote.running_jobs += 1
        try:
            yield
        finally:
            with self._lock:
                zygote.running_jobs -= 1

    def _take_spare(self, interpreter: WarmInterpreter) -> SpareChild | None:
        with self._lock:
            for spare in interpreter.spares:
                if spare.warm:
                    interpreter.spares.remove(spare)
                    return spare
        return None

    # --- zygotes -----------------------------------------------------------------------------------------------------

    def warm(self, key: InterpreterKey, standby: bool) -> None:
        """Start a zygote in the background, and maintain it."""
        interpreter = self._interpreter(key)
        interpreter.wants_standby |= standby

        def start() -> None:
            with contextlib.suppress(ZygoteGone):
                self._zygote(interpreter)
            self._wake()

        threading.Thread(target=start, name=f"warm-{key.preload.value}", daemon=True).start()

    def _interpreter(self, key: InterpreterKey) -> WarmInterpreter:
        with self._lock:
            if self._thread is None and not self.closed:
                self._thread = threading.Thread(target=self._maintain, name="warm-pool", daemon=True)
                self._thread.start()
            return self.interpreters.setdefault(key, WarmInterpreter(key, self._most))

    def _zygote(self, interpreter: WarmInterpreter) -> ZygoteClient:
        """Return the zygote. If it has died, the standby replaces it; if there is none, start one."""
        zygote = interpreter.zygote
        if zygote is not None and zygote.alive:
            return zygote
        with interpreter.starting:
            # Read once: the maintenance thread may put the standby in its place, and that must not be forgotten.
            zygote = interpreter.zygote
            if zygote is not None and zygote.alive:
                return zygote
            self._forget(interpreter, zygote)
            if interpreter.zygote is None:
                self._make_room(interpreter.key)
                zygote = self._start(interpreter.key)
                with self._lock:
                    if not self.closed:
                        interpreter.zygote = zygote
                if interpreter.zygote is None:
                    zygote.close()
                    raise ZygoteGone("pool-closed", "the pool is closed")
            return interpreter.zygote

    def _start(self, key: InterpreterKey) -> ZygoteClient:
        spawned: list[ZygoteClient] = []

        def register(zygote: ZygoteClient) -> None:
            """Register the zygote as soon as its process exists, so that closing the pool ends it while it imports."""
            with self._lock:
                if self.closed:
                    raise OSError("the pool is closed")
                self.starting.add(zygote)
            spawned.append(zygote)

        try:
            return ZygoteClient.start(self.mode, *key, on_spawn=register)
        finally:
            with self._lock:
                self.starting.difference_update(spawned)

    def _forget(self, interpreter: WarmInterpreter, zygote: ZygoteClient | None) -> None:
        """Drop a zygote that has died, with its spares; the standby takes its place."""
        with self._lock:
            if zygote is None or interpreter.zygote is not zygote:
                return
            spares, interpreter.spares = interpreter.spares, []
            interpreter.zygote, interpreter.standby = interpreter.standby, None
        self._end(spares)
        zygote.close()

    def _make_room(self, key: InterpreterKey) -> None:
        """End the least recently used idle zygotes of this kind, to limit memory."""
        if key.limit is None:
            return
        surplus: list[ZygoteClient] = []
        spares: list[SpareChild] = []
        with self._lock:
            idle = [kept for kept in self.interpreters.values() if kept.zygote and not kept.zygote.running_jobs]
            large = [(kept.zygote.last_used, kept.key) for kept in idle if kept.zygote and kept.key.kind == key.kind]
            for _, oldest in sorted(large, key=lambda pair: pair[0])[: max(0, len(large) - key.limit + 1)]:
                interpreter = self.interpreters[oldest]
                surplus += filter(None, (interpreter.zygote, interpreter.standby))
                spares += interpreter.spares
                interpreter.zygote, interpreter.standby, interpreter.spares = None, None, []
        self._end(spares)
        for zygote in surplus:
            zygote.close()

    # --- maintenance -------------------------------------------------------------------------------------------------

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait at most `seconds` until every wanted spare and standby is ready. Return whether they are."""
        with self._lock:
            return self._maintained.wait_for(lambda: all(kept.ready for kept in self.interpreters.values()), seconds)

    @property
    def ready_spares(self) -> int:
        """The number of spares that a job can take at once."""
        with self._lock:
            return sum(spare.warm for kept in self.interpreters.values() for spare in kept.spares)

    def _wake(self) -> None:
        if self._alarm >= 0 and not self.closed:
            os.eventfd_write(self._alarm, 1)

    def _maintain(self) -> None:
        while not self.closed:
            self._wait_for_change()
            for interpreter in list(self.interpreters.values()):
                self._drop_dead(interpreter)
                self._poll_spares(interpreter)
                self._adjust_spares(interpreter)
                self._keep_standby(interpreter)
            with self._lock:
                self._maintained.notify_all()

    def _wait_for_change(self) -> None:
        """Wait until a process dies or a spare warms up, a job starts or ends, or TIDY_SECONDS have passed."""
        poll = select.poll()
        poll.register(self._alarm, select.POLLIN)
        with self._lock:
            for interpreter in self.interpreters.values():
                spares = [spare for spare in interpreter.spares if not spare.dead]
                for process in (interpreter.zygote, interpreter.standby, *spares):
                    if process is not None and process.fileno() >= 0:
                        poll.register(process.fileno(), select.POLLIN)
        for fd, _ in poll.poll(TIDY_SECONDS * 1000):
            if fd == self._alarm:
                with contextlib.suppress(BlockingIOError):
                    os.eventfd_read(fd)

    def _drop_dead(self, interpreter: WarmInterpreter) -> None:
        with self._lock:
            zygote, standby = interpreter.zygote, interpreter.standby
            if standby is not None and not standby.alive:
                interpreter.standby = None
            else:
                standby = None
        if standby is not None:
            standby.close()
        if zygote is not None and not zygote.alive:
            self._forget(interpreter, zygote)

    def _poll_spares(self, interpreter: WarmInterpreter) -> None:
        with self._lock:
            for spare in interpreter.spares:
                spare.poll()
            dead = [spare for spare in interpreter.spares if spare.dead]
            interpreter.spares = [spare for spare in interpreter.spares if not spare.dead]
        self._end(dead)

    def _adjust_spares(self, interpreter: WarmInterpreter) -> None:
        """Add one spare or drop the surplus. A TensorFlow spare is added only while a processor is idle."""
        with self._lock:
            zygote, wanted = interpreter.zygote, interpreter.demand.target()
            surplus = interpreter.spares[wanted:]
            interpreter.spares = interpreter.spares[:wanted]
            costly = interpreter.key.preload is Preload.TENSORFLOW
            more = zygote is not None and len(interpreter.spares) < wanted and not interpreter.warming
            if more and zygote is not None and (not costly or self._is_idle()):
                number = self._numbers.take()
                try:
                    interpreter.spares.append(SpareChild(zygote.fork_child(number, SPARE_DISK, spare=True), number))
                except ZygoteGone:
                    self._numbers.give(number)
        self._end(surplus)

    def _keep_standby(self, interpreter: WarmInterpreter) -> None:
        with self._lock:
            missing = interpreter.wants_standby and interpreter.zygote is not None and interpreter.standby is None
            if not missing or interpreter.warming or interpreter.is_starting_standby or not self._is_idle():
                return
            interpreter.is_starting_standby = True
        threading.Thread(target=self._start_standby, args=(interpreter,), name="standby", daemon=True).start()

    def _start_standby(self, interpreter: WarmInterpreter) -> None:
        try:
            zygote = self._start(interpreter.key)
        except ZygoteGone:
            time.sleep(1)  # then the maintenance thread tries again
            zygote = None
        with self._lock:
            interpreter.is_starting_standby = False
            if not self.closed:
                interpreter.standby, zygote = zygote, None
        if zygote is not None:
            zygote.close()
        self._wake()

    def _end(self, spares: list[SpareChild]) -> None:
        for spare in spares:
            spare.close()
            self._numbers.give(spare.number)

    # --- closing -----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """End every zygote and all jobs in it, including zygotes that are still starting."""
        with self._lock:
            if self.closed:
                return
            interpreters, starting = list(self.interpreters.values()), list(self.starting)
            self._wake()
            self.closed = True
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(5)
        for interpreter in interpreters:
            with self._lock:
                spares, interpreter.spares = interpreter.spares, []
            self._end(spares)
            for zygote in filter(None, (interpreter.zygote, interpreter.standby)):
                zygote.close()
        for zygote in starting:
            zygote.close()
        if self._alarm >= 0:
            alarm, self._alarm = self._alarm, -1
            os.close(alarm)


class _NumberAllocator:
    """Hands out the smallest unused number, so that no two living children share a user."""

    def __init__(self) -> None:
        self._free: list[int] = []
        self._next = itertools.count()
        self._lock = threading.Lock()

    def take(self) -> int:
        with self._lock:
            return heapq.heappop(self._free) if self._free else next(self._next)

    def give(self, number: int) -> None:
        with self._lock:
            heapq.heappush(self._free, number)
