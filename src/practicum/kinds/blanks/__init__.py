"""`blanks`: fill in the blanks; any filling is right that passes the check."""

from __future__ import annotations

from collections.abc import Iterator

from practicum.kinds.base import Found
from practicum.kinds.checked import Checked
from practicum.model import Problem, Variant

BLANK = "____"


class Blanks(Checked):
    """Fill in every `____` of the start."""

    name = "blanks"
    label = "Fill in the blanks"

    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[Found]:
        yield from super().mistakes(problem, variant)
        if variant.start.strip() and BLANK not in variant.start:
            yield Found("start", f"the start has no blank: write `{BLANK}` where the learner fills something in")
