"""Replaces functions of `json`, with which results are sent.

Contained: it spoils its own result; later jobs have unchanged modules.
"""

from __future__ import annotations

from ..catalogue import Attack, only_itself

ATTACK = Attack(
    code="""
import json
json.dumps = lambda *_, **__: '{"name": "forged", "value": 1, "seconds": 0}'
json.JSONEncoder.encode = lambda *_: "[" * 1000
sys.modules["json"] = None
""",
    judge=only_itself,
    after=r"""
import json, builtins
assert json.dumps([1]) == "[1]" and len([1, 2]) == 2 and os.getpid() > 0 and sum([1, 2]) == 3
""",
)
