"""Writes to stdout without end.

Contained: stopped for its output; the output within the limit is kept.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack, stopped

ATTACK = Attack(
    code="""
while True:
    os.write(1, b"x" * 65536)
""",
    judge=stopped("output"),
    modes=EVERYWHERE,
)
