"""Changes its root folder.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
attempt(os.chroot, ".")
kernel("pivot_root", 155, b".", b".")
""",
)
