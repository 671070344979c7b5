"""Hooks into the imports of the check.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import importlib.util, sys, types
class Finder:
    def find_spec(self, name, *_):
        return importlib.util.spec_from_loader(name, self)
    def create_module(self, spec): return types.ModuleType(spec.name)
    def exec_module(self, module): module.__getattr__ = lambda name: lambda *_, **__: 4
sys.meta_path.insert(0, Finder())
sys.modules.pop("statistics", None)
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
