"""Jumps to where there is no code.

Contained: the result is a crash, with a sentence that says so, never a job that ended well.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack, stopped

ATTACK = Attack(
    code="""
import ctypes
ctypes.CFUNCTYPE(None)(8)()
""",
    judge=stopped("crash"),
    modes=EVERYWHERE,
)
