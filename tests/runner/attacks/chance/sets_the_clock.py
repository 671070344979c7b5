"""Sets the machine's clock, with every system call for it.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code=r"""
import ctypes, time
attempt(time.clock_settime, time.CLOCK_REALTIME, time.time())
now = ctypes.create_string_buffer(int(time.time()).to_bytes(8, "little"), 16)
kernel("settimeofday", 164, now, 0)
kernel("adjtimex", 159, ctypes.create_string_buffer(b"\1\x40", 256))
kernel("clock_adjtime", 305, 0, ctypes.create_string_buffer(b"\1\x40", 256))
attempt(os.open, "/proc/self/timens_offsets", os.O_WRONLY)
attempt(os.open, "/dev/rtc0", os.O_WRONLY)
""",
)
