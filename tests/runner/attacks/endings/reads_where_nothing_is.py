"""Reads memory that is not there.

Contained: the result is a crash, with a sentence that says so, never a job that ended well.
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
