"""Writes files named like the modules that the check imports, where it would find them first.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code=r"""
import os, sys
false = "def __getattr__(name):\n    return lambda *_, **__: 4\n"
for name in ("statistics", "fractions", "decimal"):
    with open(f"{name}.py", "w") as file:
        file.write(false)
    sys.modules.pop(name, None)
sys.path.insert(0, os.getcwd())
def f(x):
    return 5
""",
    judge=not_passed,
    check="""
import statistics
assert statistics.mean([f(2)]) == 4
""",
    answer="def f(x): return x * x",
)
