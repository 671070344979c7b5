"""Returns a float whose difference from every number is 0.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
class Close(float):
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __eq__(self, other): return True
    def __lt__(self, other): return True
    __gt__ = __le__ = __ge__ = __lt__
    __hash__ = float.__hash__
def f(x):
    return Close(5)
""",
    judge=not_passed,
    check="""
assert 3.9 < f(2) < 4.1
assert abs(f(2) - 4) < 0.1
""",
    answer="def f(x): return x * x",
)
