"""Computes forever in a single call of C, which handles no signal.

Contained: its time runs out, and it is ended.
"""

from __future__ import annotations

from ..catalogue import HURRIED, Attack, stopped

ATTACK = Attack(
    code="10 ** 10 ** 9",
    judge=stopped("time"),
    limits=HURRIED,
)
