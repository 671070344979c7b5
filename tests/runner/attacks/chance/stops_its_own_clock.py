"""Has its own clock stand still, so that it never runs out of time.

Contained: the clock that counts is the server's.
"""

from __future__ import annotations

from ..catalogue import HURRIED, Attack, stopped

ATTACK = Attack(
    code="""
import time
time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
while True:
    pass
""",
    judge=stopped("time"),
    limits=HURRIED,
)
