"""Writes one file without end.

Contained: the file is no larger than the job's disk.
"""

from __future__ import annotations

from ..catalogue import SMALL_DISK, Attack

ATTACK = Attack(
    code="""
written = 0
try:
    with open("big", "wb", buffering=0) as file:
        while written < 64 << 20:
            written += file.write(bytes(1 << 20))
except OSError:
    pass
if written > 17 << 20:
    escaped.append(written)
""",
    limits=SMALL_DISK,
)
