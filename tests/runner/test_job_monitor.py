"""The watch over a session whose other end is in the test's hands: what is told when, and in which order it comes."""

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


class Child:
    """The child's and the zygote's ends of a session, and a watch that follows it in a thread."""

    def __init__(self) -> None:
        self.session, (channel, self.stdout, self.stderr, report, self.traces) = ChildSession.open()
        self.channel, self.report = socket.socket(fileno=channel), socket.socket(fileno=report)
        self.results: list[Result] = []
        watch = JobMonitor(self.session, Job(code="x = 1"), on_event=lambda _: self._began.set())
        self._began = threading.Event()
        self._thread = threading.Thread(target=lambda: self.results.append(watch.result()))
        self._thread.start()
        self.channel.sendall(frame(b"B", {}))
        assert self._began.wait(5)

    def result(self) -> Result:
        self._thread.join(10)
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
    """The zygote tells how the child ended and closes; pipes that end later change nothing of it."""
    os.write(child.traces, b'Fatal Python error: Segmentation fault\n\n  File "<snippet>", line 3 in <module>\n')
    child.report.send(json.dumps({"exit": -11, "memory": 1 << 20}).encode())
    child.report.close()

    result = child.result()

    assert (result.stopped, result.code, result.stopped_at) == ("crash", "sigsegv", 3)
    assert not child.session.abandoned


def test_a_zygote_that_goes_without_a_word_has_died(child: Child) -> None:
    """Its end of the report closes and it has said nothing: the watch knows it, and the keeper."""
    child.report.close()

    result = child.result()

    assert (result.stopped, result.code) == ("crash", "interpreter-died")
    assert child.session.abandoned
