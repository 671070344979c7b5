"""Leaves a thread that goes on writing after the job has ended.

Contained: the thread ends with its job; half a second later nothing has been written.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack

ATTACK = Attack(
    code="""
import threading, time
def write():
    while True:
        time.sleep(0.2)
        attempt(lambda: open(FOLDER + "/alive", "w").close())
threading.Thread(target=write, daemon=True).start()
""",
    wait=0.5,
    modes=EVERYWHERE,
)
