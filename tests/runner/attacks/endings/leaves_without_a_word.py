"""Ends its process without a word.

Contained: the result is a crash, with a sentence that says so, never a job that ended well.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack, stopped

ATTACK = Attack(
    code="os._exit(0)",
    judge=stopped("crash"),
    modes=EVERYWHERE,
)
