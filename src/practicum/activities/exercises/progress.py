"""Progress in exercises: those that were answered right."""

from __future__ import annotations

from practicum.application.context import TopicContext
from practicum.application.exercises import ANSWERED
from practicum.application.progress import ModeStatus, problem_progress


def progress(context: TopicContext) -> ModeStatus:
    """Return how many exercises the learner has solved."""
    return problem_progress(context, ANSWERED, "right", "solved")
