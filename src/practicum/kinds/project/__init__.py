"""`project`: improve an experiment until it meets a goal, over three seeds."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import fmean

from practicum.kinds import settings
from practicum.kinds.base import Found, Kind, finding
from practicum.kinds.checked import no_python
from practicum.kinds.equality import shown
from practicum.kinds.observed import stopped
from practicum.model import Failure, Observation, Observations, Plan, Problem, Run, Variant, VariantFinding, Verdict

SEEDS = (0, 1, 2)
_BOUNDS = {"at_least": "at least", "at_most": "at most"}
GOAL: settings.Settings = {"metric": settings.expression, "at_least": settings.number, "at_most": settings.number}


class Project(Kind):
    """`[goal] metric` is an expression after the code; `at_least` or `at_most` bounds its mean over three seeds."""

    name = "project"
    label = "Project"
    roles = frozenset({"run", "setup", "start", "solution", "check"})

    has_goal = True

    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[Found]:
        if variant.options:
            yield Found("option 1", f"`{self.name}` is answered with code: it has no options")
        if variant.proof:
            yield Found("proof", f"`{self.name}` is proved by its `[goal]`: it has no `[proof]`")
        for role in ("start", "solution"):
            if not getattr(variant, role).strip():
                yield Found("title", f"`{self.name}` needs a {role}: a ```` ```python {role} ```` fence or `{role}.py`")
        for role in ("setup", "solution", "check"):
            yield from no_python(role, getattr(variant, role))
        wrong = list(settings.wrong(problem.goal, GOAL, "goal", "`[goal]`", GOAL))
        yield from wrong
        if wrong:
            return
        if "metric" not in problem.goal:
            yield Found("goal", f'`{self.name}` needs `[goal]` with `metric = "EXPR"`, a number after the code')
        if len(_BOUNDS.keys() & problem.goal.keys()) != 1:
            yield Found("goal", "`[goal]` needs one bound: `at_least = 0.8` or `at_most = 0.5`")

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


def _bound(problem: Problem) -> tuple[str, float, str]:
    name = next(name for name in _BOUNDS if name in problem.goal)
    return name, float(problem.goal[name]), _BOUNDS[name]


def _scores(observations: tuple[Observation, ...]) -> list[float] | str:
    """The metric of each seed, or why there is none."""
    scores: list[float] = []
    for observation in observations:
        if observation.failure or observation.stopped:
            return str(observation.failure or observation.stopped)
        value = observation.values["metric"]
        if not settings.is_finite(value):
            return str(value) if isinstance(value, Failure) else f"it is {shown(value)}"
        scores.append(float(value))
    return scores


def _meets(scores: list[float], name: str, bound: float) -> bool:
    mean = fmean(scores)
    return mean >= bound if name == "at_least" else mean <= bound
