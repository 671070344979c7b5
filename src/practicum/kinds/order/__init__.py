"""`order`: put the lines of the solution in order (a Parsons problem); every order that passes the check is right.

Lines that do not belong may be among them. Wherever one is added to the solution, the check must fail.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from practicum.kinds.base import IncompleteAnswer, PartMistake
from practicum.kinds.checked_code import CheckedCode
from practicum.model import Plan, Problem, Variant

MAX_LINES = 40
MAX_DISTRACTORS = 6


class Order(CheckedCode):
    """Put shuffled lines in order. The solution's lines are the start, and a mutant is a wrong order of them.

    An answer holds the numbers of lines, from 0, in the learner's order; the solution's lines are numbered first, then
    those that do not belong. A field holds, for one line, its position as shown and its position in the answer, both
    from 1: `3-1`. The second is 0 for a line that is left out.
    """

    name = "order"
    label = "Put in order"
    roles = CheckedCode.roles - {"start"} | {"distractor"}
    needs_start = False

    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[PartMistake]:
        yield from super().mistakes(problem, variant)
        lines, distractors = _solution_lines(variant), _distractors(variant)
        if variant.solution.strip() and len(lines) < 2:
            message = "the solution has fewer than two lines, so there is nothing to order"
            yield PartMistake("solution", "too-few-lines", message)
        if len(lines) > MAX_LINES:
            message = f"the solution has {len(lines)} lines: at most {MAX_LINES} are allowed"
            yield PartMistake("solution", "too-many-lines", message)
        if len(distractors) > MAX_DISTRACTORS:
            message = f"{len(distractors)} lines do not belong: at most {MAX_DISTRACTORS} are allowed"
            yield PartMistake("distractor", "too-many-distractors", message)
        if repeated := sorted(set(distractors) & set(lines)):
            message = f"`{repeated[0].strip()}` belongs to the solution: write a line that does not"
            yield PartMistake("distractor", "distractor-in-solution", message)
        for number, mutant in enumerate(variant.mutants, 1):
            used = Counter(filter(str.strip, mutant.splitlines()))
            if not distractors and used != Counter(lines):
                message = f"mutant {number} is not an order of the solution's lines: use each of them once, or put "
                message += "lines that do not belong into a ```` ```python distractor ```` fence"
                yield PartMistake(f"mutant {number}", "mutant-not-an-order", message)
            elif not used or used - Counter(_lines(variant)):
                message = f"mutant {number} has lines that are not to choose from, or one twice: use each at most once"
                yield PartMistake(f"mutant {number}", "mutant-not-an-order", message)

    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        plan = super().plan(problem, variant, experiments)
        runs = (replace(run, repeat=False) if run.name.startswith("distractor") else run for run in plan.runs)
        return replace(plan, runs=tuple(runs))

    def proving_answers(self, variant: Variant) -> dict[str, str]:
        """As for other code, and the solution with each line that does not belong, at each place."""
        return super().proving_answers(variant) | dict(_answers_with_distractors(variant))

    def item_count(self, variant: Variant) -> int:
        return len(_lines(variant))

    def shuffled_order(self, variant: Variant, rng: random.Random) -> tuple[int, ...]:
        """A random order of the lines; never the solution's, unless all lines are equal."""
        lines = _lines(variant)
        order = super().shuffled_order(variant, rng)
        if len(set(lines)) > 1 and not variant.distractor:
            while [lines[number] for number in order] == lines:
                order = super().shuffled_order(variant, rng)
        return order

    def form_context(
        self, problem: Problem, variant: Variant, order: Sequence[int], fields: Sequence[str]
    ) -> Mapping[str, Any]:
        lines = _lines(variant)
        positions = _positions(fields) or {shown: shown for shown in range(1, len(order) + 1)}
        rows = [
            {"shown": shown, "position": positions.get(shown, shown), "code": lines[number]}
            for shown, number in enumerate(order, 1)
        ]
        rows.sort(key=lambda row: (row["position"] or len(rows) + 1, row["shown"]))
        return {"lines": rows, "leaves_out": bool(_distractors(variant))}

    def read_answer(self, variant: Variant, order: Sequence[int], fields: Sequence[str]) -> tuple[str, ...]:
        positions, places = _positions(fields), range(1, len(order) + 1)
        allowed = {*places, 0} if _distractors(variant) else {*places}
        is_complete = sorted(positions) == list(places) and len(fields) == len(order)
        if not is_complete or not set(positions.values()) <= allowed:
            raise ValueError("the fields are not an order of these lines")
        positions = {shown: position for shown, position in positions.items() if position}
        taken = list(positions.values())
        if repeated := [position for position in places if taken.count(position) > 1]:
            message = f"Two lines have position {repeated[0]}. Give each line its own position, then answer."
            raise IncompleteAnswer("place-taken", message)
        numbers = [order[shown - 1] for shown in sorted(positions, key=positions.__getitem__)]
        return _canonical_order(_lines(variant), numbers)

    def answer_fields(self, variant: Variant, order: Sequence[int], answer: tuple[str, ...]) -> tuple[str, ...]:
        position = {int(number): position for position, number in enumerate(answer, 1)}
        return tuple(f"{shown}-{position.get(number, 0)}" for shown, number in enumerate(order, 1))

    def full_code(self, variant: Variant, answer: tuple[str, ...]) -> str:
        lines = _lines(variant)
        return "\n".join(lines[int(number)] for number in answer)


def _lines(variant: Variant) -> list[str]:
    """The lines to choose from: the solution's, then those that do not belong."""
    return _solution_lines(variant) + _distractors(variant)


def _solution_lines(variant: Variant) -> list[str]:
    """The solution's lines without blank ones."""
    return [line for line in variant.solution.splitlines() if line.strip()]


def _distractors(variant: Variant) -> list[str]:
    """The lines that do not belong, without blank ones."""
    return [line for line in variant.distractor.splitlines() if line.strip()]


def _answers_with_distractors(variant: Variant) -> Iterator[tuple[str, str]]:
    lines = _solution_lines(variant)
    for number, distractor in enumerate(_distractors(variant), 1):
        for place in range(len(lines) + 1):
            yield f"distractor {number} as line {place + 1}", "\n".join([*lines[:place], distractor, *lines[place:]])


def _positions(fields: Sequence[str]) -> dict[int, int]:
    """Each line's position in the answer by its position as shown. Raises ValueError."""
    pairs = [field.split("-") for field in fields]
    numbers = [number for pair in pairs for number in pair]
    if not all(len(pair) == 2 for pair in pairs) or not all(re.fullmatch("[0-9]{1,5}", n) for n in numbers):
        raise ValueError("a field holds two numbers")
    return {int(shown): int(position) for shown, position in pairs}


def _canonical_order(lines: Sequence[str], numbers: Sequence[int]) -> tuple[str, ...]:
    """The same answer for all orders that differ only by equal lines."""
    free = {text: [number for number, line in enumerate(lines) if line == text] for text in lines}
    return tuple(str(free[lines[number]].pop(0)) for number in numbers)
