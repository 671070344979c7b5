"""Returns an object that becomes the expected one, and runs code, when it is unpickled.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import os
class Later:
    def __reduce__(self):
        return (eval, ("__import__('os')._exit(0)",))
    def __eq__(self, other):
        os._exit(0)
def f(x):
    return Later()
""",
    judge=not_passed,
    check="assert f(2) == 4",
    answer="def f(x): return x * x",
)
