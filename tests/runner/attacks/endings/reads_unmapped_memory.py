"""Reads memory that is not mapped.

Contained: the result is a crash, never a success.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack, stopped

ATTACK = Attack(
    code="""
import ctypes
ctypes.string_at(8)
""",
    judge=stopped("crash"),
    modes=EVERYWHERE,
)
