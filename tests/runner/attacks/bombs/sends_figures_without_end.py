"""Sends forged figures without end.

Contained: stopped once it has sent more than a job may.
"""

from __future__ import annotations

from ..catalogue import Attack, stopped

ATTACK = Attack(
    code=r"""
while True:
    send(b"P", b"\x89PNG\r\n\x1a\n" + bytes(1 << 18))
""",
    judge=stopped("crash", "output"),
)
