"""Recurses in Python without end.

Contained: a RecursionError, as for everyone.
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
