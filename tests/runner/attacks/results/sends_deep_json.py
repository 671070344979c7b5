"""Sends JSON so deep that parsing it overflows the stack.

Contained: stopped at once as unreadable; the server goes on.
"""

from __future__ import annotations

from ..catalogue import Attack, stopped

ATTACK = Attack(
    code="""
send(b"V", b"[" * 500_000)
while True:
    pass
""",
    judge=stopped("crash"),
)
