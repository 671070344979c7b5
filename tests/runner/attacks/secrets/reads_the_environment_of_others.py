"""Reads the environment of other processes, including the server's.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
for pid in (CANARY, os.getppid(), 1, 2):
    if pid and pid != os.getpid():
        attempt(read, f"/proc/{pid}/environ")
""",
    succeeds_for="anyone",
)
