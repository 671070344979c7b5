"""Starts threads without end.

Contained: 256 if the job has its own user; otherwise its memory limits them.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import threading, time
threading.stack_size(64 << 10)
count = 0
try:
    while count < 2000:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        count += 1
except RuntimeError:
    pass
if count > 1500:
    escaped.append(count)
""",
)
