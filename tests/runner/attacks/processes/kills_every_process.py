"""Kills every process that it can.

Contained: `escaped` stays empty, and the canary lives.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import signal
for pid in (-1, 0, CANARY, -CANARY, os.getppid(), 2, 3):
    attempt(os.kill, pid, signal.SIGKILL)
attempt(os.killpg, 0, signal.SIGKILL)
""",
)
