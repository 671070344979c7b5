"""Enters the namespaces of other processes.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
for pid in ("self", CANARY, os.getppid()):
    for name in ("mnt", "net", "user", "pid", "uts", "ipc", "time"):
        try:
            fd = os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY)
        except OSError:
            continue
        kernel(f"setns {name}", 308, fd, 0)
kernel("setns by pidfd", 308, 0, 0x20000)
""",
)
