"""Overwrites the expected number in the interpreter's memory.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import ctypes
def f(x):
    ctypes.memmove(id(4) + 24, id(5) + 24, 4)
    return 5
""",
    judge=not_passed,
    check="assert f(2) == 4",
    answer="def f(x): return x * x",
)
