"""The server's time, which is the only one that counts."""

from __future__ import annotations

import time


def _uptime() -> int:
    """Nanoseconds since the machine started, including time asleep where the system counts it."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic_ns()


_STARTED = time.time_ns() - _uptime()


def now() -> int:
    """Return milliseconds since 1970. The value never goes back while the process runs."""
    return (_STARTED + _uptime()) // 1_000_000
