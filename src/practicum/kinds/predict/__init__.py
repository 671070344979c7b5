"""`predict`: say what the snippet gives. There is no written key: the key is what the run gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from practicum.kinds import settings
from practicum.kinds.base import Found, Kind, NoKey, Unclear, finding, typed
from practicum.kinds.equality import literal, same, shown
from practicum.kinds.run_agreement import agreed, printed, stopped
from practicum.kinds.settings import Setting
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
from practicum.python_source.constants import is_constant

_MEANT = re.compile(r"""\s*[-+]?[\d.(\[{'"]""")
"""How a value begins that is no bare word."""


class Predict(Kind):
    """Predict a value or what is printed."""

    name = "predict"
    label = "Predict the output"
    roles = frozenset({"run", "setup"})
    form = "predict/form.html"
    proved = "Every run gave the same"

    settings: Mapping[str, Setting] = {
        "value": settings.expression,
        "prints": settings.truth,
        "tolerance": settings.tolerance,
        "strict": settings.truth,
    }

    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[Found]:
        if variant.options:
            yield Found("option 1", f"`{self.name}` has no options: its key is what the run gives")
        if not variant.snippet.strip():
            yield Found("title", f"`{self.name}` needs a snippet: add a ```` ```python run ```` fence")
        wrong = list(settings.wrong(variant.proof, self.settings, "proof", f"a `{self.name}` problem", self.settings))
        yield from wrong
        asked = [key for key in ("value", "prints") if variant.proof.get(key, False) is not False]
        if len(asked) != 1 and not wrong:
            forms = 'write `value = "EXPR"`' + (" or `prints = true`" if "prints" in self.settings else "")
            yield Found("proof", f"`{self.name}` asks for one thing: {forms} in `[proof]`")

    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        values = {"value": variant.proof["value"]} if "value" in variant.proof else {}
        return Plan((Run("snippet", variant.snippet, variant.setup, values),))

    def judge(self, problem: Problem, variant: Variant, seen: Observations) -> VariantFinding:
        expression = variant.proof.get("value")
        if expression and is_constant(expression, variant.setup + "\n" + variant.snippet):
            why = f"`{expression}` is a constant: it is the same whatever the snippet does"
            return finding(variant, Verdict.ERROR, why)
        observations = seen.runs["snippet"]
        if reason := stopped(observations):
            return finding(variant, Verdict.ERROR, reason)
        outcome, moves = agreed(observations, self._outcome)
        if isinstance(outcome, Opaque):
            why = f"the run gives a {outcome.type}, `{outcome.text}`: nobody can type that, so ask for something plain"
            return finding(variant, Verdict.REFUTED, why)
        if moves:
            return finding(variant, Verdict.UNSTABLE, f"the result depends on chance: {moves}")
        if isinstance(outcome, Failure):
            return finding(variant, Verdict.REFUTED, f"the snippet raises {outcome}, so there is nothing to predict")
        if objection := self.objection(outcome):
            return finding(variant, Verdict.REFUTED, objection)
        text = shown(outcome) if expression else outcome
        return VariantFinding(variant.params, Verdict.PROVED, "", (OptionFinding("", True, True, text),))

    def objection(self, outcome: Any) -> str | None:
        """Why an outcome cannot be the key."""
        return None

    def _outcome(self, observation: Observation) -> Any:
        if observation.failure:
            return observation.failure
        return observation.values["value"] if "value" in observation.values else printed(observation.stdout)

    # --- what a learner answers: one text, a value or what is printed

    def asks(
        self, problem: Problem, variant: Variant, order: Sequence[int], fields: Sequence[str]
    ) -> Mapping[str, Any]:
        return {"value": fields[0] if fields else "", "prints": "value" not in variant.proof}

    def read(self, variant: Variant, order: Sequence[int], fields: Sequence[str]) -> tuple[str, ...]:
        if len(fields) > 1:
            raise ValueError("one answer is asked for")
        text = typed(fields[0]) if fields else ""
        if "value" not in variant.proof:
            return (text,) if text.strip() else ()
        text = text.strip()
        if _MEANT.match(text) and not _is_literal(text):
            raise Unclear("That is no value in Python. Look at its brackets, commas and quotes.")
        return (text,) if text else ()

    def grade(
        self, variant: Variant, answer: tuple[str, ...], finding: VariantFinding | None, seen: Observation | None
    ) -> bool:
        key = _key(finding)
        if "value" not in variant.proof:
            return printed(answer[0]) == printed(key)
        if not _is_literal(key):
            return answer[0] == key
        value = literal(key)
        if isinstance(value, str) and answer[0] == value:
            return True  # The text itself, without its quotes.
        tolerance, strict = float(variant.proof.get("tolerance", 0)), bool(variant.proof.get("strict", False))
        return _is_literal(answer[0]) and same(literal(answer[0]), value, tolerance=tolerance, strict=strict)

    def solution(self, variant: Variant, finding: VariantFinding | None) -> str:
        return finding.options[0].observed if finding and finding.options else ""


def _key(finding: VariantFinding | None) -> str:
    """What the run gave when it was proved."""
    if finding is None or not finding.options:
        raise NoKey("it has not been run as it stands")
    return finding.options[0].observed


def _is_literal(text: str) -> bool:
    try:
        literal(text)
    except ValueError:
        return False
    return True
