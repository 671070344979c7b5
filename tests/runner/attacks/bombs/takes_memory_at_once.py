"""Allocates twenty gigabytes at once.

Contained: stopped for its memory.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack, stopped

ATTACK = Attack(
    code="hoard = bytearray(20 << 30)",
    judge=stopped("memory"),
    modes=EVERYWHERE,
)
