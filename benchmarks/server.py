"""A server as a process of its own, and what it and its children take from the machine."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from types import TracebackType
from typing import Self

from benchmarks import processes
from benchmarks.wire import Address

QUIET = 2.0
"""Seconds without work after which a server counts as idle."""


class Server:
    """`python -m MODULE …`, which prints its address once it listens. Ended with its children at the end of `with`."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://([\d.]+):(\d+)", line)
        if found is None:
            self._end()
            raise RuntimeError(f"{' '.join(arguments)} did not start")
        self.address = Address(found[1], int(found[2]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        pids = self.pids()
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)
        for (
            pid
        ) in pids:  # An interpreter that was still starting would go on for seconds, beside what is measured next.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def pids(self) -> list[int]:
        """Its process and all below it."""
        return processes.below(self.process.pid)

    def memory(self, *pids: int) -> int:
        """Bytes of these processes, or of all: what several share is shared out among them (PSS)."""
        return processes.memory(*(pids or self.pids()))

    def settle(self, timeout: float = 120) -> None:
        """Wait until it has done its work in the background. Raises TimeoutError."""
        ends, before, since = time.monotonic() + timeout, -1, time.monotonic()
        while time.monotonic() < ends:
            ticks = sum(processes.ticks(pid) for pid in self.pids())
            if ticks != before:
                before, since = ticks, time.monotonic()
            elif time.monotonic() - since >= QUIET:
                return
            time.sleep(0.1)
        raise TimeoutError("the server is still at work")
