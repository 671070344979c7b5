"""Reads and writes another process's memory.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import ctypes
class Part(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
buffer = ctypes.create_string_buffer(8)
here = Part(ctypes.addressof(buffer), 8)
for pid in {CANARY, os.getppid()} - {0}:
    kernel("read", 310, pid, ctypes.byref(here), 1, ctypes.byref(here), 1, 0)
    kernel("write", 311, pid, ctypes.byref(here), 0, ctypes.byref(here), 0, 0)
    attempt(os.open, f"/proc/{pid}/mem", os.O_RDWR)
""",
    succeeds_for="root",
)
