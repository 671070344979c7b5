"""Sets a profiler that ends the process at the first call of the check.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import os, sys, threading
def watch(frame, event, argument):
    if frame.f_code.co_filename == "<check>" or frame.f_code.co_name == "f":
        os._exit(0)
sys.setprofile(watch)
threading.setprofile(watch)
def f(x):
    return 5
""",
    judge=not_passed,
    check="assert f(2) == 4",
    answer="def f(x): return x * x",
)
