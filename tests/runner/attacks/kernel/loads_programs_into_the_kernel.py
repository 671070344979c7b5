"""Loads BPF programs and modules into the kernel.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code=r"""
import ctypes
description = ctypes.create_string_buffer(b"\x02\0\0\0\x04\0\0\0\x04\0\0\0\x01\0\0\0", 128)  # an array of one number
kernel("bpf", 321, 0, description, 128)
kernel("module", 313, 0, b"", 0)
kernel("module from memory", 175, 0, 0, b"")
""",
)
