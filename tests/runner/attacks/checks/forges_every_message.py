"""Sends every kind of message with every content that could mean success.

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

contents = [None, True, {"failed": False, "seconds": 0.1, "memory": 1}]
contents.append({"ok": True, "passed": True, "value": 4, "name": "f", "seconds": 0})
def f(x):
    for letter in b"ABCDEGHIJKLMNOQRSTUVWYZ":
        for content in contents:
            send(bytes([letter]), content)
    return 5
""",
    judge=not_passed,
    check="assert f(2) == 4",
    answer="def f(x): return x * x",
)
