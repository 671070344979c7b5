"""`predict`: predict a value or the printed output of a snippet; the key is what the run shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from practicum.kinds import misconceptions, validators
from practicum.kinds.base import IncompleteAnswer, Kind, MissingKey, PartMistake, normalize_text, variant_finding
from practicum.kinds.equality import is_equal
from practicum.kinds.literals import is_literal, parse_literal, value_text
from practicum.kinds.run_agreement import agreed_value, stop_reason
from practicum.kinds.stdout_text import normalize_stdout
from practicum.kinds.typed_text import normalize_strings, normalize_typed
from practicum.kinds.validators import Schema
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
from practicum.narrow_floats import NarrowFloat
from practicum.python_source.constants import is_constant

_BEGINS_LIKE_A_LITERAL = re.compile(r"""\s*[-+]?[\d.(\[{'"]""")


class Predict(Kind):
    """Predict a value or the printed output. An answer holds one text."""

    name = "predict"
    label = "Predict the output"
    roles = frozenset({"run", "setup"})
    proof_summary = "Every run returned the same"

    schema: ClassVar[Schema] = {
        "value": validators.expression,
        "prints": validators.boolean,
        "tolerance": validators.tolerance,
        "strict": validators.boolean,
    }
    """The keys of `[proof]`."""

    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[PartMistake]:
        if variant.options:
            message = f"a `{self.name}` problem has no options, because its key is what the run shows: remove them"
            yield PartMistake("option 1", "options-not-allowed", message)
        if not variant.snippet.strip():
            message = f"a `{self.name}` problem needs a snippet: add a ```` ```python run ```` fence"
            yield PartMistake("title", "missing-snippet", message)
        holder = f"the `[proof]` of a `{self.name}` problem"
        table_mistakes = list(validators.check_table(variant.proof, self.schema, "proof", holder, self.schema))
        yield from table_mistakes
        asked = [key for key in ("value", "prints") if variant.proof.get(key, False) is not False]
        if len(asked) != 1 and not table_mistakes:
            forms = 'write `value = "EXPR"`' + (" or `prints = true`" if "prints" in self.schema else "")
            message = f"a `{self.name}` problem asks for one thing: {forms} in `[proof]`"
            yield PartMistake("proof", "one-question", message)

    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        values = {"value": variant.proof["value"]} if "value" in variant.proof else {}
        return Plan((Run("snippet", variant.snippet, variant.setup, values, stdin=variant.stdin),))

    def judge(self, problem: Problem, variant: Variant, observations: Observations) -> VariantFinding:
        expression = variant.proof.get("value")
        if expression and is_constant(expression, variant.setup + "\n" + variant.snippet):
            why = f"`{expression}` is a constant: it has the same value whatever the snippet does"
            return variant_finding(variant, Verdict.ERROR, "constant-expression", why, "proof.value")
        repeated = observations.runs["snippet"]
        if reason := stop_reason(repeated):
            return variant_finding(variant, Verdict.ERROR, "run-stopped", reason, "run")
        result, difference = agreed_value(repeated, _result)
        if isinstance(result, Opaque):
            why = f"the run returns a {result.type}, `{result.text}`: ask for a value that can be typed"
            return variant_finding(variant, Verdict.REFUTED, "not-plain-data", why, "proof.value")
        if difference:
            why = f"the result depends on chance: {difference}"
            return variant_finding(variant, Verdict.UNSTABLE, "depends-on-chance", why, "run")
        if isinstance(result, Failure):
            why = f"the snippet raises {result}, so there is nothing to predict"
            return variant_finding(variant, Verdict.REFUTED, "run-raises", why, "run")
        if objection := self.key_objection(result):
            return variant_finding(variant, Verdict.REFUTED, "unsuitable-key", objection, "proof")
        text = value_text(result) if expression else result
        dtype = result.dtype if isinstance(result, NarrowFloat) else ""
        return VariantFinding(variant.params, Verdict.PROVED, "", (OptionFinding("", True, True, text, dtype),))

    def key_objection(self, result: Any) -> str | None:
        """Why a result cannot be the key of this kind, or None."""
        return None

    def observes_value(self, variant: Variant) -> bool:
        return True

    def form_context(
        self, problem: Problem, variant: Variant, order: Sequence[int], fields: Sequence[str]
    ) -> Mapping[str, Any]:
        return {"value": fields[0] if fields else "", "is_stdout": "value" not in variant.proof}

    def read_answer(self, variant: Variant, order: Sequence[int], fields: Sequence[str]) -> tuple[str, ...]:
        if len(fields) > 1:
            raise ValueError("the form has one field")
        text = normalize_text(fields[0]) if fields else ""
        if "value" not in variant.proof:
            return (text,) if text.strip() else ()
        text = text.strip()
        if _BEGINS_LIKE_A_LITERAL.match(normalize_typed(text)) and not _typed_values(text):
            message = "This is not a Python value. Check its brackets, commas and quotes."
            raise IncompleteAnswer("not-a-literal", message)
        return (text,) if text else ()

    def grade(
        self,
        variant: Variant,
        answer: tuple[str, ...],
        finding: VariantFinding | None,
        observations: Sequence[Observation] = (),
    ) -> bool:
        key = proved_key(finding)
        if "value" not in variant.proof:
            return normalize_stdout(normalize_typed(answer[0])) == normalize_stdout(normalize_typed(key))
        if not is_literal(key):
            return answer[0] == key
        value = normalize_strings(proved_value(finding))
        if isinstance(value, str) and normalize_typed(answer[0]) == value:
            return True  # a string may be typed without its quotes
        tolerance, strict = float(variant.proof.get("tolerance", 0)), bool(variant.proof.get("strict", False))
        typed = map(normalize_strings, _typed_values(answer[0]))
        return any(is_equal(one, value, tolerance=tolerance, strict=strict) for one in typed)

    def wrong_answer_hint(self, variant: Variant, answer: tuple[str, ...], finding: VariantFinding | None) -> str:
        if finding is None or not finding.options:
            return ""

        def is_right(candidate: Any) -> bool:
            text = candidate if "value" not in variant.proof else value_text(candidate)
            return self.grade(variant, (text,), finding)

        if "value" not in variant.proof:
            typed, key = (normalize_stdout(normalize_typed(text)) for text in (answer[0], proved_key(finding)))
            return misconceptions.hint(misconceptions.PRINTED, typed, key, is_right)
        if not is_literal(proved_key(finding)):
            return ""
        answered = next(iter(_typed_values(answer[0])), answer[0])
        return misconceptions.hint(misconceptions.VALUES, answered, proved_value(finding), is_right)

    def solution_text(self, variant: Variant, finding: VariantFinding | None) -> str:
        return finding.options[0].observed if finding and finding.options else ""


def proved_key(finding: VariantFinding | None) -> str:
    """The result that a proof recorded. Raises MissingKey."""
    if finding is None or not finding.options:
        raise MissingKey("the problem has not been run in its present form")
    return finding.options[0].observed


def proved_value(finding: VariantFinding | None) -> Any:
    """The value that a proof recorded. Raises MissingKey, and ValueError if no literal states it."""
    text = proved_key(finding)
    dtype = finding.options[0].dtype if finding else ""
    return NarrowFloat(text, dtype) if dtype else parse_literal(text)


def _typed_values(text: str) -> list[Any]:
    """The values that a learner's text may stand for: as typed, and with plain quotation marks, minus signs, spaces."""
    return [parse_literal(reading) for reading in (text, normalize_typed(text)) if is_literal(reading)]


def _result(observation: Observation) -> Any:
    if observation.failure:
        return observation.failure
    return observation.values["value"] if "value" in observation.values else normalize_stdout(observation.stdout)
