"""Registers code to run when the interpreter exits, after its result has been sent.

Contained: the process ends without running it, and nothing has been written.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack

ATTACK = Attack(
    code="""
import atexit, weakref
class Late:
    def __del__(self, write=os.open):
        attempt(write, FOLDER + "/late", os.O_CREAT | os.O_WRONLY)
sys.late = Late()
atexit.register(lambda: attempt(os.open, FOLDER + "/late", os.O_CREAT | os.O_WRONLY))
weakref.finalize(sys, print, "late")
""",
    wait=0.2,
    modes=EVERYWHERE,
)
