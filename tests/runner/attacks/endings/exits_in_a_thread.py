"""Ends its process from a thread, while the job's own code waits.

Contained: the result is a crash, never a success.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack, stopped

ATTACK = Attack(
    code="""
import threading, time
threading.Thread(target=os._exit, args=(0,)).start()
time.sleep(60)
""",
    judge=stopped("crash"),
    modes=EVERYWHERE,
)
