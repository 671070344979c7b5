"""Sends bytes that are no message.

Contained: stopped at once as unreadable.
"""

from __future__ import annotations

from ..catalogue import Attack, stopped

ATTACK = Attack(
    code=r"""
os.write(CHANNEL, b"?\xff" + os.urandom(1 << 16))  # so that its length is never one that could still come
while True:
    pass
""",
    judge=stopped("crash", "output"),
)
