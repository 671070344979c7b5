"""Announces four gigabytes, and sends them.

Contained: stopped for its output before any of it is stored.
"""

from __future__ import annotations

from ..catalogue import Attack, stopped

ATTACK = Attack(
    code="""
os.write(CHANNEL, b"V" + bytes([255] * 4))
while True:
    os.write(CHANNEL, bytes(1 << 16))
""",
    judge=stopped("output"),
)
