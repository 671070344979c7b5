"""Which of a learner's steps still stand: an author may change what was asked."""

from __future__ import annotations

from collections.abc import Iterable

from practicum.model import Problem
from practicum.store import StepRecord


def standing(problem: Problem, steps: Iterable[StepRecord], number: int | None = None) -> list[StepRecord]:
    """Of these steps those about this problem, or one variant of it, as far as it asks now what it asked then.

    A step without a mark says nothing of what was asked, and stands.
    """
    numbers = range(len(problem.variants)) if number is None else (number,)
    marks = {None, *map(problem.mark, numbers)}
    return [step for step in steps if step.item == problem.slug and step.data.get("mark") in marks]


def is_done(problem: Problem, steps: Iterable[StepRecord], kind: str, good: str) -> bool:
    """Whether a step of that kind that stands says that it was done well."""
    return any(step.kind == kind and step.data.get(good) is True for step in standing(problem, steps))
