"""Recurses in Python without end.

Contained: a RecursionError, as in any program.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack, failed

ATTACK = Attack(
    code="""
def deeper():
    return deeper()
deeper()
""",
    judge=failed("RecursionError"),
    modes=EVERYWHERE,
)
