"""Keeps interpreters ready: zygotes, the spare children of each, and a standby; and notices at once when one dies."""

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
from practicum.runner.spare_children import DISK, Demand, Spare
from practicum.runner.zygote_client import Session, Zygote


class Key(NamedTuple):
    """Which interpreter: what it has imported, its hash seed, and whose packages."""

    preload: Preload
    hash_seed: int
    environment: Environment


KEEP = 6
"""TensorFlow interpreters (of different hash seeds or environments) that stay warm at once: 230 MB each."""
ATTEMPTS = 3
"""To begin a job: with a dead spare, a fresh child of a zygote that has died too, a child of a new zygote."""
LEAST = 1
"""Spares of an interpreter that stay when nothing happens."""
TIDY = 10.0
"""Seconds between two looks at whether fewer spares would do."""


class Home:
    """All that is kept ready of one interpreter. Its fields are guarded by the keeper's lock."""

    def __init__(self, key: Key, most: int) -> None:
        self.key = key
        self.starting = threading.Lock()
        """Held by who starts a zygote; others who need it wait for that."""
        self.zygote: Zygote | None = None
        self.standby: Zygote | None = None
        self.wants_standby = False
        self.is_starting_standby = False
        self.spares: list[Spare] = []
        # Other hash seeds are for proving, where each run may cost what it costs, and chance is what is looked at.
        most = most if key.hash_seed == 0 else 0
        self.demand = Demand(key.preload, min(LEAST, most), most)

    @property
    def warming(self) -> bool:
        return any(not spare.warm for spare in self.spares)

    @property
    def settled(self) -> bool:
        ready = self.standby is not None if self.wants_standby else True
        return self.zygote is None or (ready and not self.warming and len(self.spares) >= self.demand.wanted())


