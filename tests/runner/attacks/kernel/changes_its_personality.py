"""Disables address space randomization, which protects against overflows.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
kernel("personality", 135, 0x0040000)
kernel("read implies execute", 135, 0x0400000)
""",
    succeeds_for="anyone",
)
