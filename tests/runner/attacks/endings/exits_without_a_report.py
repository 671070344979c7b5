"""Ends its process without a report.

Contained: the result is a crash, never a success.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack, stopped

ATTACK = Attack(
    code="os._exit(0)",
    judge=stopped("crash"),
    modes=EVERYWHERE,
)
