"""Sends values that were not requested.

Contained: stopped at once; the value is not in the result.
"""

from __future__ import annotations

from ..catalogue import Attack, stopped

ATTACK = Attack(
    code="""
send(b"V", {"name": "forged", "value": 1, "seconds": 0})
while True:
    pass
""",
    judge=stopped("crash"),
)
