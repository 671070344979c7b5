"""Sets an alarm that ends the process while the check runs.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import os, signal
def leave(*_):
    os._exit(0)
signal.signal(signal.SIGALRM, leave)
def f(x):
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    while True:
        pass
""",
    judge=not_passed,
    check="assert f(2) == 4",
    answer="def f(x): return x * x",
)
