"""The processor time of another process, from the kernel: the process itself cannot change it."""

from __future__ import annotations

import contextlib
import os
import time

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from typing import TypedDict

    class ProcessorUse(TypedDict):
        cpu: float
        waited: float


_SCHEDULER_CLOCK = 2


def processor_use(pid: int) -> ProcessorUse:
    """Return the seconds that a process has computed (`cpu`) and that its living threads waited for a processor.

    Both are 0 where the system does not count them.
    """
    return {"cpu": _cpu_seconds(pid), "waited": _waited_seconds(pid)}


def _cpu_seconds(pid: int) -> float:
    try:
        return time.clock_gettime((~pid << 3) | _SCHEDULER_CLOCK)  # what `clock_getcpuclockid` returns
    except (AttributeError, OSError):
        return 0.0


def _waited_seconds(pid: int) -> float:
    waited = 0
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            # Threads may end meanwhile.
            with (
                contextlib.suppress(OSError, ValueError, IndexError),
                open(f"/proc/{pid}/task/{task}/schedstat") as file,
            ):
                waited += int(file.read().split()[1])
    return waited / 1e9
