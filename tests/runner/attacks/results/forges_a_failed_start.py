"""Reports that it could not start, so that the server tries again without end.

Contained: its own result reports it, once.
"""

from __future__ import annotations

from ..catalogue import Attack, stopped

ATTACK = Attack(
    code="""
send(b"X", "try again")
while True:
    pass
""",
    judge=stopped("unavailable", "crash"),
)
