"""`project`: improve an experiment until it meets a goal, over three seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from practicum.kinds import settings
from practicum.kinds.base import Found, Kind, finding
from practicum.kinds.checked_code import no_python
from practicum.kinds.equality import shown
from practicum.kinds.run_agreement import stopped
from practicum.model import Failure, Observation, Observations, Plan, Problem, Run, Variant, VariantFinding, Verdict

SEEDS = (0, 1, 2)
_BOUNDS = ("at_least", "at_most")
GOAL: settings.Settings = {"metric": settings.expression, "at_least": settings.number, "at_most": settings.number}


@dataclass(frozen=True)
class Goal:
    """What a project asks for."""

    metric: str
    """The expression that gives the score."""
    bound: float
    least: bool
    """Whether the mean must not be below the bound; else, not above it."""

    @classmethod
    def of(cls, problem: Problem) -> Goal:
        least = "at_least" in problem.goal
        return cls(str(problem.goal["metric"]), float(problem.goal["at_least" if least else "at_most"]), least)

    @property
    def words(self) -> str:
        """`at least 0.85`."""
        return f"{'at least' if self.least else 'at most'} {self.bound:g}"

    def met(self, scores: Sequence[float]) -> bool:
        """Whether their mean is within the bound."""
        return fmean(scores) >= self.bound if self.least else fmean(scores) <= self.bound


def graded(problem: Problem, variant: Variant, code: str, name: str = "submission") -> Run:
    """How code is graded: for each seed the metric, asked of the check where there is one, and else of the code."""
    metric = {"metric": Goal.of(problem).metric}
    setup = "\n".join(part for part in (variant.setup, variant.snippet) if part)
    if variant.check.strip():
        return Run(name, code, setup, check=variant.check, check_values=metric, seeds=SEEDS)
    return Run(name, code, setup, metric, seeds=SEEDS)


def score(observation: Observation) -> float | str:
    """What a graded run scored, or why it has no score."""
    if observation.failure or observation.stopped:
        return str(observation.failure or observation.stopped)
    value = observation.values["metric"]
    if not settings.is_finite(value):
        return str(value) if isinstance(value, Failure) else f"it is {shown(value)}"
    return float(value)


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
        if sum(name in problem.goal for name in _BOUNDS) != 1:
            yield Found("goal", "`[goal]` needs one bound: `at_least = 0.8` or `at_most = 0.5`")

    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        answers = (("solution", variant.solution), ("start", variant.start))
        return Plan(tuple(graded(problem, variant, code, name) for name, code in answers))

    def judge(self, problem: Problem, variant: Variant, seen: Observations) -> VariantFinding:
        goal = Goal.of(problem)
        if reason := stopped(seen.runs["solution"]):
            return finding(variant, Verdict.ERROR, f"the solution could not be run to its end: {reason}")
        solution, start = (_scores(seen.runs[role]) for role in ("solution", "start"))
        if isinstance(solution, str):
            return finding(variant, Verdict.REFUTED, f"the solution gives no `{goal.metric}`: {solution}")
        if not goal.met(solution):
            said = f"{fmean(solution):.4g} on average over {len(solution)} seeds, {goal.words} is asked"
            return finding(variant, Verdict.REFUTED, f"the solution misses the goal: {said}")
        if not isinstance(start, str) and goal.met(start):
            return finding(variant, Verdict.REFUTED, f"the start meets the goal already: {fmean(start):.4g}")
        return finding(variant, Verdict.PROVED, "")


def _scores(observations: Sequence[Observation]) -> list[float] | str:
    """The metric of each seed, or why there is none."""
    found: list[float] = []
    for observation in observations:
        one = score(observation)
        if isinstance(one, str):
            return one
        found.append(one)
    return found
