"""Patches exec and compile to skip the check's assertions.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import builtins
real = builtins.compile
def compile(source, name, mode, *_, **options):
    options["optimize"] = 2  # which leaves out assertions
    return real(source, name, mode, **options)
builtins.compile = compile
builtins.exec = lambda *_, **__: None
def f(x):
    return 5
""",
    judge=not_passed,
    check="assert f(2) == 4",
    answer="def f(x): return x * x",
)
