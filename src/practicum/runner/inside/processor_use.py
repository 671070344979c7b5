"""What another process uses and holds, from the kernel: the process itself cannot change it."""

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
        resident: int
        locks: bool


_SCHEDULER_CLOCK = 2


def processor_use(pid: int) -> ProcessorUse:
    """Return the seconds that a process has computed (`cpu`) and its living threads waited for a processor (`waited`),
    the bytes of its memory that no file holds (`resident`), and whether it may hold a lock on a file (`locks`). The
    first three are 0 where the system does not count them.
    """
    return {
        "cpu": _cpu_seconds(pid),
        "waited": _waited_seconds(pid),
        "resident": _resident_bytes(pid),
        "locks": _may_hold_locks(pid),
    }


def _may_hold_locks(pid: int) -> bool:
    try:
        for fd in os.listdir(f"/proc/{pid}/fdinfo"):
            with open(f"/proc/{pid}/fdinfo/{fd}") as file:
                if "lock:" in file.read():
                    return True
    except OSError:
        return True
    return False


def _resident_bytes(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm") as file:
            _, resident, shared, *_ = map(int, file.read().split())
    except (OSError, ValueError):
        return 0
    return (resident - shared) * os.sysconf("SC_PAGESIZE")


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
