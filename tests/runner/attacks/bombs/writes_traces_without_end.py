"""Writes to its traces without end, which are no output, in the hope that what is written there is not counted.

Contained: stopped for its output, within the limit for it.
"""

from __future__ import annotations

from ..catalogue import Attack, stopped

ATTACK = Attack(
    code="""
while True:
    os.write(4, b"x" * 65536)
""",
    judge=stopped("output"),
)
