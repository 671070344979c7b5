"""`project`: improve an experiment until it meets a goal, over three seeds."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean
from typing import Any

from practicum.kinds import expressions
from practicum.kinds.base import Found, Kind, LineOf, finding
from practicum.kinds.observed import stopped
from practicum.model import Observation, Observations, Plan, Problem, Run, Variant, VariantFinding, Verdict

SEEDS = (0, 1, 2)
_BOUNDS = {"at_least": "at least", "at_most": "at most"}


class Project(Kind):
    """`[goal] metric` is an expression after the code; `at_least` or `at_most` bounds its mean over three seeds."""

    name = "project"
    label = "Project"
    roles = frozenset({"run", "setup", "start", "solution", "check"})

    def mistakes(self, problem: Problem, variant: Variant, line_of: LineOf) -> Iterator[Found]:
        for role in ("start", "solution"):
            if not getattr(variant, role).strip():
                yield line_of("title"), f"`project` needs a {role}: a ```` ```python {role} ```` fence or `{role}.py`"
        for key in problem.goal:
            if key not in ("metric", *_BOUNDS):
                yield line_of(f"goal.{key}"), f"`{key}` means nothing in `[goal]`; it holds `metric` and a bound"
        yield from _goal(problem, line_of)

    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        values = {"metric": str(problem.goal["metric"])}
        setup = "\n".join(part for part in (variant.setup, variant.snippet) if part)
        answers = (("solution", variant.solution), ("start", variant.start))
        return Plan(
            tuple(Run(name, code, setup, values, check=variant.check, seeds=SEEDS) for name, code in answers),
        )

    def judge(self, problem: Problem, variant: Variant, seen: Observations) -> VariantFinding:
        name, bound, words = _bound(problem)
        for role in ("solution", "start"):
            if role == "solution" and (reason := stopped(seen.runs[role])):
                return finding(variant, Verdict.ERROR, f"the solution could not be run to its end: {reason}")
        solution, start = (_scores(seen.runs[role]) for role in ("solution", "start"))
        if isinstance(solution, str):
            return finding(variant, Verdict.REFUTED, f"the solution gives no `{problem.goal['metric']}`: {solution}")
        met = _meets(solution, name, bound)
        said = f"{fmean(solution):.4g} on average over {len(solution)} seeds, {words} {bound:g} is asked"
        if not met:
            return finding(variant, Verdict.REFUTED, f"the solution misses the goal: {said}")
        if not isinstance(start, str) and _meets(start, name, bound):
            return finding(variant, Verdict.REFUTED, f"the start meets the goal already: {fmean(start):.4g}")
        return finding(variant, Verdict.PROVED, "")


def _goal(problem: Problem, line_of: LineOf) -> Iterator[Found]:
    metric = problem.goal.get("metric")
    bounds = [name for name in _BOUNDS if name in problem.goal]
    if not isinstance(metric, str):
        yield line_of("goal"), '`project` needs `[goal]` with `metric = "EXPR"`, a number after the code'
    else:
        try:
            expressions.parsed(metric)
        except SyntaxError as reason:
            yield line_of("goal.metric"), f"`{metric}` is no Python expression: {reason.msg}"
    if len(bounds) != 1:
        yield line_of("goal"), "`[goal]` needs one bound: `at_least = 0.8` or `at_most = 0.5`"
    elif not isinstance(problem.goal[bounds[0]], (int, float)) or isinstance(problem.goal[bounds[0]], bool):
        yield line_of(f"goal.{bounds[0]}"), f"`{bounds[0]}` must be a number"


def _bound(problem: Problem) -> tuple[str, float, str]:
    name = next(name for name in _BOUNDS if name in problem.goal)
    return name, float(problem.goal[name]), _BOUNDS[name]


def _scores(observations: tuple[Observation, ...]) -> list[float] | str:
    """The metric of each seed, or why there is none."""
    scores: list[float] = []
    for observation in observations:
        value: Any = observation.failure or observation.stopped or observation.values["metric"]
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return str(value)
        scores.append(float(value))
    return scores


def _meets(scores: list[float], name: str, bound: float) -> bool:
    mean = fmean(scores)
    return mean >= bound if name == "at_least" else mean <= bound
