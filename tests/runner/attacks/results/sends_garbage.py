"""Sends bytes that are no message.

Contained: stopped at once as unreadable.
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
