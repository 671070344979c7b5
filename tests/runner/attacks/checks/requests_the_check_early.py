"""Requests the check while its code still runs, and prints what it gets.

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

import select
send(b"R", None)
ready, _, _ = select.select([3], [], [], 0.5)
received = os.read(3, 1 << 16) if ready else b""
print(received)
if received:
    send(b"D", {"failed": False, "seconds": 0.1, "memory": 1000000})
    os._exit(0)
def f(x):
    return 5
""",
    judge=not_passed,
    check="assert f(2) == 4",
    answer="def f(x): return x * x",
)
