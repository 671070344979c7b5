"""Detects with `stat` which process numbers are in use.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from practicum.runner import IsolationMode

from ..catalogue import Attack

ATTACK = Attack(
    code="""
attempt(os.stat, f"/proc/{CANARY}")
""",
    succeeds_for="anyone",
    known={IsolationMode.BARE: "Landlock guards what is opened, not `stat`; there is no process namespace"},
)
