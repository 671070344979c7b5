"""Fills pipes, whose contents count towards no memory limit.

Contained: its descriptors and the kernel's own limit on pipes keep it below 256 MB.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import fcntl
held = 0
try:
    while held < 512 << 20:
        reader, writer = os.pipe2(os.O_NONBLOCK)
        try:
            fcntl.fcntl(writer, 1031, 1 << 20)
        except OSError:
            pass  # as large as it may be
        try:
            while True:
                held += os.write(writer, bytes(1 << 16))
        except BlockingIOError:
            pass
except OSError:
    pass
if held > 256 << 20:
    escaped.append(held)
""",
)
