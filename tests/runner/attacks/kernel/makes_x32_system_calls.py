"""Makes system calls through the x32 interface, whose numbers the filter may not know.

Contained: the calls fail, or the process is ended for them.
"""

from __future__ import annotations

from ..catalogue import Attack, nothing_escaped_alive

ATTACK = Attack(
    code="""
for name, number in (("socket", 41), ("fork", 57), ("ptrace", 521), ("getpid", 39)):
    kernel(name, 0x40000000 | number, 2, 1, 0)
""",
    judge=nothing_escaped_alive,
)
