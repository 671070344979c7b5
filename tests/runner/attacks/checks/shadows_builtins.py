"""Binds its own functions under the names of builtins that the check uses.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
def isinstance(*_): return True
def all(*_): return True
def abs(number): return 0
def f(x):
    return "wrong"
""",
    judge=not_passed,
    check="""
assert isinstance(f(2), int)
assert all([f(2) == 4])
assert abs(len(str(f(2))) - 1) == 0
""",
    answer="def f(x): return x * x",
)
