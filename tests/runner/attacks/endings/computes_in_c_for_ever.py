"""Computes for ever inside a single call of C, which looks at no signal.

Contained: its time runs out, and it is ended.
"""

from __future__ import annotations

from ..catalogue import HURRIED, Attack, stopped

ATTACK = Attack(
    code="10 ** 10 ** 9",
    judge=stopped("time"),
    limits=HURRIED,
)
