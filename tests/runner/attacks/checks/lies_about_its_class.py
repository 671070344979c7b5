"""Returns an object that claims to be a number and supports every operation.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
class Fake:
    __class__ = property(lambda self: int)
    def __getattr__(self, name): return lambda *_: True
    def __bool__(self): return True
    def __eq__(self, other): return True
    def __add__(self, other): return self
    def __reduce__(self): return (int, ("4",))
    def __index__(self): return 4
    __int__ = __index__
def f(x):
    return Fake()
""",
    judge=not_passed,
    check="""
assert isinstance(f(2), int)
assert f(2) + 1 == 5
""",
    answer="def f(x): return x * x",
)
