"""Options that are code: each is run after the setup and the snippet, and must have one outcome, or must not.

The code of an option that raises does not have the outcome, unless the exception is the outcome. Code that was stopped
(time, memory, what the sandbox does not allow) settles nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from practicum.kinds import validators
from practicum.kinds.base import PartMistake
from practicum.kinds.checked_code import can_fail, syntax_mistakes
from practicum.kinds.choice.proof_form import ProofForm
from practicum.kinds.option_verdicts import settled, unsettled
from practicum.kinds.run_agreement import agreed_value, stop_reason
from practicum.model import (
    NOTHING,
    Failure,
    Observation,
    Observations,
    Option,
    Plan,
    Run,
    Variant,
    VariantFinding,
    Verdict,
)
from practicum.python_source.parsing import is_same_code


def code_mistakes(variant: Variant, may_be_invalid: bool = False) -> Iterator[PartMistake]:
    """The mistakes in options that are code.

    Args:
        variant: The problem's variant.
        may_be_invalid: Whether right options may be invalid Python. Wrong options may be: they raise a SyntaxError.
    """
    for number, option in enumerate(variant.options, 1):
        if not (option.code or "").strip():
            message = "this option has no code: write it in backticks, or as a fence below the checkbox"
            yield PartMistake(f"option {number}", "missing-code", message)
        elif not (option.is_span or option.is_fence):
            message = "this option has more than one code span or one fence: only its code is run, so move the rest "
            yield PartMistake(f"option {number}", "more-than-code", message + "into the feedback")
        elif option.key and not may_be_invalid:
            yield from syntax_mistakes(f"code {number}", option.code or "")


def is_same_option(left: Option, right: Option) -> bool:
    """Whether two options have the same code, apart from comments and layout."""
    return left.code is not None and right.code is not None and is_same_code(left.code, right.code)


def codes(variant: Variant) -> tuple[str, ...]:
    """The code of each option."""
    return tuple(option.code or "" for option in variant.options)


def plan_options(variant: Variant, values: Mapping[str, str] = NOTHING, check: str = "") -> Plan:
    """The runs of the options' code, each after the setup and the snippet, whose output is left out."""
    setup = "\n".join(part for part in (variant.setup, variant.snippet) if part)
    return Plan(
        tuple(
            Run(_run_name(number), code, setup, values, check=check, quiet=True, stdin=variant.stdin)
            for number, code in enumerate(codes(variant), 1)
        )
    )


def judge_options(
    variant: Variant,
    observations: Observations,
    result: Callable[[Observation], Any],
    has_outcome: Callable[[Any], bool],
    result_text: Callable[[Any], str],
) -> VariantFinding:
    """The verdict on options that are code.

    Args:
        variant: The problem's variant.
        observations: What the runs of `plan_options` showed.
        result: Takes from a run what is compared: a value, or the exception that the code raised.
        has_outcome: Whether such a result is the outcome that right options have.
        result_text: Such a result in words: `` prints `3` ``, or, for output of several lines, a line before it.
    """
    results = []
    for number in range(1, len(variant.options) + 1):
        repeated = observations.runs[_run_name(number)]
        if reason := stop_reason(repeated):
            why = f"the code of option {number} was stopped before its end: {reason}"
            return unsettled(variant, Verdict.ERROR, "run-stopped", why, part=f"code {number}")
        if failure := next((one.failure for one in repeated if one.failure and one.failure.running == "setup"), None):
            why = f"the code before the options raises {failure}, so there is nothing to compare"
            part = "setup" if (failure.line or 1) <= len(variant.setup.splitlines()) else "run"
            return unsettled(variant, Verdict.REFUTED, "run-raises", why, str(failure), part=part)
        results.append(agreed_value(repeated, result))
    observed = [result_text(value) for value, _ in results]
    for number, (_, difference) in enumerate(results, 1):
        if difference:
            why = f"the result of option {number} depends on chance: {difference}"
            return unsettled(variant, Verdict.UNSTABLE, "depends-on-chance", why, observed, part=f"code {number}")
    details = [f"option {number}: {' ↵ '.join(text.split(chr(10)))}" for number, text in enumerate(observed, 1)]
    return settled(variant, [has_outcome(value) for value, _ in results], observed, "; ".join(details))


class CheckProof(ProofForm):
    """An option is right if the problem's check passes after its code."""

    key = "check"
    schema = {"check": validators.boolean}
    takes_check = True
    reads_code = True

    def mistakes(self, variant: Variant) -> Iterator[PartMistake]:
        if not variant.check.strip():
            message = "a `check` proof needs a ```` ```python check ```` fence with assertions"
            yield PartMistake("title", "missing-check", message)
        elif not can_fail(variant.setup + "\n" + variant.check):
            message = "this check asserts nothing, so every option passes it: write `assert`"
            yield PartMistake("check", "check-without-assert", message)
        yield from syntax_mistakes("check", variant.check)
        yield from code_mistakes(variant)

    def plan(self, variant: Variant, experiments: frozenset[str]) -> Plan:
        return plan_options(variant, check=variant.check)

    def judge(self, variant: Variant, observations: Observations) -> VariantFinding:
        return judge_options(variant, observations, _check_result, lambda result: result == "passes", _check_text)

    def same_answer(self, variant: Variant, left: Option, right: Option) -> bool:
        return is_same_option(left, right)

    def option_code(self, variant: Variant) -> tuple[str, ...]:
        return codes(variant)


def _check_result(observation: Observation) -> Any:
    return observation.failure or "passes"


def _check_text(result: Any) -> str:
    if not isinstance(result, Failure):
        return "passes the check"
    return f"fails the check: {result}" if result.where == "check" else f"raises {result}"


def _run_name(number: int) -> str:
    return f"option {number}"
