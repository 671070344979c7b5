"""Says that it could not begin, so that the server tries it again without end.

Contained: its own result says so, once.
"""

from __future__ import annotations

from ..catalogue import Attack, stopped

ATTACK = Attack(
    code="""
tell(b"X", "try again")
while True:
    pass
""",
    judge=stopped("unavailable", "crash"),
)
