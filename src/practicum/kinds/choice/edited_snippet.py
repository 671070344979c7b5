"""`raises` and `repairs`: each option proposes an edit of the snippet, and the edited snippet is run.

An option that is a fence and has no fix proposes its code in place of the snippet.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator, Sequence

from practicum.kinds import snippet_edits, validators
from practicum.kinds.base import PartMistake
from practicum.kinds.checked_code import syntax_mistakes
from practicum.kinds.choice.proof_form import ProofForm
from practicum.kinds.comparison_sides import with_sides
from practicum.kinds.conditions import Condition, read_condition
from practicum.kinds.exception_names import same_exception
from practicum.kinds.option_verdicts import code_part, refuted, settled, unsettled
from practicum.kinds.run_agreement import agreed_value, stop_reason
from practicum.kinds.wording import numbered_options
from practicum.model import Failure, Observation, Observations, Option, Plan, Run, Variant, VariantFinding, Verdict
from practicum.python_source.constants import is_decided
from practicum.python_source.parsing import is_same_code


class EditProof(ProofForm):
    """The shared part of both forms: run the snippet as it is, and once with each option's fix."""

    takes_fixes = True

    def mistakes(self, variant: Variant) -> Iterator[PartMistake]:
        if not variant.snippet.strip():
            message = f"a `{self.key}` proof needs a snippet: add a ```` ```python run ```` fence"
            yield PartMistake("title", "missing-snippet", message)
            return
        for number, option in enumerate(variant.options, 1):
            try:
                edited = _edited(option, variant.snippet)
            except snippet_edits.FixError as reason:
                yield PartMistake(f"fix {number}", reason.code, reason.message, reason.line)
                continue
            if edited is not None and option.key and option.fix is None:
                yield from syntax_mistakes(f"code {number}", edited)

    def same_answer(self, variant: Variant, left: Option, right: Option) -> bool:
        try:
            first, second = (_edited(option, variant.snippet) for option in (left, right))
        except snippet_edits.FixError:
            return False
        return first is not None and second is not None and is_same_code(first, second)

    def plan(self, variant: Variant, experiments: frozenset[str]) -> Plan:
        values = self.values(variant)
        edited = [
            Run(_run_name(number), code, variant.setup, values, stdin=variant.stdin)
            for number, option in enumerate(variant.options, 1)
            if (code := _edited(option, variant.snippet)) is not None
        ]
        return Plan(runs=(Run("snippet", variant.snippet, variant.setup, values, stdin=variant.stdin), *edited))

    def option_code(self, variant: Variant) -> tuple[str, ...]:
        edited = (_edited(option, variant.snippet) for option in variant.options)
        return tuple(code for code in edited if code is not None)

    def judge(self, variant: Variant, observations: Observations) -> VariantFinding:
        for repeated in observations.runs.values():
            if reason := stop_reason(repeated):
                return unsettled(variant, Verdict.ERROR, "run-stopped", reason)
        if objection := self.snippet_objection(variant, observations.runs["snippet"]):
            return objection
        repeats = [observations.runs.get(_run_name(number), ()) for number in range(1, len(variant.options) + 1)]
        results = [agreed_value(repeated, self.result) if repeated else (None, None) for repeated in repeats]
        observed = [
            f"with this {'fix' if option.fix else 'code'} {self.result_text(result)}" if result is not None else ""
            for option, (result, _) in zip(variant.options, results, strict=True)
        ]
        differences = [
            f"with the {'fix' if option.fix else 'code'} of option {number}, {difference}"
            for number, (option, (_, difference)) in enumerate(zip(variant.options, results, strict=True), 1)
            if difference
        ]
        if differences:
            why = f"the result depends on chance: {'; '.join(differences)}"
            return unsettled(variant, Verdict.UNSTABLE, "depends-on-chance", why, observed)
        missing = [
            number
            for number, (option, repeated) in enumerate(zip(variant.options, repeats, strict=True), 1)
            if not repeated and self.needs_fix(option.key)
        ]
        if missing:
            each = "each of them" if len(missing) > 1 else "it"
            fence = "a ```` ```diff fix ```` fence"
            why = f"nothing settles {numbered_options(missing)}: give {each} {fence} with the proposed edit"
            return unsettled(variant, Verdict.UNPROVED, "missing-fix", why, observed, part=f"option {missing[0]}")
        holds = [
            self.works(result) if repeated else option.key
            for option, repeated, (result, _) in zip(variant.options, repeats, results, strict=True)
        ]
        details = [f"option {number}: {text}" for number, text in enumerate(observed, 1) if text]
        return settled(variant, holds, observed, "; ".join(details))

    def values(self, variant: Variant) -> dict[str, str]:
        """The expressions to evaluate after the snippet, by name."""
        return {}

    def needs_fix(self, is_key: bool) -> bool:
        """Whether an option must have a fix."""
        return True

    @abstractmethod
    def snippet_objection(self, variant: Variant, repeated: Sequence[Observation]) -> VariantFinding | None:
        """The finding if the snippet without a fix is not as the proof states, or None."""

    @abstractmethod
    def result(self, observation: Observation) -> object:
        """What this form compares of a run."""

    @abstractmethod
    def works(self, result: object) -> bool:
        """Whether a result is that of a right fix."""

    @abstractmethod
    def result_text(self, result: object) -> str:
        """A result as a sentence that follows `with this fix`."""


