"""Goals of projects: a metric, its bound, and the runs that score code over three seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from practicum.kinds import validators
from practicum.kinds.literals import value_text
from practicum.kinds.validators import Schema
from practicum.model import Failure, Observation, Problem, Run, Variant

SEEDS = (0, 1, 2)
BOUNDS = ("at_least", "at_most")
SCHEMA: Schema = {"metric": validators.expression, "at_least": validators.number, "at_most": validators.number}
"""The keys of `[goal]`."""


@dataclass(frozen=True)
class Goal:
    """What the code of a project must reach."""

    metric: str
    """The expression that returns the score."""
    bound: float
    is_minimum: bool
    """Whether the mean score must be at least the bound; otherwise at most."""

    @classmethod
    def of(cls, problem: Problem) -> Goal:
        """The goal of a problem without mistakes."""
        is_minimum = "at_least" in problem.goal
        bound = float(problem.goal["at_least" if is_minimum else "at_most"])
        return cls(str(problem.goal["metric"]), bound, is_minimum)

    @property
    def bound_text(self) -> str:
        """`at least 0.85`."""
        return f"{'at least' if self.is_minimum else 'at most'} {self.bound:g}"

    def is_met(self, scores: Sequence[float]) -> bool:
        """Whether the mean of the scores is within the bound."""
        return fmean(scores) >= self.bound if self.is_minimum else fmean(scores) <= self.bound


def scoring_run(problem: Problem, variant: Variant, code: str, name: str = "submission") -> Run:
    """The run that scores code, once per seed.

    The metric is evaluated after the check where there is one, which the code cannot manipulate; otherwise after the
    code.
    """
    metric = {"metric": Goal.of(problem).metric}
    setup = "\n".join(part for part in (variant.setup, variant.snippet) if part)
    if variant.check.strip():
        return Run(name, code, setup, check=variant.check, check_values=metric, seeds=SEEDS, stdin=variant.stdin)
    return Run(name, code, setup, metric, seeds=SEEDS, stdin=variant.stdin)


def score(observation: Observation, hides_inputs: bool = False) -> float | str:
    """The score that a scoring run returned, or why there is none.

    With `hides_inputs`, a value that is no number is not shown: it may contain the hidden data.
    """
    if observation.failure or observation.stopped:
        return str(observation.stopped or observation.failure)
    value = observation.values["metric"]
    if validators.is_finite_number(value):
        return float(value)
    if isinstance(value, Failure):
        return str(value)
    return "it is not a number" if hides_inputs else f"it is {value_text(value)}"
