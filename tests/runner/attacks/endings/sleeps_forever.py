"""Sleeps forever, with every signal blocked.

Contained: its time runs out, and it is ended.
"""

from __future__ import annotations

from ..catalogue import HURRIED, Attack, stopped

ATTACK = Attack(
    code="""
import signal, time
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))
while True:
    time.sleep(1000)
""",
    judge=stopped("time"),
    limits=HURRIED,
)
