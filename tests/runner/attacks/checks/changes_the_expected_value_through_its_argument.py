"""Changes the expected value, found through the objects that hold its argument.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import gc
def f(numbers):
    for holder in gc.get_referrers(numbers):
        if isinstance(holder, tuple):
            for expected in holder:
                if isinstance(expected, list):
                    expected.clear()
    return []
""",
    judge=not_passed,
    check="""
cases = [([1, 2], [1, 4]), ([3], [9])]
for given, expected in cases:
    assert f(given) == expected
""",
    answer="def f(numbers): return [n * n for n in numbers]",
)
