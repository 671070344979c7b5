"""`value`, `prints`, `error`: each option states an outcome, which is compared with the outcome of the run."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

from practicum.kinds import validators
from practicum.kinds.base import PartMistake
from practicum.kinds.choice.proof_form import ProofForm
from practicum.kinds.equality import is_equal
from practicum.kinds.literals import parse_literal, value_text
from practicum.kinds.option_verdicts import code_part, settled, unsettled
from practicum.kinds.run_agreement import agreed_value, stop_reason
from practicum.kinds.stdout_text import normalize_stdout
from practicum.model import (
    Failure,
    Observation,
    Observations,
    Opaque,
    Option,
    Plan,
    Run,
    Variant,
    VariantFinding,
    Verdict,
)
from practicum.python_source.constants import is_constant

_ALIASES = {
    **dict.fromkeys(("environmenterror", "ioerror", "windowserror"), "oserror"),
    **dict.fromkeys(("os.error", "socket.error", "select.error"), "oserror"),
    "socket.timeout": "timeouterror",
}
"""Other names of exception classes, in lower case."""
_WARNING = re.compile(r"^\S.*?:\d+: (\w+): ", re.MULTILINE)
"""A warning as Python shows it on stderr: `<snippet>:3: UserWarning: …`."""
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(\(\))?")


class OutcomeProof(ProofForm):
    """The shared part of the three forms: run the snippet, and compare its outcome with each option's code."""

    compares_code = True
    expected: ClassVar[str]
    """What an option states, for messages."""

    def mistakes(self, variant: Variant) -> Iterator[PartMistake]:
        if not variant.snippet.strip():
            message = f"a `{self.key}` proof needs a snippet: add a ```` ```python run ```` fence"
            yield PartMistake("title", "missing-snippet", message)
        for number, option in enumerate(variant.options, 1):
            if option.code is None:
                message = f"this option has no code span: write {self.expected} in backticks"
                yield PartMistake(f"option {number}", "missing-code", message)
            elif objection := self.code_objection(option.code):
                yield PartMistake(f"option {number}", "invalid-code", objection)

    def plan(self, variant: Variant, experiments: frozenset[str]) -> Plan:
        return Plan(runs=(Run("snippet", variant.snippet, variant.setup, self.values(variant), stdin=variant.stdin),))

    def judge(self, variant: Variant, observations: Observations) -> VariantFinding:
        repeated = observations.runs["snippet"]
        if reason := stop_reason(repeated):
            return unsettled(variant, Verdict.ERROR, "run-stopped", reason, part="run")
        outcome, difference = agreed_value(repeated, self.outcome)
        if isinstance(outcome, Opaque):
            result = self.result_text(variant, outcome)
            why = f"{result}, which is a {outcome.type} and not plain data: compare a value that a literal can state"
            return unsettled(variant, Verdict.REFUTED, "not-plain-data", why, outcome.text, part="proof.value")
        if difference:
            why = f"the result depends on chance: {difference}"
            return unsettled(variant, Verdict.UNSTABLE, "depends-on-chance", why, difference, part="run")
        if isinstance(outcome, Failure):
            why = _failure_text(outcome)
            return unsettled(variant, Verdict.REFUTED, "run-raises", why, str(outcome), part=code_part(outcome))
        holds = [self.states(variant, option.code or "", outcome) for option in variant.options]
        observed = self.observed_text(outcome)
        return settled(variant, holds, [observed] * len(holds), self.result_text(variant, outcome))

    def same_answer(self, variant: Variant, left: Option, right: Option) -> bool:
        if left.code is None or right.code is None or self.code_objection(left.code) or self.code_objection(right.code):
            return False
        if left.key and right.key:  # all right options state the outcome of the run, each in its own notation
            return left.code.strip() == right.code.strip()
        return self.states(variant, left.code, self.stated_outcome(right.code))

    def code_objection(self, code: str) -> str | None:
        """Why an option's code cannot be an answer, or None."""
        return None

    @abstractmethod
    def stated_outcome(self, code: str) -> Any:
        """The outcome that an option's valid code states."""

    def values(self, variant: Variant) -> dict[str, str]:
        """The expressions to evaluate after the snippet, by name."""
        return {}

    @abstractmethod
    def outcome(self, observation: Observation) -> Any:
        """The outcome of one run, or the Failure that prevented it."""

    @abstractmethod
    def states(self, variant: Variant, code: str, outcome: Any) -> bool:
        """Whether an option's code states this outcome."""

    def observed_text(self, outcome: Any) -> str:
        """The outcome as it is recorded."""
        return str(outcome)

    @abstractmethod
    def result_text(self, variant: Variant, outcome: Any) -> str:
        """The outcome as half a sentence."""


