"""Aborts, which would leave the whole memory in a file.

Contained: the result is a crash, with a sentence that says so, never a job that ended well.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack, stopped

ATTACK = Attack(
    code="os.abort()",
    judge=stopped("crash"),
    modes=EVERYWHERE,
)
