"""Raises SystemExit as if it had succeeded.

Contained: it has failed, and the code after it did not run.
"""

from __future__ import annotations

from ..catalogue import EVERYWHERE, Attack, failed

ATTACK = Attack(
    code="sys.exit(0)",
    judge=failed("SystemExit"),
    modes=EVERYWHERE,
)
