"""The time that a job has had: what it waited for a processor, or for its check, does not count."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum, auto

STRETCH = 30.0
"""By how much a job may exceed its time limit on a machine that is too busy to run it."""
LEAST_WAIT = 0.05
"""Seconds between two measurements."""


class TimeVerdict(Enum):
    """Whether a job may go on."""

    GO_ON = auto()
    OUT_OF_TIME = auto()
    MACHINE_BUSY = auto()
    """It has not had its time, but the machine has had many times as long to give it."""


class JobClock:
    """The clock of one job. `start` begins it, `pause` and `resume` exclude time in which the job only waits.

    A job is out of time once it has computed for `limit` seconds, or once `limit` seconds have passed without those in
    which its threads waited for a processor; never before `limit` seconds have passed, so that threads may compute
    side by side.

    Args:
        limit: The time limit in seconds.
        now: Returns the time in seconds.
    """

    def __init__(self, limit: float, now: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self._now = now
        self._started: float | None = None
        self._ended: float | None = None
        self._paused_at = 0.0
        self._paused_seconds = 0.0
        self._base: tuple[float, float] | None = None
        self._next_check = limit

    @property
    def started(self) -> bool:
        return self._started is not None

    def start(self) -> None:
        self._started = self._now()

    def pause(self) -> None:
        self._paused_at = self._now()

    def resume(self) -> None:
        self._paused_seconds += self._now() - self._paused_at

    def end(self) -> None:
        self._ended = self._now()

    @property
    def elapsed(self) -> float:
        """Seconds since the start, without pauses; 0 before it."""
        end = self._now() if self._ended is None else self._ended
        return 0.0 if self._started is None else end - self._started - self._paused_seconds

    @property
    def time_left(self) -> float:
        """Seconds until the job's use must be measured (again)."""
        return max(0.0, self._next_check - self.elapsed)

    def set_base(self, cpu: float, waited: float) -> None:
        """Take what the process had used when the job started: a spare has computed before."""
        if self._base is None:
            self._base = cpu, waited

    def used(self, cpu: float, waited: float) -> float:
        """Return the seconds that count, from the use of the process until now."""
        base_cpu, base_waited = self._base or (0.0, 0.0)
        return max(cpu - base_cpu, self.elapsed - max(0.0, waited - base_waited))

    def judge(self, used: float) -> TimeVerdict:
        """Return whether the job is out of time. If it is not, its use is measured again after what it has left."""
        if used >= self.limit:
            return TimeVerdict.OUT_OF_TIME
        if self.elapsed >= self.limit * STRETCH:
            return TimeVerdict.MACHINE_BUSY
        self._next_check = min(self.elapsed + max(LEAST_WAIT, self.limit - used), self.limit * STRETCH)
        return TimeVerdict.GO_ON