class ValueProof(OutcomeProof):
    """An option is right if the Python literal in its first code span equals EXPR after the snippet."""

    key = "value"
    expected = "the value as a Python literal"
    schema = {"value": validators.expression, "tolerance": validators.tolerance, "strict": validators.boolean}

    def code_objection(self, code: str) -> str | None:
        try:
            parse_literal(code)
        except ValueError as reason:
            return f"{reason}: write the value as Python prints it, such as `(None, 5)` or `'text'`"
        return None

    def values(self, variant: Variant) -> dict[str, str]:
        return {"value": variant.proof["value"]}

    def judge(self, variant: Variant, observations: Observations) -> VariantFinding:
        if is_constant(variant.proof["value"], variant.setup + "\n" + variant.snippet):
            why = f"`{variant.proof['value']}` is a constant: it has the same value whatever the snippet does"
            return unsettled(variant, Verdict.ERROR, "constant-expression", why, part="proof.value")
        return super().judge(variant, observations)

    def outcome(self, observation: Observation) -> Any:
        return observation.failure or observation.values["value"]

    def stated_outcome(self, code: str) -> Any:
        return parse_literal(code)

    def states(self, variant: Variant, code: str, outcome: Any) -> bool:
        tolerance, strict = variant.proof.get("tolerance", 0), variant.proof.get("strict", False)
        return is_equal(parse_literal(code), outcome, tolerance=tolerance, strict=strict)

    def observed_text(self, outcome: Any) -> str:
        return value_text(outcome)

    def result_text(self, variant: Variant, outcome: Any) -> str:
        return f"`{variant.proof['value']}` is `{value_text(outcome)}`"


class PrintsProof(OutcomeProof):
    """An option is right if its code is what the snippet prints, trailing white space aside."""

    key = "prints"
    verb = "prints"
    expected = "the printed text"
    schema = {"prints": validators.boolean}

    def outcome(self, observation: Observation) -> Any:
        return observation.failure or normalize_stdout(observation.stdout)

    def stated_outcome(self, code: str) -> Any:
        return normalize_stdout(code)

    def states(self, variant: Variant, code: str, outcome: Any) -> bool:
        return bool(normalize_stdout(code) == outcome)

    def result_text(self, variant: Variant, outcome: Any) -> str:
        if not outcome:
            return f"the snippet {self.verb} nothing"
        return f"the snippet {self.verb} `{repr(outcome) if chr(10) in outcome else outcome}`"


class StderrProof(PrintsProof):
    """An option is right if its code is what the snippet writes to stderr, trailing white space aside."""

    key = "stderr"
    verb = "writes to stderr"
    expected = "the text on stderr"
    schema = {"stderr": validators.boolean}

    def outcome(self, observation: Observation) -> Any:
        return observation.failure or normalize_stdout(observation.stderr)


class ErrorProof(OutcomeProof):
    """An option is right if its first code span names the exception that the snippet raises, or is `none`."""

    key = "error"
    expected = "the exception's name (or `none`)"
    schema = {"error": validators.boolean}

    def code_objection(self, code: str) -> str | None:
        if _EXCEPTION.fullmatch(code.strip()):
            return None
        return f"`{code}` is not an exception's name: write one such as `ValueError`, or `none`"

    def outcome(self, observation: Observation) -> Any:
        failure = observation.failure
        if failure is None:
            return "none"
        return failure if failure.where == "setup" else failure.type

    def stated_outcome(self, code: str) -> Any:
        return code

    def states(self, variant: Variant, code: str, outcome: Any) -> bool:
        return _class_name(code) == _class_name(outcome)

    def judge(self, variant: Variant, observations: Observations) -> VariantFinding:
        finding = super().judge(variant, observations)
        failure = observations.runs["snippet"][0].failure
        if failure is None or finding.verdict not in (Verdict.PROVED, Verdict.REFUTED):
            return finding
        return replace(finding, options=tuple(replace(option, observed=str(failure)) for option in finding.options))

    def result_text(self, variant: Variant, outcome: Any) -> str:
        return "the snippet runs to its end" if outcome == "none" else f"the snippet raises `{outcome}`"


class WarnsProof(OutcomeProof):
    """An option is right if its first code span names the warning that the snippet shows, or is `none`."""

    key = "warns"
    expected = "the warning's class (or `none`)"
    schema = {"warns": validators.boolean}

    def code_objection(self, code: str) -> str | None:
        if all(_EXCEPTION.fullmatch(name.strip()) for name in code.split(",")):
            return None
        return f"`{code}` is not a warning's class: write one such as `RuntimeWarning`, or `none`"

    def outcome(self, observation: Observation) -> Any:
        return observation.failure or ", ".join(sorted(set(_WARNING.findall(observation.stderr)))) or "none"

    def stated_outcome(self, code: str) -> Any:
        return code

    def states(self, variant: Variant, code: str, outcome: Any) -> bool:
        return {_class_name(name) for name in code.split(",")} == {_class_name(name) for name in outcome.split(",")}

    def result_text(self, variant: Variant, outcome: Any) -> str:
        return "the snippet shows no warning" if outcome == "none" else f"the snippet shows `{outcome}`"


def _class_name(text: str) -> str:
    """The name of an exception or warning without its module, in lower case: `notfounderror`."""
    name = text.strip().removesuffix("()").casefold()
    return _ALIASES.get(name) or _ALIASES.get(name.rsplit(".", 1)[-1]) or name.rsplit(".", 1)[-1]


def _failure_text(failure: Failure) -> str:
    place = f" at line {failure.line}" if failure.line else ""
    subject = {"setup": "the setup", "snippet": "the snippet"}.get(failure.where, "the expression")
    return f"{subject} raises {failure}{place}, so there is nothing to compare the options with"
