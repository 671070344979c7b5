"""Which of a learner's steps still count after an author has changed a problem."""

from __future__ import annotations

from collections.abc import Iterable

from practicum.model import Problem
from practicum.store import StepRecord


def valid_steps(problem: Problem, steps: Iterable[StepRecord], number: int | None = None) -> list[StepRecord]:
    """Return the steps about this problem, or one variant of it, that were made when it asked what it asks now.

    A step without a mark does not record what was asked, and counts.
    """
    numbers = range(len(problem.variants)) if number is None else (number,)
    marks = {None, *map(problem.mark, numbers)}
    return [step for step in steps if step.item == problem.slug and step.data.get("mark") in marks]


def is_done(problem: Problem, steps: Iterable[StepRecord], kind: str, flag: str) -> bool:
    """Whether a valid step of that kind has that flag set: the problem was done well."""
    return any(step.kind == kind and step.data.get(flag) is True for step in valid_steps(problem, steps))
