"""Aborts, which would write the memory to a file.

Contained: the result is a crash, never a success.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack, stopped

ATTACK = Attack(
    code="os.abort()",
    judge=stopped("crash"),
    modes=EVERYWHERE,
)
