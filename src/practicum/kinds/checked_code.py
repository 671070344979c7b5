"""What the kinds share that learners answer with code: the solution passes `check`; the start and mutants do not."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from practicum.kinds.base import Found, Kind, Unclear, finding, typed
from practicum.kinds.run_agreement import stopped
from practicum.model import Observation, Observations, Plan, Problem, Run, Variant, VariantFinding, Verdict
from practicum.python_source.parsing import error_line, parse_module

_PASSES = {"start": "the start passes the check already: there is nothing left to do"}


class Checked(Kind):
    """Code is right if `check`, run after it, raises nothing."""

    roles = frozenset({"run", "setup", "start", "solution", "check", "mutant"})
    needs_start = True
    in_code = True
    proved = "The solution passed the check, and the wrong answers that were tried with it did not"

    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[Found]:
        if variant.options:
            yield Found("option 1", f"`{self.name}` is answered with code: it has no options")
        if variant.proof:
            yield Found("proof", f"`{self.name}` is proved by its solution, start and mutants: it has no `[proof]`")
        needed = ["solution", "check", *(["start"] if self.needs_start else [])]
        for role in needed:
            if not getattr(variant, role).strip():
                yield Found("title", f"`{self.name}` needs a ```` ```python {role} ```` fence")
        if not variant.mutants:
            message = "add a ```` ```python mutant ````, a plausible wrong answer, to show that `check` rejects it"
            yield Found("title", message)
        written = {"setup": variant.setup, "solution": variant.solution, "check": variant.check}
        written |= {f"mutant {number}": code for number, code in enumerate(variant.mutants, 1)}
        for role, code in written.items():
            yield from no_python(role, code)

    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        answers = {"solution": variant.solution}
        if variant.start.strip():
            answers["start"] = variant.start
        answers |= {f"mutant {number}": code for number, code in enumerate(variant.mutants, 1)}
        return Plan(tuple(_run(variant, name, code) for name, code in answers.items()))

    def judge(self, problem: Problem, variant: Variant, seen: Observations) -> VariantFinding:
        for name, observations in seen.runs.items():
            if name == "solution" and (reason := stopped(observations)):
                return finding(variant, Verdict.ERROR, f"the solution could not be run to its end: {reason}")
        for name, observations in seen.runs.items():
            passes = {_passes(observation) for observation in observations}
            if len(passes) > 1:
                who = "the " * (name in ("solution", "start")) + name
                why = f"whether {who} passes the check depends on chance: sometimes {_failures(observations)}"
                return finding(variant, Verdict.UNSTABLE, why)
            if name == "solution" and passes == {False}:
                return finding(variant, Verdict.REFUTED, f"the solution fails its check: {_failures(observations)}")
            if name != "solution" and passes == {True}:
                return finding(
                    variant, Verdict.REFUTED, _PASSES.get(name, f"{name} passes the check, which must reject it")
                )
        return finding(variant, Verdict.PROVED, "")

    # --- what a learner answers: code, run before the check as the solution was

    @abstractmethod
    def code(self, variant: Variant, answer: tuple[str, ...]) -> str:
        """All of a learner's code."""

    def attempt(self, variant: Variant, answer: tuple[str, ...]) -> Run:
        return _run(variant, "answer", self.code(variant, answer))

    def grade(
        self, variant: Variant, answer: tuple[str, ...], finding: VariantFinding | None, seen: Observation | None
    ) -> bool:
        return seen is not None and _passes(seen)

    def told(self, variant: Variant, answer: tuple[str, ...]) -> str:
        return self.code(variant, answer)

    def solution(self, variant: Variant, finding: VariantFinding | None) -> str:
        return variant.solution


class Written(Checked):
    """The learner writes all of the code, beginning with the start."""

    def asks(
        self, problem: Problem, variant: Variant, order: Sequence[int], fields: Sequence[str]
    ) -> Mapping[str, Any]:
        return {"value": fields[0] if fields else variant.start}

    def read(self, variant: Variant, order: Sequence[int], fields: Sequence[str]) -> tuple[str, ...]:
        if len(fields) > 1:
            raise ValueError("one piece of code is asked for")
        code = typed(fields[0]) if fields else ""
        if code and code.strip() == variant.start.strip():
            raise Unclear("This is the code as you got it. Change it first, then answer.")
        return (code,) if code.strip() else ()

    def code(self, variant: Variant, answer: tuple[str, ...]) -> str:
        return answer[0]


def _run(variant: Variant, name: str, code: str) -> Run:
    """An answer's code, after all that the learner finds there already, and before the check."""
    setup = "\n".join(part for part in (variant.setup, variant.snippet) if part)
    return Run(name, code, setup, check=variant.check)


def _passes(observation: Observation) -> bool:
    return observation.failure is None and observation.stopped is None


def _failures(observations: Sequence[Observation]) -> str:
    failures = [o.failure for o in observations if o.failure]
    if not failures:
        return "it runs to its end"
    first = failures[0]
    place = f" at line {first.line} of the {first.where}" if first.line else ""
    return f"{first}{place}"


def no_python(role: str, code: str) -> Iterator[Found]:
    """What keeps the code of a role from being Python at all."""
    try:
        parse_module(code)
    except SyntaxError as reason:
        yield Found(role, f"this {role.split()[0]} is no Python: {reason.msg}", error_line(reason, code))
