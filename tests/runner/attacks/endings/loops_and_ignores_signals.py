"""Loops forever, ignores every signal and catches every exception.

Contained: its time runs out, and it is ended.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, HURRIED, Attack, stopped

ATTACK = Attack(
    code="""
import signal
for number in range(1, 64):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
    judge=stopped("time"),
    limits=HURRIED,
    modes=EVERYWHERE,
)
