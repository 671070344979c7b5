"""Binds the score itself, and sends it to the server before and during the check.

Contained: the score is what the check has counted.
"""

from __future__ import annotations

from ..catalogue import Attack, scores_nothing

ATTACK = Attack(
    code="""
import json, os
score = right = 1.0
def send(letter, content):
    data = json.dumps(content).encode()
    os.write(3, letter + len(data).to_bytes(4, "big") + data)
claim = {"name": "score", "value": {"float": "0x1.0p+0"}, "seconds": 0.0}
def f(n):
    global right
    right = 1.0
    for value in (1.0, {"float": 1.0}, "1.0"):
        try:
            send(b"V", {**claim, "value": value})
        except OSError:
            pass
    return None
""",
    judge=scores_nothing,
    check="right = sum(f(n) == n * n for n in range(5)) / 5",
    score="right",
    answer="def f(n): return n * n",
)
