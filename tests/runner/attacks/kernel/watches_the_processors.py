"""Reads performance counters, which reveal what other processes compute.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code=r"""
import ctypes
kernel("perf_event_open", 298, ctypes.create_string_buffer(b"\1\0\0\0\x80", 128), 0, -1, -1, 0)
kernel("rdpmc by prctl", 157, 26, 1, 0, 0, 0)
""",
)
