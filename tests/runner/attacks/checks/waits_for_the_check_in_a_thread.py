"""Leaves a thread that searches memory for the check's source, and prints it.

Contained: the check is not passed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
import gc, linecache, os, sys, threading, time
def look():
    until = time.monotonic() + 5
    while time.monotonic() < until:
        for frame in sys._current_frames().values():
            while frame:
                for value in [*frame.f_globals.values(), *frame.f_locals.values()]:
                    if isinstance(value, str) and value.startswith("hidden"):
                        os.write(1, value.encode())
                frame = frame.f_back
        for name in ("<check>", "check"):
            os.write(1, "".join(linecache.getlines(name)).encode())
        time.sleep(0.001)
threading.Thread(target=look, daemon=True).start()
def f(x):
    time.sleep(0.1)
    return 5
""",
    judge=not_passed,
    check="assert f(2) == 4",
    answer="def f(x): return x * x",
)
