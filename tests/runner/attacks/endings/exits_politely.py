"""Raises SystemExit as if all were well.

Contained: it has failed; what should have come after it did not run.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack, failed

ATTACK = Attack(
    code="sys.exit(0)",
    judge=failed("SystemExit"),
    modes=EVERYWHERE,
)
