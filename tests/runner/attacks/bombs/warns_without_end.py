"""Writes to stderr without end, through warnings in threads.

Contained: stopped for its output.
"""

from __future__ import annotations

from ..catalogue import Attack, stopped

ATTACK = Attack(
    code="""
import threading
def complain():
    while True:
        sys.stderr.write("x" * 1000)
for _ in range(4):
    threading.Thread(target=complain, daemon=True).start()
complain()
""",
    judge=stopped("output"),
)
