"""Inspects other processes: command line, memory, open files, folders.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
for pid in (CANARY, os.getppid()):
    for name in ("cmdline", "mem", "maps", "status", "stat", "fd", "root", "cwd", "root/etc/passwd", "task"):
        if pid:
            attempt(read, f"/proc/{pid}/{name}")
            attempt(os.listdir, f"/proc/{pid}/{name}")
            attempt(os.readlink, f"/proc/{pid}/{name}")
""",
    succeeds_for="anyone",
)
