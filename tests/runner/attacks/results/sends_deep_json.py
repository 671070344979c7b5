"""Sends JSON so deep that reading it overflows the reader's stack.

Contained: ended at once as unreadable; the server goes on.
"""

from __future__ import annotations

from ..catalogue import Attack, stopped

ATTACK = Attack(
    code="""
tell(b"V", b"[" * 500_000)
while True:
    pass
""",
    judge=stopped("crash"),
)
