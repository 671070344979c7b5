"""Jumps to an address without code.

Contained: the result is a crash, never a success.
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
