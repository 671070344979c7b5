"""Changes the expected value where the check stores it.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import gc, sys
def f(x):
    frame = sys._getframe(1)
    while frame:
        if "expected" in frame.f_globals:
            frame.f_globals["expected"] = 5
        frame = frame.f_back
    for thing in gc.get_objects():
        if isinstance(thing, dict) and "expected" in thing:
            thing["expected"] = 5
        if isinstance(thing, list) and thing == [0, 1, 4]:
            thing[:] = [5]
    return 5
""",
    judge=not_passed,
    check="""
expected = 4
assert f(2) == expected
""",
    answer="def f(x): return x * x",
)
