"""Kinds that are answered with code: the solution passes the check, the start and the mutants fail it."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from practicum.kinds.base import IncompleteAnswer, Kind, PartMistake, normalize_text, variant_finding
from practicum.kinds.run_agreement import forbidden_run, stop_reason
from practicum.model import Observation, Observations, Plan, Problem, Run, Variant, VariantFinding, Verdict
from practicum.python_source.parsing import error_line, parse_module


class CheckedCode(Kind):
    """An answer is right if `check`, run after it, raises nothing."""

    roles = frozenset({"run", "setup", "start", "solution", "check", "mutant"})
    needs_start = True
    answer_is_code = True
    proof_summary = "The solution passed the check, and the wrong answers that were tried failed it"

    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[PartMistake]:
        if variant.options:
            message = f"a `{self.name}` problem is answered with code: remove its options"
            yield PartMistake("option 1", "options-not-allowed", message)
        if variant.proof:
            message = f"a `{self.name}` problem is proved by its solution, start and mutants: remove `[proof]`"
            yield PartMistake("proof", "proof-not-allowed", message)
        needed = ["solution", "check", *(["start"] if self.needs_start else [])]
        for role in needed:
            if not getattr(variant, role).strip():
                message = f"a `{self.name}` problem needs a ```` ```python {role} ```` fence"
                yield PartMistake("title", f"missing-{role}", message)
        if not variant.mutants:
            message = "add a ```` ```python mutant ```` fence with a plausible wrong answer that `check` must reject"
            yield PartMistake("title", "missing-mutant", message)
        if variant.check.strip() and not can_fail(variant.setup + "\n" + variant.check):
            message = (
                "this check asserts nothing, so every answer passes it: write `assert`, with a message for learners"
            )
            yield PartMistake("check", "check-without-assert", message)
        written = {"setup": variant.setup, "solution": variant.solution, "check": variant.check}
        written |= {f"mutant {number}": code for number, code in enumerate(variant.mutants, 1)}
        for part, code in written.items():
            yield from syntax_mistakes(part, code)

    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        answers = {"solution": variant.solution}
        if variant.start.strip():
            answers["start"] = variant.start
        answers |= {f"mutant {number}": code for number, code in enumerate(variant.mutants, 1)}
        return Plan(tuple(checked_run(variant, name, code) for name, code in answers.items()))

    def judge(self, problem: Problem, variant: Variant, observations: Observations) -> VariantFinding:
        if forbidden := forbidden_run(observations.runs):
            name, why = forbidden
            return variant_finding(variant, Verdict.ERROR, "run-stopped", f"{_subject(name)}: {why}", name)
        if reason := stop_reason(observations.runs["solution"]):
            why = f"the solution was stopped before its end: {reason}"
            return variant_finding(variant, Verdict.ERROR, "run-stopped", why, "solution")
        for name, repeated in observations.runs.items():
            if finding := _judge_run(variant, name, repeated):
                return finding
        return variant_finding(variant, Verdict.PROVED)

    # --- answering: the learner's code is run before the check, as the solution was

    @abstractmethod
    def full_code(self, variant: Variant, answer: tuple[str, ...]) -> str:
        """All of a learner's code."""

    def grading_run(self, variant: Variant, answer: tuple[str, ...]) -> Run:
        return checked_run(variant, "answer", self.full_code(variant, answer))

    def grade(
        self,
        variant: Variant,
        answer: tuple[str, ...],
        finding: VariantFinding | None,
        observation: Observation | None,
    ) -> bool:
        return observation is not None and _passes(observation)

    def answer_text(self, variant: Variant, answer: tuple[str, ...]) -> str:
        return self.full_code(variant, answer)

    def solution_text(self, variant: Variant, finding: VariantFinding | None) -> str:
        return variant.solution


class EditedStart(CheckedCode):
    """The learner edits the start; the whole text is the answer."""

    has_editor = True

    def form_context(
        self, problem: Problem, variant: Variant, order: Sequence[int], fields: Sequence[str]
    ) -> Mapping[str, Any]:
        return {"value": fields[0] if fields else variant.start}

    def read_answer(self, variant: Variant, order: Sequence[int], fields: Sequence[str]) -> tuple[str, ...]:
        if len(fields) > 1:
            raise ValueError("the form has one field")
        code = normalize_text(fields[0]) if fields else ""
        if code and code.strip() == variant.start.strip():
            message = "The code is unchanged. Change it, then answer."
            raise IncompleteAnswer("start-unchanged", message)
        return (code,) if code.strip() else ()

    def full_code(self, variant: Variant, answer: tuple[str, ...]) -> str:
        return answer[0]


def can_fail(code: str) -> bool:
    """Whether code contains an `assert`, a `raise` or a call such as `numpy.testing.assert_allclose`.

    Code that is not Python counts as if it did: that is another mistake.
    """
    try:
        tree = parse_module(code)
    except SyntaxError:
        return True
    return any(isinstance(node, ast.Assert | ast.Raise) or _is_assert_name(node) for node in ast.walk(tree))


def _is_assert_name(node: ast.AST) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return "assert" in name.casefold() or name == "fail"


def syntax_mistakes(part: str, code: str) -> Iterator[PartMistake]:
    """The syntax error in the code of a part, if there is one."""
    try:
        parse_module(code)
    except SyntaxError as reason:
        message = f"this {part.split()[0]} is not valid Python: {reason.msg}"
        yield PartMistake(part, "invalid-python", message, error_line(reason, code))


def _judge_run(variant: Variant, name: str, repeated: Sequence[Observation]) -> VariantFinding | None:
    """The finding if one piece of code does not do with the check what it must; otherwise None."""
    passes = {_passes(observation) for observation in repeated}
    subject = _subject(name)
    if len(passes) > 1:
        why = f"whether {subject} passes the check depends on chance: sometimes {_first_failure(repeated)}"
        return variant_finding(variant, Verdict.UNSTABLE, "depends-on-chance", why, name)
    if name == "solution":
        if passes == {True}:
            return None
        why = f"the solution fails the check: {_first_failure(repeated)}"
        return variant_finding(variant, Verdict.REFUTED, "solution-fails", why, name)
    if passes == {False}:
        return None
    if name == "start":
        why = "the start already passes the check, so the learner has nothing to do"
        return variant_finding(variant, Verdict.REFUTED, "start-passes", why, name)
    if name.startswith("distractor"):
        line, place = name.split(" as ")
        why = f"{line} can be added to the solution as {place}, and the check passes: it must fail wherever it stands"
        return variant_finding(variant, Verdict.REFUTED, "distractor-passes", why, "distractor")
    why = f"{subject} passes the check, which must reject it"
    return variant_finding(variant, Verdict.REFUTED, "mutant-passes", why, name)


def _subject(name: str) -> str:
    return name if name.startswith(("mutant", "distractor")) else f"the {name}"


def checked_run(variant: Variant, name: str, code: str) -> Run:
    """A run of code after all that precedes it in the problem, and followed by the check."""
    setup = "\n".join(part for part in (variant.setup, variant.snippet) if part)
    return Run(name, code, setup, check=variant.check, quiet=True)


def _passes(observation: Observation) -> bool:
    return observation.failure is None and observation.stopped is None


def _first_failure(observations: Sequence[Observation]) -> str:
    failure = next((observation.failure for observation in observations if observation.failure), None)
    if failure is None:
        return next((f"it is stopped: {o.stopped}" for o in observations if o.stopped), "it runs to its end")
    place = f" at line {failure.line} of the {failure.where}" if failure.line else ""
    return f"{failure}{place}"
