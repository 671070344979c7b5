"""Asks for the check while its code still runs, and prints what it gets.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import json, os
def tell(letter, content):
    data = json.dumps(content).encode()
    os.write(3, letter + len(data).to_bytes(4, "big") + data)

import select
tell(b"R", None)
ready, _, _ = select.select([3], [], [], 0.5)
told = os.read(3, 1 << 16) if ready else b""
print(told)
if told:
    tell(b"D", {"failed": False, "seconds": 0.1, "memory": 1000000})
    os._exit(0)
def f(x):
    return 5
""",
    judge=not_passed,
    check="assert f(2) == 4",
    answer="def f(x): return x * x",
)
