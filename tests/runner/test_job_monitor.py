"""The job monitor, with the other end of its session controlled by the test."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator

import pytest

from practicum.runner import Job, Result
from practicum.runner.job_monitor import JobMonitor, frame
from practicum.runner.zygote_client import ChildSession
from tests.waiting import PATIENCE


class Child:
    """The child's and the zygote's ends of a session, and a thread with its monitor."""

    def __init__(self) -> None:
        self.session, (channel, self.stdout, self.stderr, report, self.traces) = ChildSession.open()
        self.channel, self.report = socket.socket(fileno=channel), socket.socket(fileno=report)
        self.results: list[Result] = []
        monitor = JobMonitor(self.session, Job(code="x = 1"), on_event=lambda _: self._began.set())
        self._began = threading.Event()
        self._thread = threading.Thread(target=lambda: self.results.append(monitor.result()))
        self._thread.start()
        self.channel.sendall(frame(b"B", {}))
        assert self._began.wait(PATIENCE)

    def result(self) -> Result:
        self._thread.join(PATIENCE)
        return self.results[0]

    def close(self) -> None:
        self.channel.close()
        self.report.close()
        for fd in (self.stdout, self.stderr, self.traces):
            os.close(fd)
        self._thread.join()
        self.session.close()


@pytest.fixture
def child() -> Iterator[Child]:
    child = Child()
    yield child
    child.close()


def test_the_end_of_a_report_is_not_the_end_of_the_zygote(child: Child) -> None:
    """The zygote reports how the child ended and closes the report; pipes may end later."""
    os.write(child.traces, b'Fatal Python error: Segmentation fault\n\n  File "<snippet>", line 3 in <module>\n')
    child.report.send(json.dumps({"exit": -11, "memory": 1 << 20}).encode())
    child.report.close()

    result = child.result()

    assert (result.stopped, result.code, result.stopped_at) == ("crash", "sigsegv", 3)
    assert not child.session.abandoned


def test_a_report_that_closes_empty_means_a_dead_zygote(child: Child) -> None:
    """The result has the code, and the session is marked as abandoned."""
    child.report.close()

    result = child.result()

    assert (result.stopped, result.code) == ("crash", "interpreter-died")
    assert child.session.abandoned


def test_a_request_that_the_zygote_did_not_read_hides_no_report(child: Child) -> None:
    """The zygote may close the report before it reads a request for the time used; its report still counts."""
    child.session.request_use()
    child.report.send(json.dumps({"exit": 3, "memory": 1 << 20}).encode())
    child.report.close()

    result = child.result()

    assert (result.stopped, result.code) == ("crash", "exited")
    assert not child.session.abandoned


def test_a_session_yields_each_chunk_once_even_if_its_reader_asks_for_more_in_between() -> None:
    """A job that is ready, and the report of its use, may arrive together: the first makes the monitor read on."""
    session, theirs = ChildSession.open()
    try:
        for place in (0, 1, 3):  # the channel, stdout and the report
            os.write(theirs[place], b"once")
        seen = []
        for chunk in session.events(10):
            seen += [chunk, *session.events(0)]
    finally:
        session.close()
        for fd in theirs:
            os.close(fd)

    assert sorted(seen) == [("channel", b"once"), ("report", b"once"), ("stdout", b"once")]
