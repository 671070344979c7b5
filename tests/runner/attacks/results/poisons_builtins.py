"""Replaces Python's builtins.

Contained: it spoils its own result; later jobs have unchanged modules.
"""

from __future__ import annotations

from ..catalogue import Attack, only_itself

ATTACK = Attack(
    code="""
import builtins
for name in "len isinstance type print open exec eval compile getattr memoryview str int bytes".split():
    setattr(builtins, name, lambda *_, **__: "forged")
""",
    judge=only_itself,
    after=r"""
import json, builtins
assert json.dumps([1]) == "[1]" and len([1, 2]) == 2 and os.getpid() > 0 and sum([1, 2]) == 3
""",
)
