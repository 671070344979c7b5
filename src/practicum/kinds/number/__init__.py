"""`number`: type a number; within the tolerance of what the run gives, it is right."""

from __future__ import annotations

from typing import Any

from practicum.kinds import settings
from practicum.kinds.equality import shown
from practicum.kinds.predict import Predict


class Number(Predict):
    """Work out a number."""

    name = "number"
    label = "Number"

    settings = {"value": settings.expression, "tolerance": settings.tolerance}

    def objection(self, outcome: Any) -> str | None:
        if settings.number(outcome) is None:
            return None
        return f"the run gives `{shown(outcome)}`, which is no number that one could type"
