"""Leaves bytecode in caches from which later jobs would import it.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import importlib.util, json, py_compile
open("evil.py", "w").write("print('sesame')")
for module in ("json", "random", "colorsys", "this"):
    spec = importlib.util.find_spec(module)
    attempt(py_compile.compile, "evil.py", spec.cached, "x", True)
""",
)
