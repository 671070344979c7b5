"""Stops itself, so that it never ends.

Contained: its time runs out.
"""

from __future__ import annotations

from ..catalogue import HURRIED, Attack, stopped

ATTACK = Attack(
    code="""
import signal
while True:
    os.kill(os.getpid(), signal.SIGSTOP)
""",
    judge=stopped("time"),
    limits=HURRIED,
)
