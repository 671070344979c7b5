"""Kills itself, and goes on if that is ignored.

Contained: the result is a crash, neither a success nor an endless run.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack, stopped

ATTACK = Attack(
    code="""
os.kill(os.getpid(), 9)
while True:
    pass
""",
    judge=stopped("crash"),
    modes=EVERYWHERE,
)
