"""Allocates memory in small steps.

Contained: stopped for its memory.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack, stopped

ATTACK = Attack(
    code="""
hoard = []
while True:
    hoard.append(bytearray(32 << 20))
""",
    judge=stopped("memory"),
    modes=EVERYWHERE,
)
