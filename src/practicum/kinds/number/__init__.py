"""`number`: type a number; within the tolerance of what the run gives, it is right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from practicum.kinds.base import Found, LineOf
from practicum.kinds.equality import shown
from practicum.kinds.predict import Predict
from practicum.model import Problem, Variant


class Number(Predict):
    """Work out a number."""

    name = "number"
    label = "Number"

    def mistakes(self, problem: Problem, variant: Variant, line_of: LineOf) -> Iterator[Found]:
        yield from super().mistakes(problem, variant, line_of)
        if "prints" in variant.proof:
            yield line_of("proof.prints"), '`number` wants a number: write `value = "EXPR"` in `[proof]`'

    def objection(self, outcome: Any) -> str | None:
        if isinstance(outcome, (int, float)) and not isinstance(outcome, bool):
            return None
        return f"the run gives `{shown(outcome)}`, which is no number"
