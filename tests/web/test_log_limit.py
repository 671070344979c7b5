"""What repeats itself is logged once a minute."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Iterator

import pytest

from practicum.web.log_limit import PERIOD, OncePerMinute


class Log:
    """A logger with the filter, whose clock the test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.records: list[logging.LogRecord] = []
        self.logger = logging.getLogger("asyncio")
        self.filter = OncePerMinute(lambda: self.now)
        self.handler = logging.Handler()
        self.handler.emit = self.records.append  # type: ignore[method-assign]


@pytest.fixture
def log() -> Iterator[Log]:
    log = Log()
    log.logger.addFilter(log.filter)
    log.logger.addHandler(log.handler)
    yield log
    log.logger.removeFilter(log.filter)
    log.logger.removeHandler(log.handler)


def test_a_message_is_logged_once_a_minute(log: Log) -> None:
    """And then with the number of those that were dropped. Other messages are logged meanwhile."""
    for _ in range(1_000):
        log.logger.warning("Invalid request.")
    log.logger.warning("Something else.")
    log.now += PERIOD
    log.logger.warning("Invalid request.")

    first, other, again = (record.getMessage() for record in log.records)
    assert (first, other) == ("Invalid request.", "Something else.")
    assert "999" in again


def test_errors_of_accept_are_logged_once_a_minute(log: Log) -> None:
    """The event loop reports one for each connection that it cannot accept, thousands of times in a second."""

    async def fail() -> None:
        loop = asyncio.get_running_loop()
        for _ in range(1_000):
            error = OSError(errno.EMFILE, "Too many open files")
            loop.call_exception_handler({"message": "socket.accept() out of system resource", "exception": error})

    asyncio.run(fail())

    assert len(log.records) == 1


def test_each_place_of_an_error_is_logged(log: Log) -> None:
    """Two faults are not taken for one another because they have the same message."""

    def first() -> None:
        raise ValueError

    def second() -> None:
        raise ValueError

    for fault in [first, second] * 50:
        try:
            fault()
        except ValueError:
            log.logger.exception("Exception in application")

    assert len(log.records) == 2


def test_invented_messages_do_not_fill_the_memory(log: Log) -> None:
    for number in range(5_000):
        log.logger.warning(f"Request {number}")

    assert len(log.filter._logged) <= 1_000
