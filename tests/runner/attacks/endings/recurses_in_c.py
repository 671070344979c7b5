"""Recurses through C until the stack overflows.

Contained: the result is a crash, never a success.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack, stopped

ATTACK = Attack(
    code="""
sys.setrecursionlimit(1 << 30)
def deeper(_):
    return sorted([1], key=deeper)
deeper(1)
""",
    judge=stopped("crash"),
    modes=EVERYWHERE,
)
