"""Fills /dev/shm and every other folder in memory.

Contained: together they hold no more than the job's disk.
"""

from __future__ import annotations

from ..catalogue import SMALL_DISK, Attack

ATTACK = Attack(
    code="""
written = 0
for folder in ("/dev/shm", "/run", "/run/lock", "/dev", "/tmp", "/var/tmp"):
    try:
        for number in range(40):
            with open(f"{folder}/part-{number}", "wb", buffering=0) as file:
                written += file.write(bytes(1 << 20))
    except OSError:
        pass
if written > 17 << 20:
    escaped.append(written)
""",
    limits=SMALL_DISK,
)
