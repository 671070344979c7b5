"""Exercises: problems that a learner may try as often as they like, each attempt graded at once."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from practicum.application import grading
from practicum.application.context import TopicContext
from practicum.application.grading import AskedProblem, Grade
from practicum.application.refusals import Link, Reason, Refused
from practicum.application.sittings import no_such_answer
from practicum.application.step_validity import is_done, valid_steps
from practicum.kinds.base import IncompleteAnswer
from practicum.model import Problem
from practicum.prove.catalogue import Entry
from practicum.runner import Cancellation, Client, OnEvent
from practicum.store import StepRecord

ANSWERED, SHOWN = "answered", "shown"
"""Kinds of steps: an answer was graded; a solution was asked for."""


@dataclass(frozen=True)
class Exercise(AskedProblem):
    """One exercise as one learner is asked it: in which variant, and in which order its parts are shown."""

    context: TopicContext
    place: int
    """Its index among the exercises."""
    all_entries: tuple[Entry, ...]

    @property
    def path(self) -> str:
        """Its path without the version: the path of its forms."""
        return f"{self.context.path}/{self.problem.slug}"

    @property
    def page_path(self) -> str:
        """The path of its page."""
        return f"{self.path}?version={self.number + 1}" if len(self.problem.variants) > 1 else self.path

    @property
    def other_version_path(self) -> str:
        """The path of another version of it; empty if there is none."""
        count = len(self.problem.variants)
        return f"{self.path}?version={(self.number + 1) % count + 1}" if count > 1 else ""

    @property
    def next_path(self) -> str:
        """The path of the exercise after it; empty at the last one."""
        later = self.all_entries[self.place + 1 :]
        return f"{self.context.path}/{later[0].problem.slug}" if later else ""

    @property
    def mark(self) -> str:
        """A digest of what it asks: a step counts for as long as this stays the same."""
        return self.problem.mark(self.number)

    def step(self, kind: str, data: dict[str, Any], nonce: str | None = None) -> StepRecord:
        data = {**data, "variant": self.number, "mark": self.mark}
        return self.context.step(kind, data, self.problem.slug, nonce)


def find_exercise(context: TopicContext, slug: str, version: str = "") -> Exercise:
    """Return an exercise in the version asked for, or in the learner's own. Raises Refused (not found)."""
    entries = context.entries()
    for place, entry in enumerate(entries):
        if entry.problem.slug == slug:
            count = len(entry.problem.variants)
            number = _seeded(context.token, entry.path).randrange(count)
            number = {str(one + 1): one for one in range(count)}.get(version, number)
            exercise = Exercise(context.catalogue, context.topic, entry, number, (), context, place, entries)
            order = exercise.kind.shuffled_order(exercise.variant, _seeded(context.token, entry.path, number))
            return replace(exercise, order=order)
    raise Refused(
        Reason.NOT_FOUND,
        "no-such-exercise",
        "There is no such exercise",
        "It may have been renamed, or is not proved.",
        context.topic_link,
    )


def _seeded(*seed: object) -> random.Random:
    """A generator that is the same each time for the same learner and problem."""
    return random.Random(hashlib.sha256(repr(seed).encode()).digest())


def listed_entries(context: TopicContext) -> tuple[Entry, ...]:
    """Return the exercises of the topic. Raises Refused (not found) if there are none."""
    entries = context.entries()
    if not entries:
        raise Refused(
            Reason.NOT_FOUND,
            "nothing-proved",
            "There are no exercises here yet",
            "None of them is proved.",
            context.topic_link,
        )
    return entries


def exercise_state(problem: Problem, steps: Sequence[StepRecord]) -> str:
    """Return `done`, `begun` or nothing."""
    if is_done(problem, steps, ANSWERED, "right"):
        return "done"
    return "begun" if valid_steps(problem, steps) else ""


@dataclass(frozen=True)
class ExerciseProgress:
    """How far a learner has come with one version of an exercise."""

    last_answer: tuple[str, ...] = ()
    done: bool = False
    closed: bool = False
    """Whether its solution may be shown: it was answered right, or the solution was asked for."""


def exercise_progress(exercise: Exercise) -> ExerciseProgress:
    """Return the learner's progress with this version."""
    steps = valid_steps(exercise.problem, exercise.context.steps(), exercise.number)
    answers = [step for step in steps if step.kind == ANSWERED]
    done = any(step.data.get("right") for step in answers)
    last = tuple(map(str, answers[-1].data["answer"])) if answers else ()
    return ExerciseProgress(last, done, done or any(step.kind == SHOWN for step in steps))


def read_answer(exercise: Exercise, fields: list[str]) -> tuple[str, ...]:
    """Return the answer that the fields mean. Raises IncompleteAnswer, or Refused if no form sends such fields."""
    try:
        answer = exercise.read(fields)
    except IncompleteAnswer:
        raise
    except ValueError:
        raise no_such_answer(Link(exercise.page_path, "Back")) from None
    if not answer:
        raise IncompleteAnswer("answer-empty", "Answer first.")
    return answer


def grade_answer(
    exercise: Exercise, answer: tuple[str, ...], nonce: str, client: Client, on_event: OnEvent, cancel: Cancellation
) -> Grade:
    """Grade an answer and store the result, if it could be graded. Blocks while it is run.

    The same form sent twice counts once; one in which the answer was changed counts as another.
    """
    context = exercise.context
    grade = grading.grade(context.site, exercise, answer, client, on_event, cancel)
    if grade.right is not None:
        once = hashlib.sha256(repr((nonce, exercise.mark, answer)).encode()).hexdigest()
        context.record(exercise.step(ANSWERED, {"answer": list(answer), "right": grade.right}, once))
    return grade


def reveal_solution(exercise: Exercise) -> None:
    """Record that the learner asked for the solution, which may be shown from then on."""
    exercise.context.record(exercise.step(SHOWN, {}))
