"""Requests again and again the values that are sent only at the end.

Contained: they are sent at most once, and its time runs out.
"""

from __future__ import annotations

from ..catalogue import HURRIED, Attack, stopped

ATTACK = Attack(
    code="""
import time
while True:
    os.write(CHANNEL, (b"R" + (4).to_bytes(4, "big") + b"null") * 100)
    time.sleep(0.01)
""",
    judge=stopped("time", "crash", "output"),
    limits=HURRIED,
)
