"""`value`, `prints`, `error` …: each option states an outcome, which is compared with the outcome of the run.

Or the other way round: `[proof]` states the outcome, and the options are code, which has it or not.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

from practicum.kinds import validators
from practicum.kinds.base import PartMistake
from practicum.kinds.choice.option_code import code_mistakes, codes, is_same_option, judge_options, plan_options
from practicum.kinds.choice.proof_form import ProofForm
from practicum.kinds.equality import is_equal
from practicum.kinds.exception_names import class_name, same_exception
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

_WARNING = re.compile(r"^\S.*?:\d+: (\w+): ", re.MULTILINE)
"""A warning as Python shows it on stderr: `<snippet>:3: UserWarning: …`."""
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(\(\))?")


class OutcomeProof(ProofForm):
    """The shared part of these forms: run the snippet, and compare its outcome with each option's code.

    If the outcome is stated, each option's code is run instead, and its outcome compared with the stated one.
    """

    reads_code = True
    expected: ClassVar[str]
    """What an option states, for messages."""
    subject: ClassVar[str] = "the snippet "
    """The subject of `result_text`."""

    def stated(self, variant: Variant) -> str | None:
        """The outcome that `[proof]` states, in the notation of options; None if the options state it."""
        outcome = variant.proof[self.key]
        return None if isinstance(outcome, bool) else str(outcome)

    def mistakes(self, variant: Variant) -> Iterator[PartMistake]:
        if self.stated(variant) is not None:
            yield from code_mistakes(variant, self.may_be_invalid)
            return
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
        if self.stated(variant) is not None:
            return plan_options(variant, self.values(variant))
        return Plan(runs=(Run("snippet", variant.snippet, variant.setup, self.values(variant), stdin=variant.stdin),))

    def judge(self, variant: Variant, observations: Observations) -> VariantFinding:
        if (stated := self.stated(variant)) is not None:
            return judge_options(
                variant,
                observations,
                self.code_outcome,
                lambda outcome: self.has_outcome(variant, stated, outcome),
                lambda outcome: self.code_outcome_text(variant, outcome),
            )
        repeated = observations.runs["snippet"]
        if reason := stop_reason(repeated):
            return unsettled(variant, Verdict.ERROR, "run-stopped", reason, part="run")
        outcome, difference = agreed_value(repeated, self.outcome)
        if isinstance(outcome, Opaque):
            result = self.subject + self.result_text(variant, outcome)
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
        return settled(variant, holds, [observed] * len(holds), self.subject + self.result_text(variant, outcome))

    def option_code(self, variant: Variant) -> tuple[str, ...]:
        return () if self.stated(variant) is None else codes(variant)

    def same_answer(self, variant: Variant, left: Option, right: Option) -> bool:
        if self.stated(variant) is not None:
            return is_same_option(left, right)
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
        """The outcome as a sentence without its `subject`."""

    # --- options that are code

    may_be_invalid: ClassVar[bool] = False
    """Whether the code of a right option may be invalid Python."""

    def code_outcome(self, observation: Observation) -> Any:
        """The outcome of one run of an option's code."""
        return self.outcome(observation)

    def has_outcome(self, variant: Variant, stated: str, outcome: Any) -> bool:
        """Whether the outcome of an option's code is the stated one."""
        return not isinstance(outcome, Failure) and self.states(variant, stated, outcome)

    def code_outcome_text(self, variant: Variant, outcome: Any) -> str:
        """The outcome of an option's code in words."""
        return f"raises {outcome}" if isinstance(outcome, Failure) else self.result_text(variant, outcome)


class ValueProof(OutcomeProof):
    """An option is right if the Python literal in its first code span equals EXPR after the snippet."""

    key = "value"
    expected = "the value as a Python literal"
    subject = ""
    schema = {
        "value": validators.expression,
        "equals": validators.literal,
        "tolerance": validators.tolerance,
        "strict": validators.boolean,
    }

    def stated(self, variant: Variant) -> str | None:
        return validators.literal_text(variant.proof["equals"]) if "equals" in variant.proof else None

    def code_objection(self, code: str) -> str | None:
        try:
            parse_literal(code)
        except ValueError as reason:
            return f"{reason}: write the value as Python prints it, such as `(None, 5)` or `'text'`"
        return None

    def values(self, variant: Variant) -> dict[str, str]:
        return {"value": variant.proof["value"]}

    def judge(self, variant: Variant, observations: Observations) -> VariantFinding:
        before = variant.setup + "\n" + variant.snippet
        options = self.option_code(variant)
        if all(is_constant(variant.proof["value"], f"{before}\n{code}") for code in options or ("",)):
            subject = "an option" if options else "the snippet"
            why = f"`{variant.proof['value']}` is a constant: it has the same value whatever {subject} does"
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

    def code_outcome(self, observation: Observation) -> Any:
        outcome = self.outcome(observation)
        return Opaque(outcome.type, "") if isinstance(outcome, Opaque) else outcome  # its text may contain an address

    def code_outcome_text(self, variant: Variant, outcome: Any) -> str:
        expression = variant.proof["value"]
        if isinstance(outcome, Opaque):
            return f"`{expression}` is a `{outcome.type}`"
        if isinstance(outcome, Failure) and outcome.running not in ("setup", "snippet"):
            return f"`{expression}` raises {outcome}"
        return super().code_outcome_text(variant, outcome)

    def result_text(self, variant: Variant, outcome: Any) -> str:
        return f"`{variant.proof['value']}` is `{value_text(outcome)}`"


