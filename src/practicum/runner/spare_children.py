"""Spare children of a zygote: forked, locked and warmed up before there is a job for them. Each runs one job."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

from practicum.runner.job import Limits, Preload
from practicum.runner.zygote_client import ChildSession

SPARE_DISK = Limits().disk
"""Disk limit of a spare, fixed when it is forked: a spare fits only jobs with this limit."""
RECENT_SECONDS = 60.0
"""Seconds for which a request counts towards the number of spares to keep."""
SPARE_MEMORY = {Preload.TENSORFLOW: 110 << 20, Preload.NUMPY: 12 << 20, Preload.PYTHON: 6 << 20}
"""Upper estimate of the memory that one spare costs, in bytes."""
MEMORY_SHARE = 0.25
"""Fraction of the machine's available memory that spares may take."""


class SpareChild:
    """A started child without a job. Its :meth:`fileno` becomes readable when it is warm or has ended."""

    def __init__(self, session: ChildSession, number: int) -> None:
        self.session = session
        self.number = number
        self.warm = False
        self.dead = False

    def fileno(self) -> int:
        return self.session.channel.fileno()

    def poll(self) -> None:
        """Read its messages and set `warm` or `dead`."""
        for source, data in self.session.events(0):
            if source == "channel" and data[:1] == b"W":
                self.warm = True
            elif source in ("channel", "report"):
                self.dead = True

    def close(self) -> None:
        self.session.close()


class SpareDemand:
    """Counts recent jobs and derives from them how many spares to keep."""

    def __init__(self, preload: Preload, least: int, most: int) -> None:
        self.preload = preload
        self.least = least
        self.most = most
        self._times: deque[float] = deque(maxlen=max(1, most))

    def record_request(self) -> None:
        self._times.append(time.monotonic())

    def target(self, now: float | None = None) -> int:
        """Return how many spares to keep: the jobs of the last minute, between `least` and `most`, as memory allows."""
        now = time.monotonic() if now is None else now
        recent = sum(now - at <= RECENT_SECONDS for at in self._times)
        room = int(available_memory() * MEMORY_SHARE / SPARE_MEMORY[self.preload])
        return min(max(self.least, recent), self.most, room)


def available_memory() -> int:
    """Return the bytes of memory still available to programs; 1 TiB if the system does not report it."""
    try:
        with Path("/proc/meminfo").open() as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) << 10
    except OSError:
        pass
    return 1 << 40
