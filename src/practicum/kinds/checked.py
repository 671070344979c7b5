"""What the kinds share that learners answer with code: the solution passes `check`; the start and mutants do not."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from practicum.kinds.base import Found, Kind, LineOf, finding
from practicum.kinds.observed import stopped
from practicum.model import Observation, Observations, Plan, Problem, Run, Variant, VariantFinding, Verdict


class Checked(Kind):
    """Code is right if `check`, run after it, raises nothing."""

    roles = frozenset({"run", "setup", "start", "solution", "check", "mutant"})
    needs_start = True

    def mistakes(self, problem: Problem, variant: Variant, line_of: LineOf) -> Iterator[Found]:
        if variant.options:
            yield variant.options[0].line, f"`{self.name}` is answered with code: it has no options"
        if variant.proof:
            yield line_of("proof"), f"`{self.name}` is proved by its solution, start and mutants: it has no `[proof]`"
        needed = ["solution", "check", *(["start"] if self.needs_start else [])]
        for role in needed:
            if not getattr(variant, role).strip():
                yield line_of("title"), f"`{self.name}` needs a ```` ```python {role} ```` fence"
        if not variant.mutants:
            message = "add a ```` ```python mutant ````, a plausible wrong answer, to show that `check` rejects it"
            yield line_of("title"), message
        for role in ("solution", "check"):
            if wrong := _syntax(getattr(variant, role)):
                yield line_of(role), f"the {role} is no Python: {wrong}"

    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        answers = {"solution": variant.solution}
        if variant.start.strip():
            answers["start"] = variant.start
        answers |= {f"mutant {number}": code for number, code in enumerate(variant.mutants, 1)}
        setup = "\n".join(part for part in (variant.setup, variant.snippet) if part)
        return Plan(tuple(Run(name, code, setup, check=variant.check) for name, code in answers.items()))

    def judge(self, problem: Problem, variant: Variant, seen: Observations) -> VariantFinding:
        for name, observations in seen.runs.items():
            if name == "solution" and (reason := stopped(observations)):
                return finding(variant, Verdict.ERROR, f"the solution could not be run to its end: {reason}")
        for name, observations in seen.runs.items():
            passes = {_passes(observation) for observation in observations}
            if len(passes) > 1:
                why = f"whether the {name} passes depends on chance: {_failures(observations)}"
                return finding(variant, Verdict.UNSTABLE, why)
            if name == "solution" and passes == {False}:
                return finding(variant, Verdict.REFUTED, f"the solution fails its check: {_failures(observations)}")
            if name != "solution" and passes == {True}:
                why = f"the {name} passes the check: the check must reject it"
                return finding(variant, Verdict.REFUTED, why)
        return finding(variant, Verdict.PROVED, "")


def _passes(observation: Observation) -> bool:
    return observation.failure is None and observation.stopped is None


def _failures(observations: Sequence[Observation]) -> str:
    failures = [o.failure for o in observations if o.failure]
    if not failures:
        return "it runs to its end"
    first = failures[0]
    place = f" at line {first.line} of the {first.where}" if first.line else ""
    return f"{first}{place}"


def _syntax(code: str) -> str | None:
    try:
        ast.parse(code)
    except SyntaxError as reason:
        return f"{reason.msg} at its line {reason.lineno}"
    except (ValueError, MemoryError, RecursionError) as reason:
        return str(reason) or "it is nested too deeply"
    return None
