"""`order`: put the solution's lines in order (a Parsons problem); any order is right that passes the check."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from practicum.kinds.base import Found, Unclear
from practicum.kinds.checked_code import Checked
from practicum.model import Problem, Variant

MOST = 40
"""Lines that somebody may be asked to put in order."""


class Order(Checked):
    """The learner gets the solution's lines shuffled, so a start is not needed; a mutant is a wrong order."""

    name = "order"
    label = "Put in order"
    roles = Checked.roles - {"start"}
    needs_start = False
    form = "order/form.html"

    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[Found]:
        yield from super().mistakes(problem, variant)
        lines = sorted(_lines(variant))
        if variant.solution.strip() and len(lines) < 2:
            yield Found("solution", "there is nothing to order: the solution has fewer than two lines")
        if len(lines) > MOST:
            yield Found("solution", f"nobody orders {len(lines)} lines: {MOST} are allowed")
        for number, mutant in enumerate(variant.mutants, 1):
            if sorted(filter(str.strip, mutant.splitlines())) != lines:
                message = f"mutant {number} is no order of the solution's lines: use each of them once"
                yield Found(f"mutant {number}", message)

    # An answer holds the numbers of the solution's lines, from 0, in the learner's order. A field says of one line its
    # place as it was shown and its place in the answer, from 1: `3-1`.

    def parts(self, variant: Variant) -> int:
        return len(_lines(variant))

    def arrange(self, variant: Variant, rng: random.Random) -> tuple[int, ...]:
        """Never the solution itself, where its lines can be put in another order at all."""
        lines = _lines(variant)
        order = super().arrange(variant, rng)
        if len(set(lines)) > 1:
            while [lines[number] for number in order] == lines:
                order = super().arrange(variant, rng)
        return order

    def asks(
        self, problem: Problem, variant: Variant, order: Sequence[int], fields: Sequence[str]
    ) -> Mapping[str, Any]:
        lines = _lines(variant)
        places = _places(fields) or {shown: shown for shown in range(1, len(order) + 1)}
        shown = [
            {"shown": place, "place": places.get(place, place), "code": lines[number]}
            for place, number in enumerate(order, 1)
        ]
        return {"lines": sorted(shown, key=lambda line: (line["place"], line["shown"]))}

    def read(self, variant: Variant, order: Sequence[int], fields: Sequence[str]) -> tuple[str, ...]:
        places, known = _places(fields), range(1, len(order) + 1)
        if sorted(places) != list(known) or len(fields) != len(order) or not set(places.values()) <= set(known):
            raise ValueError("that is no order of these lines")
        taken = sorted(places.values())
        if twice := [place for place in known if taken.count(place) > 1]:
            raise Unclear(f"Two lines have place {twice[0]}. Give each line a place of its own, then answer.")
        return _plainly(_lines(variant), [order[shown - 1] for shown in sorted(places, key=places.__getitem__)])

    def fields(self, variant: Variant, order: Sequence[int], answer: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(f"{order.index(int(number)) + 1}-{place}" for place, number in enumerate(answer, 1))

    def code(self, variant: Variant, answer: tuple[str, ...]) -> str:
        lines = _lines(variant)
        return "\n".join(lines[int(number)] for number in answer)


def _lines(variant: Variant) -> list[str]:
    """The solution's lines, blank ones apart."""
    return [line for line in variant.solution.splitlines() if line.strip()]


def _places(fields: Sequence[str]) -> dict[int, int]:
    """The place in the answer of each line, by its place as it was shown. Raises ValueError."""
    pairs = [field.split("-") for field in fields]
    numbers = [one for pair in pairs for one in pair]
    if not all(len(pair) == 2 for pair in pairs) or not all(re.fullmatch("[0-9]{1,5}", one) for one in numbers):
        raise ValueError("a line's place is two numbers")
    return {int(shown): int(place) for shown, place in pairs}


def _plainly(lines: Sequence[str], numbers: Sequence[int]) -> tuple[str, ...]:
    """The order, told alike for orders that differ by lines that read the same only."""
    free = {text: [number for number, line in enumerate(lines) if line == text] for text in lines}
    return tuple(str(free[lines[number]].pop(0)) for number in numbers)
