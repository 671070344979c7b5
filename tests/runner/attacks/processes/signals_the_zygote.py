"""Sends the zygote the signals that would end, stop or confuse it.

Contained: `escaped` stays empty, and the next job runs in the same zygote.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import signal
for pid in {os.getppid(), os.getppid() - 1, 1} - {0, os.getpid()}:
    for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCHLD, 0):
        attempt(os.kill, pid, number)
        kernel("tgkill", 234, pid, pid, int(number))
        kernel("tkill", 200, pid, int(number))
        kernel("sigqueue", 129, pid, int(number), 0)
""",
)
