"""Reports its end to the server before the check starts.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import json, os
def send(letter, content):
    data = json.dumps(content).encode()
    os.write(3, letter + len(data).to_bytes(4, "big") + data)

send(b"D", {"failed": False, "seconds": 0.1, "memory": 1000000})
def f(x):
    return 5
""",
    judge=not_passed,
    check="assert f(2) == 4",
    answer="def f(x): return x * x",
)
