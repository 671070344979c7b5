"""Progress in projects: those whose goal was met."""

from __future__ import annotations

from practicum.application.context import TopicContext
from practicum.application.progress import ModeStatus, problem_progress
from practicum.application.projects import SUBMITTED


def progress(context: TopicContext) -> ModeStatus:
    """Return how many projects' goals the learner has met."""
    return problem_progress(context, SUBMITTED, "met", "goals met")
