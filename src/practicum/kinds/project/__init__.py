"""`project`: improve an experiment until it reaches a goal over three seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

from practicum.kinds import blind_answers, validators
from practicum.kinds import goal as goals
from practicum.kinds.base import Kind, PartMistake, variant_finding
from practicum.kinds.checked_code import syntax_mistakes
from practicum.kinds.goal import Goal, scoring_run
from practicum.kinds.run_agreement import forbidden_run, stop_reason
from practicum.kinds.validators import is_finite_number
from practicum.model import Observation, Observations, Plan, Problem, Run, Variant, VariantFinding, Verdict
from practicum.python_source.names import bound_names, mentioned_names


class Project(Kind):
    """`[goal] metric` is an expression after the code; `at_least` or `at_most` bounds its mean over three seeds."""

    name = "project"
    label = "Project"
    roles = frozenset({"run", "setup", "start", "solution", "check"})
    has_goal = True
    has_form = False
    rules = 1

    def mistakes(self, problem: Problem, variant: Variant) -> Iterator[PartMistake]:
        if variant.options:
            message = f"a `{self.name}` problem is answered with code: remove its options"
            yield PartMistake("option 1", "options-not-allowed", message)
        if variant.proof:
            message = f"a `{self.name}` problem is proved by its `[goal]`: remove `[proof]`"
            yield PartMistake("proof", "proof-not-allowed", message)
        for role in ("start", "solution"):
            if not getattr(variant, role).strip():
                message = f"a `{self.name}` problem needs a ```` ```python {role} ```` fence or a file `{role}.py`"
                yield PartMistake("title", f"missing-{role}", message)
        for role in ("setup", "solution", "check"):
            yield from syntax_mistakes(role, getattr(variant, role))
        yield from _goal_mistakes(self.name, problem)

    def plan(self, problem: Problem, variant: Variant, experiments: frozenset[str]) -> Plan:
        pieces = (("solution", variant.solution), ("start", variant.start))
        runs = [scoring_run(problem, variant, code, name) for name, code in pieces]
        return Plan((*runs, *_number_runs(problem, variant), *_blind_runs(problem, variant)))

    def judge(self, problem: Problem, variant: Variant, observations: Observations) -> VariantFinding:
        goal = Goal.of(problem)
        if forbidden := forbidden_run(observations.runs):
            name, why = forbidden
            return variant_finding(variant, Verdict.ERROR, "run-stopped", f"the {name}: {why}", name)
        if reason := stop_reason(observations.runs["solution"]):
            why = f"the solution was stopped before its end: {reason}"
            return variant_finding(variant, Verdict.ERROR, "run-stopped", why, "solution")
        solution, start = (_scores(observations.runs[role]) for role in ("solution", "start"))
        if isinstance(solution, str):
            why = f"the solution has no score `{goal.metric}`: {solution}"
            return variant_finding(variant, Verdict.REFUTED, "solution-without-score", why, "solution")
        if not goal.is_met(solution):
            mean = f"{fmean(solution):.4g} on average over {len(solution)} seeds"
            why = f"the solution misses the goal: {mean}, and the goal is {goal.bound_text}"
            return variant_finding(variant, Verdict.REFUTED, "solution-misses-goal", why, "solution")
        if not isinstance(start, str) and goal.is_met(start):
            why = f"the start already meets the goal: {fmean(start):.4g} on average"
            return variant_finding(variant, Verdict.REFUTED, "start-meets-goal", why, "start")
        for run in _number_runs(problem, variant):
            reported = goals.score(observations.runs[run.name][0])
            if not isinstance(reported, str) and goal.is_met([reported]):
                why = (
                    f"code that only says `{run.snippet.splitlines()[0]}` meets the goal: let a check compute the score"
                )
                return variant_finding(variant, Verdict.REFUTED, "blind-answer-passes", why, "check")
        for run in _blind_runs(problem, variant):
            (found,) = observations.runs[run.name]
            if passing := blind_answers.first_accepted(found, lambda score: _meets(goal, score)):
                why = f"the goal is also met if {passing}: the check must score it on other data"
                return variant_finding(variant, Verdict.REFUTED, "blind-answer-passes", why, "check")
        return variant_finding(variant, Verdict.PROVED)


def _number_runs(problem: Problem, variant: Variant) -> tuple[Run, ...]:
    """The run of code that only sets names from which the score is computed; none if it depends on no name."""
    goal = Goal.of(problem)
    names = bound_names(variant.solution) & (mentioned_names(variant.check) | mentioned_names(goal.metric))
    code = "\n".join(f"{name} = {goal.bound!r}" for name in sorted(names))
    return (replace(scoring_run(problem, variant, code, "numbers alone"), seeds=goals.SEEDS[:1]),) if names else ()


def _blind_runs(problem: Problem, variant: Variant) -> tuple[Run, ...]:
    """The run of answers that ignore their input, if there is one."""
    scored = scoring_run(problem, variant, variant.solution, "solution")
    blind = blind_answers.blind_run(scored, Goal.of(problem).metric)
    return (blind,) if blind else ()


def _meets(goal: Goal, score: Any) -> bool:
    return is_finite_number(score) and goal.is_met([score])


def _goal_mistakes(kind: str, problem: Problem) -> Iterator[PartMistake]:
    table_mistakes = list(validators.check_table(problem.goal, goals.SCHEMA, "goal", "`[goal]`", goals.SCHEMA))
    yield from table_mistakes
    if table_mistakes:
        return
    if "metric" not in problem.goal:
        message = f'a `{kind}` problem needs `[goal]` with `metric = "EXPR"`, a number after the code'
        yield PartMistake("goal", "missing-metric", message)
    if sum(name in problem.goal for name in goals.BOUNDS) != 1:
        yield PartMistake("goal", "one-bound", "`[goal]` needs one bound: `at_least = 0.8` or `at_most = 0.5`")


def _scores(observations: Sequence[Observation]) -> list[float] | str:
    """The score of each seed, or why one of them has none."""
    scores: list[float] = []
    for observation in observations:
        score = goals.score(observation)
        if isinstance(score, str):
            return score
        scores.append(score)
    return scores
