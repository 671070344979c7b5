"""Keeps a log small: what is repeated is logged once a minute."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

PERIOD = 60.0
"""Seconds in which the same message is logged once."""
_KEPT = 1000
"""Messages that are remembered."""


class OncePerMinute(logging.Filter):
    """Drops a message that was logged within the last minute, and an exception from the same line.

    Args:
        clock: Returns the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._logged: dict[object, tuple[float, int]] = {}
        """For each message: when it was logged last, and how often it was dropped since."""

    def filter(self, record: logging.LogRecord) -> bool:
        key, now = _key(record), self._clock()
        at, dropped = self._logged.get(key, (now - PERIOD, 0))
        if now - at < PERIOD:
            self._logged[key] = at, dropped + 1
            return False
        self._logged.pop(key, None)
        self._logged[key] = now, 0
        if len(self._logged) > _KEPT:
            del self._logged[next(iter(self._logged))]
        if dropped:
            record.msg, record.args = f"{record.getMessage()} (and {dropped} times before)", ()
        return True


def _key(record: logging.LogRecord) -> object:
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return record.name, str(record.msg)
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return record.name, type(error), trace and (trace.tb_frame.f_code.co_filename, trace.tb_lineno)
