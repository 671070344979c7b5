"""Handles page faults itself, to halt the kernel in the middle of a copy.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
kernel("userfaultfd", 323, 1)
kernel("userfaultfd of the kernel's faults", 323, 0)
""",
    succeeds_for="anyone",
)
