"""`matching`: match expressions with their values, which running the expressions proves."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from practicum.kinds.base import IncompleteAnswer, Kind, PartMistake, variant_finding
from practicum.model import Observation, Observations, Plan, Problem, Run, Variant, VariantFinding, Verdict


class Matching(Kind):
    """The solution has a line `expression  # value` for each pair; a field is the place of the value, from 1."""

    name = "matching"
    label = "Match"
    roles = frozenset({"run", "setup", "solution"})
    proof_summary = "Every expression had its value"

    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[PartMistake]:
        if len(_pairs(variant)) < 2:
            yield PartMistake("title", "too-few-pairs", "add a ```` ```python solution ```` with two pairs or more")

    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        values = {str(index): expression for index, (expression, _) in enumerate(_pairs(variant))}
        return Plan((Run("pairs", variant.snippet, variant.setup, values),))

    def judge(self, problem: Problem, variant: Variant, observations: Observations) -> VariantFinding:
        for observation in observations.runs["pairs"]:
            if observation.stopped or observation.failure:
                why = str(observation.stopped or observation.failure)
                return variant_finding(variant, Verdict.ERROR, "not-run", why)
            for index, (expression, value) in enumerate(_pairs(variant)):
                if observation.values[str(index)] != ast.literal_eval(value):
                    why = f"`{expression}` is `{observation.values[str(index)]!r}`, not `{value}`"
                    return variant_finding(variant, Verdict.REFUTED, "wrong-pair", why)
        return variant_finding(variant, Verdict.PROVED)

    def item_count(self, variant: Variant) -> int:
        return len(_pairs(variant))

    def form_context(
        self, problem: Problem, variant: Variant, order: Sequence[int], fields: Sequence[str]
    ) -> Mapping[str, Any]:
        pairs = _pairs(variant)
        return {
            "expressions": [expression for expression, _ in pairs],
            "choices": [pairs[index][1] for index in order],
            "chosen": list(fields) or [""] * len(pairs),
        }

    def read_answer(self, variant: Variant, order: Sequence[int], fields: Sequence[str]) -> tuple[str, ...]:
        places = {str(place) for place in range(1, len(order) + 1)}
        if len(fields) != len(order) or not set(fields) <= places | {""}:
            raise ValueError("no form sends this")
        if "" in fields:
            raise IncompleteAnswer("pair-missing", "Choose a value for every expression, then answer.")
        return tuple(str(order[int(field) - 1]) for field in fields)

    def answer_fields(self, variant: Variant, order: Sequence[int], answer: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(order.index(int(index)) + 1) for index in answer)

    def grade(
        self,
        variant: Variant,
        answer: tuple[str, ...],
        finding: VariantFinding | None,
        observations: Sequence[Observation] = (),
    ) -> bool:
        pairs = _pairs(variant)
        return [pairs[int(index)][1] for index in answer] == [value for _, value in pairs]

    def answer_text(self, variant: Variant, answer: tuple[str, ...]) -> str:
        pairs = _pairs(variant)
        return "\n".join(
            f"{expression} is {pairs[int(index)][1]}" for (expression, _), index in zip(pairs, answer, strict=True)
        )

    def solution_text(self, variant: Variant, finding: VariantFinding | None) -> str:
        return self.answer_text(variant, tuple(map(str, range(len(_pairs(variant))))))


def _pairs(variant: Variant) -> list[tuple[str, str]]:
    lines = (line.partition("#") for line in variant.solution.splitlines() if "#" in line)
    return [(expression.strip(), value.strip()) for expression, _, value in lines]


MATCHING = Matching()
