"""Takes open files from another process through a process descriptor.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
for pid in {CANARY, os.getppid()} - {0}:
    fd = attempt(os.pidfd_open, pid)
    if fd is not None:
        kernel("getfd", 438, fd, 0, 0)
""",
    succeeds_for="anyone",
)
