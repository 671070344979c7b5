"""Makes a file in memory, to run a program from it.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
attempt(os.memfd_create, "program")
kernel("memfd", 319, b"program", 0)
kernel("secret memory", 447, 0)
""",
    succeeds_for="anyone",
)
