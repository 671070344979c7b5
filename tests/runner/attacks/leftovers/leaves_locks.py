"""Leaves locks on files that all jobs read.

Contained: the locks end with their job.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import fcntl
held = []
for path in (os.__file__, "/dev/null", "/usr/lib/os-release", sys.modules["practicum"].__file__):
    try:
        held.append(os.open(path, os.O_RDONLY))
        fcntl.flock(held[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        pass
os.fstat(held[0])
""",
    after=r"""
import fcntl
for path in (os.__file__, "/dev/null", sys.modules["practicum"].__file__):
    with open(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            escaped.append(path)
""",
)
