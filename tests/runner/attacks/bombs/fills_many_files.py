"""Writes many files, each within the limit for one.

Contained: together they are no larger than the job's disk.
"""

from __future__ import annotations

from practicum.runner import IsolationMode

from ..catalogue import SMALL_DISK, Attack

ATTACK = Attack(
    code="""
written = 0
try:
    for number in range(64):
        with open(f"part-{number}", "wb", buffering=0) as file:
            written += file.write(bytes(1 << 20))
except OSError:
    pass
if written > 17 << 20:
    escaped.append(written)
""",
    limits=SMALL_DISK,
    known={IsolationMode.BARE: "an ordinary folder has no quota: each file is bounded, their sum is not"},
)
