"""Ends the process with os._exit when the check calls it.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import os
def f(x):
    os._exit(0)
""",
    judge=not_passed,
    check="assert f(2) == 4",
    answer="def f(x): return x * x",
)
