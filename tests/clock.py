"""A server clock that a test sets."""

from __future__ import annotations

import sys

import pytest

from practicum import modes
from practicum.application import clock


class SetClock:
    """Milliseconds since 1970 that stand still until they are advanced."""

    def __init__(self, moment: int) -> None:
        self.moment = moment

    def __call__(self) -> int:
        return self.moment

    def advance(self, milliseconds: int) -> None:
        self.moment += milliseconds


def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Stop the server's clock at the present moment, in every module that reads it."""
    for mode in modes.registered().values():
        mode.part("routes")
        mode.part("progress")
    real = clock.now
    stopped = SetClock(real())
    for module in list(sys.modules.values()):
        if module.__name__.startswith("practicum.") and getattr(module, "now", None) is real:
            monkeypatch.setattr(module, "now", stopped)
    return stopped
