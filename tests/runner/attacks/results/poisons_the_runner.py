"""Replaces the runner's functions in the modules that it finds in the sandbox.

Contained: it spoils its own result; later jobs have unchanged modules.
"""

from __future__ import annotations

from ..catalogue import Attack, only_itself

ATTACK = Attack(
    code="""
def forged(*_, **__):
    return {"name": "forged", "value": "forged"}
for name, module in list(sys.modules.items()):
    if name.startswith("practicum.runner"):
        for key, value in list(vars(module).items()):
            if callable(value) and getattr(value, "__module__", "").startswith("practicum"):
                setattr(module, key, forged)
""",
    judge=only_itself,
    after=r"""
import json, builtins
assert json.dumps([1]) == "[1]" and len([1, 2]) == 2 and os.getpid() > 0 and sum([1, 2]) == 3
""",
)
