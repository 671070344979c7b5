"""Makes POSIX timers without end: each takes memory of the kernel that no memory limit counts.

Contained: a job has at most a few hundred.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack

ATTACK = Attack(
    code="""
import ctypes
call, made, timer = ctypes.CDLL(None, use_errno=True).syscall, 0, ctypes.c_int()
while made < 20_000 and call(222, 1, None, ctypes.byref(timer)) == 0:
    made += 1
if made > 500:
    escaped.append(made)
""",
    modes=EVERYWHERE,
)
