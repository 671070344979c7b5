"""Replaces the builtins that the check uses.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import builtins
builtins.isinstance = builtins.all = builtins.any = lambda *_: True
builtins.abs = lambda number: 0
builtins.sum = lambda items: 14
builtins.sorted = lambda items: [0, 1, 4]
def f(x):
    return "wrong"
""",
    judge=not_passed,
    check="""
assert isinstance(f(2), int)
assert all(f(n) == n * n for n in range(5))
assert sum([f(1), f(2), f(3)]) == 14
""",
    answer="def f(x): return x * x",
)
