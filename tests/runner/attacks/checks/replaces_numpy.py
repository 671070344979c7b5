"""Puts its own module in place of NumPy.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import sys, types
class False_(types.ModuleType):
    def __getattr__(self, name): return lambda *_, **__: True
for name in ("numpy", "numpy.testing", "keras", "math"):
    sys.modules[name] = False_(name)
sys.modules["numpy"].testing = sys.modules["numpy.testing"]
def f(x):
    return None
""",
    judge=not_passed,
    check="""
import numpy as np
np.testing.assert_allclose(f(np.arange(3)), [0, 1, 4])
assert np.allclose(f(np.arange(3)), [0, 1, 4])
""",
    answer="def f(x): return x * x",
)
