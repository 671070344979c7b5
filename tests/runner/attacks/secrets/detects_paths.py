"""Detects with `stat` whether another user's file exists, its size and its age.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from practicum.runner import IsolationMode

from ..catalogue import Attack

ATTACK = Attack(
    code="attempt(os.stat, SECRET)",
    succeeds_for="anyone",
    known={IsolationMode.BARE: "Landlock guards what is opened, not `stat`; there is no mount namespace"},
)
