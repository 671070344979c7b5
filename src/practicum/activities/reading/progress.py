"""Progress in a page: the sections that came into view."""

from __future__ import annotations

from practicum.application.context import TopicContext
from practicum.application.pages import reading_progress, section_count
from practicum.application.progress import ModeStatus, last_time
from practicum.formatting import counted
from practicum.practice.progress import ModeProgress


def progress(context: TopicContext) -> ModeStatus:
    """Return how much of the page the learner has read."""
    steps = context.steps()
    total = max(1, section_count(context.topic.pages[context.mode.name]))
    reading = reading_progress(context)
    # Scrolling reaches the last section; only the learner says that the page is read.
    done = total if reading.read else min(reading.section, total - 1)
    words = "read" if reading.read else f"{done} of {counted(total, 'section')} read" if done else ""
    left_off = not reading.read and reading.section > 0
    resume = f"{context.path}#part-{min(reading.section, total)}" if left_off else ""
    counts = ModeProgress(context.mode.name, done, total, last_time(steps))
    return ModeStatus(counts, words or ("begun" if steps else ""), resume)
