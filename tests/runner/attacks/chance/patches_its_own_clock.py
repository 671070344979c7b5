"""Stops its own clock, so that its time never runs out.

Contained: the server's clock counts.
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
