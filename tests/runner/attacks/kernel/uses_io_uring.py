"""Uses io_uring for calls that the system call filter refuses.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import ctypes
kernel("setup", 425, 8, ctypes.create_string_buffer(256))
kernel("enter", 426, 0, 0, 0, 0, 0, 0)
kernel("register", 427, 0, 0, 0, 0)
""",
)
