"""What the kinds share that learners answer with code: the solution passes `check`; the start and mutants do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from practicum.kinds import expressions
from practicum.kinds.base import Found, Kind, finding
from practicum.kinds.observed import stopped
from practicum.model import Observation, Observations, Plan, Problem, Run, Variant, VariantFinding, Verdict

_PASSES = {"start": "the start passes the check already: there is nothing left to do"}


class Checked(Kind):
    """Code is right if `check`, run after it, raises nothing."""

    roles = frozenset({"run", "setup", "start", "solution", "check", "mutant"})
    needs_start = True

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
        setup = "\n".join(part for part in (variant.setup, variant.snippet) if part)
        return Plan(tuple(Run(name, code, setup, check=variant.check) for name, code in answers.items()))

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
        expressions.module(code)
    except SyntaxError as reason:
        yield Found(role, f"this {role.split()[0]} is no Python: {reason.msg}", expressions.wrong_line(reason, code))
