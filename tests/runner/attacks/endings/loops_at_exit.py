"""Loops while its end is handled.

Contained: its time runs out, and it is ended.
"""

from __future__ import annotations

from ..catalogue import HURRIED, Attack, stopped

ATTACK = Attack(
    code="""
import atexit
def again():
    while True:
        pass
atexit.register(again)
try:
    sys.exit()
finally:
    again()
""",
    judge=stopped("time"),
    limits=HURRIED,
)
