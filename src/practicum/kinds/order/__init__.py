"""`order`: put the solution's lines in order (a Parsons problem); any order is right that passes the check."""

from __future__ import annotations

from collections.abc import Iterator

from practicum.kinds.base import Found
from practicum.kinds.checked import Checked
from practicum.model import Problem, Variant


class Order(Checked):
    """The learner gets the solution's lines shuffled, so a start is not needed; a mutant is a wrong order."""

    name = "order"
    label = "Put in order"
    roles = Checked.roles - {"start"}
    needs_start = False

    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[Found]:
        yield from super().mistakes(problem, variant)
        lines = sorted(filter(str.strip, variant.solution.splitlines()))
        if variant.solution.strip() and len(lines) < 2:
            yield Found("solution", "there is nothing to order: the solution has fewer than two lines")
        for number, mutant in enumerate(variant.mutants, 1):
            if sorted(filter(str.strip, mutant.splitlines())) != lines:
                message = f"mutant {number} is no order of the solution's lines: use each of them once"
                yield Found(f"mutant {number}", message)