class Keeper:
    """Every method may be called from any thread. One thread of its own looks after what is kept."""

    def __init__(self, mode: IsolationMode, spares: int, is_idle: Callable[[], bool]) -> None:
        self.mode = mode
        self.closed = False
        self._most = spares
        self._is_idle = is_idle
        self._homes: dict[Key, Home] = {}
        self._starting: set[Zygote] = set()
        self._numbers = _Numbers()
        self._lock = threading.RLock()
        self._tended = threading.Condition(self._lock)
        self._alarm = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK) if hasattr(os, "eventfd") else -1
        self._thread: threading.Thread | None = None

    # --- for jobs ----------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def child(self, job: Job, key: Key, fresh: bool) -> Iterator[Session]:
        """A child for the job: a warm spare, unless a `fresh` one is asked for or there is none.

        At the end it is killed if it still runs. Raises :class:`ZygoteGone`.
        """
        home = self._home(key)
        home.demand.note()
        zygote = self._zygote(home)
        spare = None if fresh or job.limits.disk != DISK else self._take(home)
        number = spare.number if spare else self._numbers.take()
        try:
            session = spare.session if spare else zygote.launch(number, job.limits.disk)
            with self._busy(zygote), contextlib.closing(session):
                self._poke()
                yield session
            if session.abandoned:
                self._forget(home, zygote)  # now, though its process may take a moment to end: the next job is sooner
        except ChildGone:
            raise
        except ZygoteGone:
            self._forget(home, zygote)
            raise
        finally:
            self._numbers.give(number)
            self._poke()

    @contextlib.contextmanager
    def _busy(self, zygote: Zygote) -> Iterator[None]:
        with self._lock:
            zygote.busy += 1
        try:
            yield
        finally:
            with self._lock:
                zygote.busy -= 1

    def _take(self, home: Home) -> Spare | None:
        with self._lock:
            for spare in home.spares:
                if spare.warm:
                    home.spares.remove(spare)
                    return spare
        return None

    # --- zygotes -----------------------------------------------------------------------------------------------------

    def warm(self, key: Key, standby: bool) -> None:
        """Start that zygote in the background, and look after it."""
        home = self._home(key)
        home.wants_standby |= standby

        def start() -> None:
            with contextlib.suppress(ZygoteGone):
                self._zygote(home)
            self._poke()

        threading.Thread(target=start, name=f"warm-{key.preload.value}", daemon=True).start()

    def _home(self, key: Key) -> Home:
        with self._lock:
            if self._thread is None and not self.closed:
                self._thread = threading.Thread(target=self._tend_for_good, name="keeper", daemon=True)
                self._thread.start()
            return self._homes.setdefault(key, Home(key, self._most))

    def _zygote(self, home: Home) -> Zygote:
        """The zygote, started if there is none; the standby, if it has died."""
        zygote = home.zygote
        if zygote is not None and zygote.alive:
            return zygote
        with home.starting:
            if home.zygote is not None and home.zygote.alive:
                return home.zygote
            self._forget(home, home.zygote)
            if home.zygote is None:
                self._make_room(home.key.preload)
                zygote = self._start(home.key)
                with self._lock:
                    if not self.closed:
                        home.zygote = zygote
                if home.zygote is None:
                    zygote.close()
                    raise ZygoteGone("the pool is closed")
            return home.zygote

    def _start(self, key: Key) -> Zygote:
        spawned: list[Zygote] = []

        def own(zygote: Zygote) -> None:
            """Answer for it from its first moment, so that closing ends it though it is still importing."""
            with self._lock:
                if self.closed:
                    raise OSError("the pool is closed")
                self._starting.add(zygote)
            spawned.append(zygote)

        try:
            return Zygote.start(self.mode, *key, on_spawn=own)
        finally:
            with self._lock:
                self._starting.difference_update(spawned)

    def _forget(self, home: Home, zygote: Zygote | None) -> None:
        """Give up a zygote that has died, with its spares; the standby takes its place."""
        with self._lock:
            if zygote is None or home.zygote is not zygote:
                return
            spares, home.spares = home.spares, []
            home.zygote, home.standby = home.standby, None
        self._end(spares)
        zygote.close()

    def _make_room(self, preload: Preload) -> None:
        """End the idle TensorFlow zygotes that were used the longest ago, so that few take up memory."""
        if preload is not Preload.TENSORFLOW:
            return
        surplus: list[Zygote] = []
        spares: list[Spare] = []
        with self._lock:
            idle = [home for home in self._homes.values() if home.zygote and not home.zygote.busy]
            large = [(home.zygote.used, home.key) for home in idle if home.zygote and home.key.preload is preload]
            for _, key in sorted(large, key=lambda pair: pair[0])[: max(0, len(large) - KEEP + 1)]:
                home = self._homes[key]
                surplus += filter(None, (home.zygote, home.standby))
                spares += home.spares
                home.zygote, home.standby, home.spares = None, None, []
        self._end(spares)
        for zygote in surplus:
            zygote.close()

    # --- what is kept ready ------------------------------------------------------------------------------------------

    def settle(self, seconds: float) -> bool:
        """Wait until every spare that is wanted is warm, and every standby there."""
        with self._lock:
            return self._tended.wait_for(lambda: all(home.settled for home in self._homes.values()), seconds)

    def _poke(self) -> None:
        if self._alarm >= 0 and not self.closed:
            os.eventfd_write(self._alarm, 1)

    def _tend_for_good(self) -> None:
        while not self.closed:
            self._await_news()
            for home in list(self._homes.values()):
                self._bury(home)
                self._look_at_spares(home)
                self._fit_spares(home)
                self._keep_standby(home)
            with self._lock:
                self._tended.notify_all()

    def _await_news(self) -> None:
        """Until something died, warmed up, began or ended; or it is time to tidy up."""
        poll = select.poll()
        poll.register(self._alarm, select.POLLIN)
        with self._lock:
            for home in self._homes.values():
                for kept in (home.zygote, home.standby, *(spare for spare in home.spares if not spare.dead)):
                    if kept is not None and kept.fileno() >= 0:
                        poll.register(kept.fileno(), select.POLLIN)
        for fd, _ in poll.poll(TIDY * 1000):
            if fd == self._alarm:
                with contextlib.suppress(BlockingIOError):
                    os.eventfd_read(fd)

    def _bury(self, home: Home) -> None:
        with self._lock:
            zygote, standby = home.zygote, home.standby
            if standby is not None and not standby.alive:
                home.standby = None
            else:
                standby = None
        if standby is not None:
            standby.close()
        if zygote is not None and not zygote.alive:
            self._forget(home, zygote)

    def _look_at_spares(self, home: Home) -> None:
        with self._lock:
            for spare in home.spares:
                spare.look()
            dead = [spare for spare in home.spares if spare.dead]
            home.spares = [spare for spare in home.spares if not spare.dead]
        self._end(dead)

    def _fit_spares(self, home: Home) -> None:
        """One more, or those too many away. A costly one is made only when a processor has nothing else to do."""
        with self._lock:
            zygote, wanted = home.zygote, home.demand.wanted()
            surplus = home.spares[wanted:]
            home.spares = home.spares[:wanted]
            costly = home.key.preload is Preload.TENSORFLOW
            more = zygote is not None and len(home.spares) < wanted and not home.warming
            if more and zygote is not None and (not costly or self._is_idle()):
                number = self._numbers.take()
                try:
                    home.spares.append(Spare(zygote.launch(number, DISK, spare=True), number))
                except ZygoteGone:
                    self._numbers.give(number)
        self._end(surplus)

    def _keep_standby(self, home: Home) -> None:
        with self._lock:
            lacking = home.wants_standby and home.zygote is not None and home.standby is None
            if not lacking or home.warming or home.is_starting_standby or not self._is_idle():
                return
            home.is_starting_standby = True
        threading.Thread(target=self._start_standby, args=(home,), name="standby", daemon=True).start()

    def _start_standby(self, home: Home) -> None:
        try:
            zygote = self._start(home.key)
        except ZygoteGone:
            time.sleep(1)  # and then it is tried again
            zygote = None
        with self._lock:
            home.is_starting_standby = False
            if not self.closed:
                home.standby, zygote = zygote, None
        if zygote is not None:
            zygote.close()
        self._poke()

    def _end(self, spares: list[Spare]) -> None:
        for spare in spares:
            spare.close()
            self._numbers.give(spare.number)

    # --- the end -----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """End every zygote, with all that runs in it, also those which are just being started."""
        with self._lock:
            if self.closed:
                return
            homes, starting = list(self._homes.values()), list(self._starting)
            self._poke()
            self.closed = True
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(5)
        for home in homes:
            self._end(home.spares)
            for zygote in filter(None, (home.zygote, home.standby)):
                zygote.close()
        for zygote in starting:
            zygote.close()
        if self._alarm >= 0:
            alarm, self._alarm = self._alarm, -1
            os.close(alarm)


class _Numbers:
    """The least number that nobody has, so that no two children who live at the same time share a user."""

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
