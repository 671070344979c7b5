"""What processes take from the machine, as `/proc` tells it."""

from __future__ import annotations

import os
import re
from pathlib import Path


def below(pid: int) -> list[int]:
    """The process and all below it, parents first."""
    found = [pid]
    for each in found:
        for file in Path(f"/proc/{each}/task").glob("*/children"):
            found += map(int, text(file).split())
    return found


def memory(*pids: int) -> int:
    """Bytes of these processes; what several share is shared out among them (PSS)."""
    return sum(_rolled(pid, "Pss") for pid in pids)


def resident(pid: int) -> int:
    """Bytes that the process has in memory, shared or not (RSS)."""
    return _rolled(pid, "Rss")


def own(pid: int) -> int:
    """Bytes that belong to no file: what a leak would add to. Unlike PSS it does not depend on who shares them."""
    return _rolled(pid, "Anonymous")


def _rolled(pid: int, field: str) -> int:
    found = re.search(rf"^{field}:\s+(\d+)", text(Path(f"/proc/{pid}/smaps_rollup")), re.MULTILINE)
    return int(found[1]) << 10 if found else 0


def descriptors(pid: int) -> int:
    """Open descriptors; 0 where we may not look."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 - names only
    except OSError:
        return 0


def mounts(pid: int) -> int:
    """Mounts that the process sees."""
    return len(text(Path(f"/proc/{pid}/mountinfo")).splitlines())


def threads(pid: int) -> int:
    """Threads, those of C libraries included."""
    return len(list(Path(f"/proc/{pid}/task").glob("*")))


def ticks(pid: int) -> int:
    """Processor time that a process has used, in the kernel's ticks."""
    after_name = text(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return int(after_name[11]) + int(after_name[12]) if after_name else 0


def ticks_with_ended(pid: int) -> int:
    """The same with the time of its children that have ended, and of theirs."""
    after_name = text(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(map(int, after_name[11:15])) if after_name else 0


def text(file: Path) -> str:
    """What is in a file of /proc; nothing if the process has just ended."""
    try:
        return file.read_text()
    except OSError:
        return ""
