"""Reads a file that all users may read, and lists its folder.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
attempt(read, SECRET)
attempt(os.listdir, os.path.dirname(SECRET))
""",
    succeeds_for="anyone",
)
