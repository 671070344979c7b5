"""Leaves its session and process group, so that killing the group misses it.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
attempt(os.setsid)
attempt(os.setpgid, 0, 0)
attempt(os.setpgid, 0, CANARY)
""",
)
