"""Sends half a message, and keeps the server waiting for the rest.

Contained: the server waits no longer than the job's time.
"""

from __future__ import annotations

from ..catalogue import HURRIED, Attack, stopped

ATTACK = Attack(
    code="""
os.write(CHANNEL, b"V" + (1000).to_bytes(4, "big") + b"{")
while True:
    pass
""",
    judge=stopped("time"),
    limits=HURRIED,
)
