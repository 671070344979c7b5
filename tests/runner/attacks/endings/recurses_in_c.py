"""Recurses through C until the stack ends.

Contained: the result is a crash, with a sentence that says so, never a job that ended well.
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
