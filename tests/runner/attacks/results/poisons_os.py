"""Replaces functions of `os` and `time`.

Contained: it spoils its own result; later jobs have unchanged modules.
"""

from __future__ import annotations

from ..catalogue import Attack, only_itself

ATTACK = Attack(
    code="""
import time
real = os.write
os.write = lambda fd, data: real(fd, b"D" + bytes(4)) and len(data)
os.read = lambda fd, size: b""
os.getpid = lambda: 0
time.perf_counter = lambda: float("nan")
time.monotonic = time.time = lambda: -1e300
""",
    judge=only_itself,
    after=r"""
import json, builtins
assert json.dumps([1]) == "[1]" and len([1, 2]) == 2 and os.getpid() > 0 and sum([1, 2]) == 3
""",
)
