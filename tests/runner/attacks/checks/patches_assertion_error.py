"""Turns a failed assertion into something else: an exit, a warning, nothing.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import builtins, os
class Quiet(BaseException):
    def __new__(cls, *_): os._exit(0)
builtins.AssertionError = Quiet
def f(x):
    builtins.AssertionError = Quiet
    return 5
""",
    judge=not_passed,
    check="assert f(2) == 4",
    answer="def f(x): return x * x",
)
