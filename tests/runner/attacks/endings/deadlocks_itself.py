"""Waits for a lock that it holds itself.

Contained: its time runs out, and it is ended.
"""

from __future__ import annotations

from ..catalogue import HURRIED, Attack, stopped

ATTACK = Attack(
    code="""
import threading
lock = threading.Lock()
lock.acquire()
lock.acquire()
""",
    judge=stopped("time"),
    limits=HURRIED,
)
