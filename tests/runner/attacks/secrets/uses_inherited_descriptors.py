"""Uses descriptors that the server or the zygote has left open.

Contained: besides the job's own five (stdin, stdout, stderr, channel, traces) none is open.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
for fd in range(5, 1024):
    try:
        escaped.append((fd, oct(os.fstat(fd).st_mode)))
    except OSError:
        pass
""",
)
