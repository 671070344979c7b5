"""Children of a zygote that are forked, locked and warmed before there is a job for them; each serves one job."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

from practicum.runner.job import Limits, Preload
from practicum.runner.zygote_client import Session

DISK = Limits().disk
"""A spare's disk is made with it, so it serves jobs that may have just as much."""
RECENT = 60.0
"""Seconds for which what was asked for counts when it is decided how many to keep."""
MEMORY = {Preload.TENSORFLOW: 110 << 20, Preload.NUMPY: 12 << 20, Preload.PYTHON: 6 << 20}
"""Bytes that one costs, generously."""
SHARE = 0.25
"""Of the machine's free memory, what spares may take."""


class Spare:
    """A started child without a job. Readable (:meth:`fileno`) when it has become warm, or has ended."""

    def __init__(self, session: Session, number: int) -> None:
        self.session = session
        self.number = number
        self.warm = False
        self.dead = False

    def fileno(self) -> int:
        return self.session.channel.fileno()

    def look(self) -> None:
        """Take what it says: that it is warm, or that it cannot be."""
        for source, data in self.session.events(0):
            if source == "channel" and data[:1] == b"W":
                self.warm = True
            elif source in ("channel", "report"):
                self.dead = True

    def close(self) -> None:
        self.session.close()


class Demand:
    """How many jobs there were lately, and so how many spares are worth keeping."""

    def __init__(self, preload: Preload, least: int, most: int) -> None:
        self.preload = preload
        self.least = least
        self.most = most
        self._times: deque[float] = deque(maxlen=max(1, most))

    def note(self) -> None:
        self._times.append(time.monotonic())

    def wanted(self, now: float | None = None) -> int:
        """`least` when nothing happens; as many as were asked for in the last minute, as far as memory reaches."""
        now = time.monotonic() if now is None else now
        recent = sum(now - at <= RECENT for at in self._times)
        room = int(available_memory() * SHARE / MEMORY[self.preload])
        return min(max(self.least, recent), self.most, room)


def available_memory() -> int:
    """Bytes of memory that programs could still take; plenty where the system does not tell."""
    try:
        with Path("/proc/meminfo").open() as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) << 10
    except OSError:
        pass
    return 1 << 40
