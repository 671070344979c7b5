"""The server's time, which is the only one that counts."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

MAX_SET_BACK = timedelta(days=7) // timedelta(milliseconds=1)
"""Milliseconds by which the system's clock may have been set back. By more, what is stored was wrong."""


class ServerClock:
    """A clock that never goes back while the process runs, nor behind what is stored."""

    def __init__(self) -> None:
        self._started = time.time_ns() - _uptime()

    def now(self) -> int:
        """Return milliseconds since 1970."""
        return (self._started + _uptime()) // 1_000_000

    def continue_from(self, newest: int) -> None:
        """Let time go on from the latest that is stored, if the system's clock was set back since.

        Otherwise an open problem would not run out of time, and no card would be due, until the clock is there again.
        """
        behind = newest - self.now()
        if 0 < behind <= MAX_SET_BACK:
            self._started += behind * 1_000_000
        elif behind > 0:
            logging.getLogger(__name__).warning("Progress is stored with times in the future. Check the clock.")


def _uptime() -> int:
    """Nanoseconds since the machine started, including time asleep where the system counts it."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic_ns()


_CLOCK = ServerClock()


def now() -> int:
    """Return milliseconds since 1970. The value never goes back while the process runs."""
    return _CLOCK.now()


def continue_from(newest: int) -> None:
    """See :meth:`ServerClock.continue_from`."""
    _CLOCK.continue_from(newest)