class PrintsProof(OutcomeProof):
    """An option is right if its code is what the snippet prints, trailing white space aside."""

    key = "prints"
    verb = "prints"
    expected = "the printed text"
    schema = {"prints": validators.boolean_or(validators.string("true, or what a right option prints"))}

    def outcome(self, observation: Observation) -> Any:
        return observation.failure or normalize_stdout(observation.stdout)

    def stated_outcome(self, code: str) -> Any:
        return normalize_stdout(code)

    def states(self, variant: Variant, code: str, outcome: Any) -> bool:
        return bool(normalize_stdout(code) == outcome)

    def result_text(self, variant: Variant, outcome: Any) -> str:
        if not outcome:
            return f"{self.verb} nothing"
        return f"{self.verb} `{repr(outcome) if chr(10) in outcome else outcome}`"

    def code_outcome_text(self, variant: Variant, outcome: Any) -> str:
        if isinstance(outcome, str) and ("\n" in outcome or "`" in outcome):
            return f"{self.verb}:\n{outcome}"
        return super().code_outcome_text(variant, outcome)


class StderrProof(PrintsProof):
    """An option is right if its code is what the snippet writes to stderr, trailing white space aside."""

    key = "stderr"
    verb = "writes to stderr"
    expected = "the text on stderr"
    schema = {"stderr": validators.boolean_or(validators.string("true, or what a right option writes to stderr"))}

    def outcome(self, observation: Observation) -> Any:
        return observation.failure or normalize_stdout(observation.stderr)


class ErrorProof(OutcomeProof):
    """An option is right if its first code span names the exception that the snippet raises, or is `none`."""

    key = "error"
    expected = "the exception's name (or `none`)"
    schema = {"error": validators.boolean_or(validators.exception_name)}
    may_be_invalid = True

    def code_objection(self, code: str) -> str | None:
        if _EXCEPTION.fullmatch(code.strip()):
            return None
        return f"`{code}` is not an exception's name: write one such as `ValueError`, or `none`"

    def outcome(self, observation: Observation) -> Any:
        failure = observation.failure
        if failure is None:
            return "none"
        return failure if failure.running == "setup" else failure.classes[0]

    def stated_outcome(self, code: str) -> Any:
        return code

    def states(self, variant: Variant, code: str, outcome: Any) -> bool:
        return same_exception(code, outcome)

    def judge(self, variant: Variant, observations: Observations) -> VariantFinding:
        finding = super().judge(variant, observations)
        if self.stated(variant) is not None:
            return finding
        failure = observations.runs["snippet"][0].failure
        if failure is None or finding.verdict not in (Verdict.PROVED, Verdict.REFUTED):
            return finding
        return replace(finding, options=tuple(replace(option, observed=str(failure)) for option in finding.options))

    def result_text(self, variant: Variant, outcome: Any) -> str:
        return "runs to its end" if outcome == "none" else f"raises `{outcome}`"

    def code_outcome(self, observation: Observation) -> Any:
        return observation.failure or "none"

    def has_outcome(self, variant: Variant, stated: str, outcome: Any) -> bool:
        """Whether code raises the stated exception or a subclass, by the name of the class."""
        names = outcome.classes if isinstance(outcome, Failure) else ("none",)
        return any(same_exception(stated, name) for name in names)


class WarnsProof(OutcomeProof):
    """An option is right if its first code span names the warning that the snippet shows, or is `none`."""

    key = "warns"
    expected = "the warning's class (or `none`)"
    schema = {"warns": validators.boolean_or(validators.text("true, or the warning that a right option shows"))}

    def code_objection(self, code: str) -> str | None:
        if all(_EXCEPTION.fullmatch(name.strip()) for name in code.split(",")):
            return None
        return f"`{code}` is not a warning's class: write one such as `RuntimeWarning`, or `none`"

    def outcome(self, observation: Observation) -> Any:
        return observation.failure or ", ".join(sorted(set(_WARNING.findall(observation.stderr)))) or "none"

    def stated_outcome(self, code: str) -> Any:
        return code

    def states(self, variant: Variant, code: str, outcome: Any) -> bool:
        return {class_name(name) for name in code.split(",")} == {class_name(name) for name in outcome.split(",")}

    def result_text(self, variant: Variant, outcome: Any) -> str:
        return "shows no warning" if outcome == "none" else f"shows `{outcome}`"


def _failure_text(failure: Failure) -> str:
    of_part = f" of the {failure.where}" if failure.called_from else ""
    place = f" at line {failure.line}{of_part}" if failure.line else ""
    subject = {"setup": "the setup", "snippet": "the snippet"}.get(failure.running, "the expression")
    return f"{subject} raises {failure}{place}, so there is nothing to compare the options with"
