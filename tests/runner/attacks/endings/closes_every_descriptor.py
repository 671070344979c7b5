"""Closes every descriptor it has, the channel included, and goes on.

Contained: its time runs out, and it is ended.
"""

from __future__ import annotations

from ..catalogue import HURRIED, Attack, stopped

ATTACK = Attack(
    code="""
os.closerange(0, 4096)
while True:
    pass
""",
    judge=stopped("crash", "time"),
    limits=HURRIED,
)
