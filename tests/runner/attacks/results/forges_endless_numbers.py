"""Sends a number of a million digits, which is slow to parse.

Contained: refused by its length.
"""

from __future__ import annotations

from ..catalogue import Attack, stopped

ATTACK = Attack(
    code="""
send(b"V", b'{"name": "escaped", "value": ' + b"9" * 900_000 + b', "seconds": 0}')
while True:
    pass
""",
    judge=stopped("crash", "output"),
)
