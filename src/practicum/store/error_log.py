"""Logs the store's errors: the first one with its traceback, and while they last one line a minute."""

from __future__ import annotations

import logging
import time
from collections import Counter
from threading import Lock

from practicum.store.records import StoreError

INTERVAL = 60.0
"""Seconds between two entries while every request fails."""

_logger = logging.getLogger("practicum.store")


class ErrorLog:
    """The errors of one store, from the first failure to the next success."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[str] = Counter()
        self._code = ""
        self._count = 0
        self._began = self._logged = 0.0

    @property
    def counts(self) -> dict[str, int]:
        """The number of all errors by their codes."""
        with self._lock:
            return dict(self._counts)

    @property
    def failing(self) -> bool:
        """Whether the last use of the database failed."""
        return bool(self._code)

    def add(self, error: StoreError) -> None:
        """Log an error, unless one with the same code was logged less than `INTERVAL` seconds ago."""
        with self._lock:
            self._counts[error.code] += 1
            moment = time.monotonic()
            if not self._code:
                self._count, self._began = 0, moment
            self._count += 1
            if self._code != error.code:
                _logger.error("%s [%s]", error, error.code, exc_info=error)
            elif moment - self._logged >= INTERVAL:
                _logger.error("%s [%s] (%d errors in %.0f s)", error, error.code, self._count, moment - self._began)
            else:
                return
            self._code, self._logged = error.code, moment

    def succeeded(self) -> None:
        """Log that the database works again, if it did not."""
        with self._lock:
            if self._code:
                seconds = time.monotonic() - self._began
                _logger.warning("The database works again after %.0f s and %d errors.", seconds, self._count)
            self._code = ""
