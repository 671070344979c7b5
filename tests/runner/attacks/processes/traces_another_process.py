"""Takes control of another process with ptrace.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
attempt(os.kill, CANARY, 0)
kernel("seize", 101, 0x4206, CANARY, 0, 0)
kernel("traceme", 101, 0, 0, 0, 0)
""",
    succeeds_for="anyone",
)
