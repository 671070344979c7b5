"""Allocates memory in many threads at a time.

Contained: together they get no more than the limit.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import threading
hoard = []
def take():
    try:
        while True:
            hoard.append(bytearray(8 << 20))
    except MemoryError:
        pass
threads = [threading.Thread(target=take) for _ in range(16)]
try:
    for thread in threads:
        thread.start()
except RuntimeError:
    pass  # no memory for another thread's stack
for thread in threads:
    if thread.ident:
        thread.join()
taken = sum(map(len, hoard))
hoard.clear()
if taken > 1 << 30:
    escaped.append(taken)
""",
)
