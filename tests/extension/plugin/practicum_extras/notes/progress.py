"""The mode's progress: done once its notes were reviewed."""

from practicum.application.context import TopicContext
from practicum.application.progress import ModeStatus, last_time
from practicum.practice.progress import ModeProgress

REVIEWED = "reviewed"


def is_reviewed(context: TopicContext) -> bool:
    return any(step.kind == REVIEWED for step in context.steps())


def progress(context: TopicContext) -> ModeStatus:
    done = is_reviewed(context)
    counts = ModeProgress(context.mode.name, int(done), 1, last_time(context.steps()))
    return ModeStatus(counts, "reviewed" if done else "")
