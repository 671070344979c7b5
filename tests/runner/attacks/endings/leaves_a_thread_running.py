"""Ends, but leaves a thread that the interpreter waits for.

Contained: its time runs out, and it is ended.
"""

from __future__ import annotations

from ..catalogue import HURRIED, Attack, stopped

ATTACK = Attack(
    code="""
import threading, time
threading.Thread(target=time.sleep, args=(1000,)).start()
""",
    judge=stopped("time"),
    limits=HURRIED,
)
