"""Waiting for a condition instead of for a time, so that a slow machine only takes longer."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds: far more than anything here takes on a quiet machine, so that only what never happens reaches it."""


def eventually(holds: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether a condition comes to hold; returns as soon as it does."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True
