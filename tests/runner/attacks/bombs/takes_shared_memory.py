"""Allocates shared memory, which some limits do not count.

Contained: it gets no more than its limit.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import mmap
taken = 0
try:
    hoard = []
    while taken < 3 << 30:
        part = mmap.mmap(-1, 32 << 20)
        part[::4096] = bytes(len(part) // 4096)
        hoard.append(part)
        taken += len(part)
except (MemoryError, OSError):
    pass
hoard = part = None
if taken > 1 << 30:
    escaped.append(taken)
""",
)
