"""Returns an array that overrides NumPy's functions.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import numpy as np
class Array(np.ndarray):
    def __array_function__(self, *_): return True
    def __array_ufunc__(self, *_, **__): return np.ones(3, bool)
    def __array__(self, *_, **__): return np.array([0, 1, 4])
    def __eq__(self, other): return np.ones(3, bool)
    def tolist(self): return [0, 1, 4]
def f(x):
    return np.array([7, 7, 7]).view(Array)
""",
    judge=not_passed,
    check="""
import numpy as np
assert np.array_equal(f(np.arange(3)), [0, 1, 4])
assert (f(np.arange(3)) == np.array([0, 1, 4])).all()
""",
    answer="def f(x): return x * x",
)
