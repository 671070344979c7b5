"""Types into the terminal that the server was started from.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import fcntl
for fd in range(5):
    attempt(fcntl.ioctl, fd, 0x5412, b"x")
    attempt(fcntl.ioctl, fd, 0x541C, b"x")
attempt(os.open, "/dev/tty", os.O_RDWR)
""",
)
