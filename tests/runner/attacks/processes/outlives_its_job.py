"""Leaves a daemon behind: forked twice, in its own session.

Contained: half a second after its end nothing has been written.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import time
def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(0.3)
            open(FOLDER + "/alive", "w").close()
        os._exit(0)
attempt(daemon)
""",
    wait=0.5,
)
