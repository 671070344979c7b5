"""Sends the server bytes that mean nothing.

Contained: ended at once, and the result says that it was unreadable.
"""

from __future__ import annotations

from ..catalogue import Attack, stopped

ATTACK = Attack(
    code="""
os.write(CHANNEL, os.urandom(1 << 16))
while True:
    pass
""",
    judge=stopped("crash", "output"),
)
