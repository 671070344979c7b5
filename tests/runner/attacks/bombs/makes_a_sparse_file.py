"""Makes a sparse file of a terabyte.

Contained: `escaped` stays empty (and SIGXFSZ does not end the server).
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
fd = os.open("holes", os.O_CREAT | os.O_RDWR)
attempt(os.truncate, "holes", 1 << 40)
attempt(os.ftruncate, fd, 1 << 40)
attempt(os.posix_fallocate, fd, 0, 1 << 40)
attempt(os.pwrite, fd, b"x", 1 << 40)
""",
)