class RaisesProof(EditProof):
    """An option is right if the snippet raises the exception, and with the option's fix runs to its end."""

    key = "raises"
    schema = {"raises": validators.exception_name, "match": validators.regex}

    def needs_fix(self, is_key: bool) -> bool:
        # the key holds because the snippet raises; a distractor without a fix would hold for the same reason
        return not is_key

    def snippet_objection(self, variant: Variant, repeated: Sequence[Observation]) -> VariantFinding | None:
        failure, difference = agreed_value(repeated, lambda observation: observation.failure)
        if difference:
            why = f"whether the snippet raises depends on chance: {difference.replace('`None`', 'no exception')}"
            return unsettled(variant, Verdict.UNSTABLE, "depends-on-chance", why, part="run")
        expected = variant.proof["raises"]
        if failure is None:
            why = f"the snippet does not raise {expected}: it runs to its end"
            return refuted(variant, "snippet-runs", why, "the snippet runs to its end without a fix")
        if failure.running == "setup":
            why = f"the setup, not the snippet, raises {failure}"
            return unsettled(variant, Verdict.REFUTED, "setup-raises", why, str(failure), part="setup")
        if not any(same_exception(expected, name) for name in failure.classes):
            why = f"the snippet does not raise {expected}: it raises {failure}"
            return refuted(variant, "other-exception", why, str(failure))
        pattern = variant.proof.get("match", "")
        for failure in (observation.failure for observation in repeated if observation.failure):
            if not (pattern in failure.message or re.search(pattern, failure.message)):
                why = f"the snippet raises {expected}, but its message does not match `{pattern}`: {failure.message}"
                return refuted(variant, "message-does-not-match", why, str(failure))
        return None

    def result(self, observation: Observation) -> object:
        return observation.failure or "runs"

    def works(self, result: object) -> bool:
        return result == "runs"

    def result_text(self, result: object) -> str:
        return "the code runs to its end" if result == "runs" else f"the code raises {result}"


class RepairsProof(EditProof):
    """An option is right if EXPR is false after the snippet, and true after the snippet with the option's fix."""

    key = "repairs"
    schema = {"repairs": validators.expression}

    def values(self, variant: Variant) -> dict[str, str]:
        return {"repaired": with_sides(variant.proof["repairs"])}

    def snippet_objection(self, variant: Variant, repeated: Sequence[Observation]) -> VariantFinding | None:
        expression = variant.proof["repairs"]
        if is_decided(expression, variant.setup + "\n" + variant.snippet):
            why = f"`{expression}` is a constant: it has the same value whatever the snippet does"
            return unsettled(variant, Verdict.ERROR, "constant-expression", why, part="proof.repairs")
        before, difference = agreed_value(repeated, self.result)
        if difference:
            why = f"the result depends on chance: {difference}"
            return unsettled(variant, Verdict.UNSTABLE, "depends-on-chance", why, difference)
        if isinstance(before, Failure):
            subject = f"the {before.running}" if before.running in ("setup", "snippet") else f"`{expression}`"
            advice = "; use `raises` for a snippet that raises" if before.running == "snippet" else ""
            why = f"without a fix, {subject} raises {before}, which is neither true nor false{advice}"
            return unsettled(variant, Verdict.REFUTED, "run-raises", why, str(before), part=code_part(before))
        if self.works(before):
            why = f"`{expression}` is already true after the snippet without a fix, so there is nothing to repair"
            return unsettled(variant, Verdict.REFUTED, "already-true", why, "true without a fix", part="proof.repairs")
        return None

    def result(self, observation: Observation) -> object:
        return observation.failure or read_condition(observation.values["repaired"])

    def works(self, result: object) -> bool:
        return isinstance(result, Condition) and result.holds

    def result_text(self, result: object) -> str:
        if isinstance(result, Condition):
            operands = f": {result.operands_text}" if result.operands else ""
            return f"the expression is {result.holds}{operands}"
        return f"the code raises {result}"


def _edited(option: Option, snippet: str) -> str | None:
    """The snippet as an option would have it; None if it proposes nothing. Raises FixError."""
    if option.fix is not None:
        return snippet_edits.apply(option.fix, snippet)
    return option.code if option.is_fence else None


def _run_name(number: int) -> str:
    return f"option {number}"
