"""The log of the store's errors: none is silent, and a database that is down does not fill the disk."""

from __future__ import annotations

import pytest

from practicum.store import StoreError
from practicum.store import error_log as module
from practicum.store.error_log import ErrorLog


class Clock:
    """Seconds that a test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 1_000.0
        monkeypatch.setattr(module.time, "monotonic", lambda: self.seconds)


def error(code: str = "unreachable") -> StoreError:
    return StoreError(code, "the database: cannot be reached")


def test_while_it_fails_there_is_one_line_a_minute(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The first has the traceback; later ones have the number of errors; another code is logged at once."""
    clock, log = Clock(monkeypatch), ErrorLog()

    for _ in range(180):
        log.add(error())
        clock.seconds += 1
    log.add(error("disk-full"))

    codes = [record.args[1] for record in caplog.records if isinstance(record.args, tuple)]
    assert codes == ["unreachable"] * 3 + ["disk-full"]
    assert [bool(record.exc_info) for record in caplog.records] == [True, False, False, True]
    assert "121 errors" in caplog.messages[2]


def test_the_end_of_a_failure_is_logged_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """And the next failure is a new one."""
    Clock(monkeypatch)
    log = ErrorLog()
    log.succeeded()
    log.add(error())
    failing = log.failing
    log.succeeded()
    log.succeeded()
    log.add(error())

    assert failing
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING", "ERROR"]
