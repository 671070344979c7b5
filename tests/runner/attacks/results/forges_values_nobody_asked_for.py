"""Sends values that nobody asked for.

Contained: ended at once; the value is not in the result.
"""

from __future__ import annotations

from ..catalogue import Attack, stopped

ATTACK = Attack(
    code="""
tell(b"V", {"name": "forged", "value": 1, "seconds": 0})
while True:
    pass
""",
    judge=stopped("crash"),
)
