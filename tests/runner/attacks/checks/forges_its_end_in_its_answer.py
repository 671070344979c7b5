"""Reports its end to the server when the check calls it.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import HURRIED, Attack, not_passed

ATTACK = Attack(
    code="""
import json, os
def send(letter, content):
    data = json.dumps(content).encode()
    os.write(3, letter + len(data).to_bytes(4, "big") + data)

def f(x):
    send(b"D", {"failed": False, "seconds": 0.1, "memory": 1000000})
    while True:
        pass
""",
    judge=not_passed,
    check="assert f(2) == 4",
    answer="def f(x): return x * x",
    limits=HURRIED,
)
