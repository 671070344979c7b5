"""`order`: put the lines of the solution in order (a Parsons problem); every order that passes the check is right.

Lines that do not belong may be among them. Wherever one is added to the solution, the check must fail.

With declared dependencies, every order that they allow is right, and answers are not run. What the declaration allows
must pass the check when it is proved, and what it forbids must fail.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from math import comb, prod
from typing import Any

from practicum.kinds.base import IncompleteAnswer, PartMistake
from practicum.kinds.checked_code import CheckedCode, checks_name
from practicum.kinds.order.dependencies import Dependencies, Permutation, dependencies_of
from practicum.model import Observation, Plan, Problem, Run, Variant, VariantFinding

MAX_LINES = 40
MAX_DISTRACTORS = 6
MAX_SHUFFLES = 1000
"""Random orders from which one that is not right is chosen. At least every second one is wrong."""
MAX_ASSIGNMENTS = 1000
"""Ways to take equal lines of a declared order for one another that are followed at once when an answer is graded."""
MAX_ORDERS = 24
"""Orders that dependencies allow, and orders that they forbid, up to which all are run. Of more, a sample is."""


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
    has_depends = True

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

        yield from _depends_mistakes(variant)

    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        plan = super().plan(problem, variant, experiments)
        repeated = ("solution", "mutant", "allowed")
        runs = (run if run.name.startswith(repeated) else replace(run, repeat=False) for run in plan.runs)
        return replace(plan, runs=tuple(runs))

    def proving_answers(self, variant: Variant) -> dict[str, str]:
        """As for other code; the solution with each line that does not belong, at each place; and declared orders.

        Where learners can leave lines out, the solution without each line too, since only complete orders are right.
        """
        answers = super().proving_answers(variant) | dict(_answers_with_distractors(variant))
        if declared := _dependencies(variant):
            tried = [*_allowed(declared)[1:], *(order for order, _ in _forbidden(declared))]
            names = _order_names(declared)
            answers |= {names[order]: "\n".join(declared.texts(order)) for order in tried}
            if variant.distractor.strip():
                answers |= dict(_answers_without_a_line(variant))
        return answers

    def must_pass(self, name: str) -> bool:
        return name == "solution" or name.startswith("allowed")

    def objection(self, variant: Variant, name: str, failure: str) -> tuple[str, str, str] | None:
        check = checks_name(variant)
        if name.startswith("distractor"):
            line, place = name.split(" as ")
            why = f"{line} can be added to the solution as {place}, and {check} passes: it must fail wherever it stands"
            return "distractor-passes", why, "distractor"
        if name.startswith("solution without"):
            why = f"the {name} passes, and {check} must fail: remove the line, or check what it does"
            return "line-not-needed", why, "solution"
        declared = _dependencies(variant)
        if declared is None or not name.startswith(("allowed", "forbidden")):
            return None
        names = _order_names(declared)
        order = next(order for order, known in names.items() if known == name)
        lines = f"the order of lines {_numbers(order)}"
        if failure:
            later, earlier = next(pair for pair in pairwise(order) if pair[0] > pair[1])
            why = f"`[depends]` allows {lines}, which {failure}. If line {later + 1} depends on line {earlier + 1}, "
            return "allowed-order-fails", f"{why}add {earlier + 1} to its list", "depends"
        before, after = dict(_forbidden(declared))[order]
        why = (
            f"`[depends]` forbids {lines}, because line {after + 1} depends on line {before + 1}, and {check} passes: "
        )
        why += f"remove {before + 1} from the list of line {after + 1}, or let the check reject this order"
        return "forbidden-order-passes", why, f"depends.{after + 1}"

    def proof_text(self, variant: Variant) -> str:
        declared = _dependencies(variant)
        if declared is None:
            return super().proof_text(variant)
        allowed, forbidden = len(_allowed(declared)), len(_forbidden(declared))
        orders = "order that is accepted" if allowed == 1 else f"{_allowed_words(declared)} that are accepted"
        return f"The {orders} passed the check, and {forbidden} others that were tried failed it"

    def answer_is_run(self, variant: Variant) -> bool:
        return not variant.depends

    def grading_runs(self, variant: Variant, answer: tuple[str, ...]) -> tuple[Run, ...]:
        return () if variant.depends else super().grading_runs(variant, answer)

    def grade(
        self,
        variant: Variant,
        answer: tuple[str, ...],
        finding: VariantFinding | None,
        observations: Sequence[Observation] = (),
    ) -> bool:
        if declared := _dependencies(variant):
            return declared.allow(_chosen_lines(variant, answer))
        return super().grade(variant, answer, finding, observations)

    def share_text(self, variant: Variant, answer: tuple[str, ...]) -> str:
        """Where a wrong order first breaks a declared dependency."""
        declared = _dependencies(variant)
        if declared is None:
            return ""
        chosen = _chosen_lines(variant, answer)
        if sorted(chosen) != sorted(declared.lines) or (at := declared.first_misplaced(chosen)) is None:
            return ""
        return f"In your last answer, line {at + 1} stands before a line that it depends on: {chosen[at].strip()}"

    def item_count(self, variant: Variant) -> int:
        return len(_lines(variant))

    def shuffled_order(self, variant: Variant, rng: random.Random) -> tuple[int, ...]:
        """A random order of the lines; never a right one that is known, unless there is no other."""
        lines, declared = _lines(variant), _dependencies(variant)
        order = super().shuffled_order(variant, rng)
        if len(set(lines)) > 1 and not variant.distractor:
            for _ in range(MAX_SHUFFLES):
                texts = [lines[number] for number in order]
                if texts != lines and not (declared and declared.allow(texts)):
                    break
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
        return "\n".join(_chosen_lines(variant, answer))


def _chosen_lines(variant: Variant, answer: Sequence[str]) -> list[str]:
    lines = _lines(variant)
    return [lines[int(number)] for number in answer]


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


def _answers_without_a_line(variant: Variant) -> Iterator[tuple[str, str]]:
    lines = _solution_lines(variant)
    for number in range(len(lines)):
        yield f"solution without line {number + 1}", "\n".join([*lines[:number], *lines[number + 1 :]])


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


# --- declared dependencies


def _dependencies(variant: Variant) -> Dependencies | None:
    """The declared dependencies of a variant without mistakes; None if it declares none."""
    if not variant.depends:
        return None
    lines = tuple(_solution_lines(variant))
    needed = ((int(line) - 1, tuple(other - 1 for other in others)) for line, others in variant.depends.items())
    return dependencies_of(lines, tuple(sorted(needed)))


@lru_cache(maxsize=256)
def _allowed(declared: Dependencies) -> list[Permutation]:
    return declared.allowed(MAX_ORDERS)


@lru_cache(maxsize=256)
def _forbidden(declared: Dependencies) -> list[tuple[Permutation, tuple[int, int]]]:
    return declared.forbidden(MAX_ORDERS)


def _order_names(declared: Dependencies) -> dict[Permutation, str]:
    """The name of each order that is run, with the number of orders that there are."""
    allowed, forbidden = _allowed(declared), [order for order, _ in _forbidden(declared)]
    of_all = f"{len(allowed)}" if _runs_all(declared) else f"{len(allowed)} tried, of {_count_text(declared)}"
    names = {order: f"allowed order {n} of {of_all}: {_numbers(order)}" for n, order in enumerate(allowed, 1)}
    return names | {
        order: f"forbidden order {n} of {len(forbidden)} tried: {_numbers(order)}"
        for n, order in enumerate(forbidden, 1)
    }


def _allowed_words(declared: Dependencies) -> str:
    """How many allowed orders are run, and of how many: `24 of 5,040 orders`."""
    tried = len(_allowed(declared))
    return f"{tried} orders" if _runs_all(declared) else f"{tried} of {_count_text(declared)} orders"


def _runs_all(declared: Dependencies) -> bool:
    return declared.count is not None and declared.count <= MAX_ORDERS


def _count_text(declared: Dependencies) -> str:
    return f"more than {MAX_ORDERS}" if declared.count is None else f"{declared.count:,}"


def _numbers(order: Permutation) -> str:
    return ", ".join(str(number + 1) for number in order)


def _depends_mistakes(variant: Variant) -> Iterator[PartMistake]:
    """The mistakes in declared dependencies, and in mutants that they allow."""
    if not variant.depends:
        return
    count = len(_solution_lines(variant))
    known = {str(number) for number in range(1, count + 1)}
    is_valid = True
    for line, others in variant.depends.items():
        if line not in known:
            message = f"`{line}` is not the number of a line: the solution has {count}, blank ones aside"
            yield PartMistake(f"depends.{line}", "unknown-line", message)
            is_valid = False
        elif wrong := [other for other in others if not 1 <= other < int(line)]:
            message = f"line {line} cannot depend on {wrong[0]}: list lines above it, from 1, blank ones aside"
            yield PartMistake(f"depends.{line}", "depends-on-later-line", message)
            is_valid = False
    equal = Counter(_solution_lines(variant)).values()
    if prod(comb(times, times // 2) for times in equal) > MAX_ASSIGNMENTS:
        message = "too many lines are equal to tell which of them depends on which: write them differently"
        yield PartMistake("solution", "too-many-equal-lines", message)
        is_valid = False
    if not is_valid or count > MAX_LINES:
        return
    declared = _dependencies(variant)
    assert declared is not None
    if not declared.direct_pairs:
        message = "no line depends on another, so every order is right: list the lines on which a line depends"
        yield PartMistake("depends", "no-dependency", message)
    for number, mutant in enumerate(variant.mutants, 1):
        if declared.allow([line for line in mutant.splitlines() if line.strip()]):
            message = f"mutant {number} is an order that `[depends]` allows: remove it, or add the dependency"
            yield PartMistake(f"mutant {number}", "mutant-allowed", message)
