"""Opens files until there are no descriptors left.

Contained: it gets 512 of them.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
try:
    while len(os.listdir("/proc/self/fd")) < 2000:
        for _ in range(50):
            os.open("/dev/null", os.O_RDONLY)
except OSError:
    os.closerange(100, 2000)
else:
    escaped.append("2000 open files")
""",
)
