"""`predict`: say what the snippet gives. There is no written key: the key is what the run gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from practicum.kinds import expressions
from practicum.kinds.base import Found, Kind, LineOf
from practicum.kinds.equality import shown
from practicum.kinds.observed import agreed, printed, stopped
from practicum.model import (
    Failure,
    Observation,
    Observations,
    Opaque,
    OptionFinding,
    Plan,
    Problem,
    Run,
    Variant,
    VariantFinding,
    Verdict,
)

_KEYS = frozenset({"value", "prints", "tolerance", "strict"})


class Predict(Kind):
    """Predict a value or what is printed."""

    name = "predict"
    label = "Predict the output"
    roles = frozenset({"run", "setup"})

    def mistakes(self, problem: Problem, variant: Variant, line_of: LineOf) -> Iterator[Found]:
        if variant.options:
            yield variant.options[0].line, f"`{self.name}` has no options: its key is what the run gives"
        if not variant.snippet.strip():
            yield line_of("title"), f"`{self.name}` needs a snippet: add a ```` ```python run ```` fence"
        for key in variant.proof:
            if key not in _KEYS:
                yield line_of(f"proof.{key}"), f"`{key}` means nothing here; `[proof]` may hold `value` or `prints`"
        yield from self._asked(variant, line_of)

    def _asked(self, variant: Variant, line_of: LineOf) -> Iterator[Found]:
        expression = variant.proof.get("value")
        if (expression is None) == (variant.proof.get("prints") is not True):
            message = f'`{self.name}` asks for one thing: write `value = "EXPR"` or `prints = true` in `[proof]`'
            yield line_of("proof"), message
        elif expression is not None:
            try:
                expressions.parsed(str(expression))
            except SyntaxError as reason:
                yield line_of("proof.value"), f"`{expression}` is no Python expression: {reason.msg}"

    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        values = {"value": variant.proof["value"]} if "value" in variant.proof else {}
        return Plan((Run("snippet", variant.snippet, variant.setup, values),))

    def judge(self, problem: Problem, variant: Variant, seen: Observations) -> VariantFinding:
        expression = variant.proof.get("value")
        if expression and expressions.is_constant(expression, variant.setup + "\n" + variant.snippet):
            why = f"`{expression}` is a constant: it is the same whatever the snippet does"
            return _found(variant, Verdict.ERROR, why)
        observations = seen.runs["snippet"]
        if reason := stopped(observations):
            return _found(variant, Verdict.ERROR, reason)
        outcome, moves = agreed(observations, self._outcome)
        if isinstance(outcome, Opaque):
            why = f"the run gives a {outcome.type}, `{outcome.text}`: nobody can type that, so ask for something plain"
            return _found(variant, Verdict.REFUTED, why)
        if moves:
            return _found(variant, Verdict.UNSTABLE, f"the result depends on chance: {moves}")
        if isinstance(outcome, Failure):
            return _found(variant, Verdict.REFUTED, f"the snippet raises {outcome}, so there is nothing to predict")
        if objection := self.objection(outcome):
            return _found(variant, Verdict.REFUTED, objection)
        text = shown(outcome) if expression else outcome
        return VariantFinding(variant.params, Verdict.PROVED, "", (OptionFinding("", True, True, text),))

    def objection(self, outcome: Any) -> str | None:
        """Why an outcome cannot be the key."""
        return None

    @staticmethod
    def _outcome(observation: Observation) -> Any:
        if observation.failure:
            return observation.failure
        return observation.values["value"] if "value" in observation.values else printed(observation.stdout)


def _found(variant: Variant, verdict: Verdict, why: str) -> VariantFinding:
    return VariantFinding(variant.params, verdict, why)
