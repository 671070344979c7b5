"""Progress in sittings: the best result, or the badge."""

from __future__ import annotations

import contextlib

from practicum.application.badges import earned_badges
from practicum.application.context import TopicContext
from practicum.application.learner_sitting import LearnerSitting
from practicum.application.progress import ModeStatus
from practicum.application.refusals import Refused
from practicum.application.sittings import from_record, latest_records
from practicum.practice.progress import ModeProgress

LATEST = 20
"""Sittings that are looked at."""


def progress(context: TopicContext) -> ModeStatus:
    """Return the learner's best result, or where they are in a sitting that is not finished."""
    sittings = _readable(context)
    name = context.mode.name
    if not sittings:
        return ModeStatus(ModeProgress(name, 0, len(context.entries())), "")
    latest, total = sittings[0].sitting, sittings[0].sitting.total
    last_at = max(latest.last_at, sittings[0].record.started)
    if _has_badge(context) or any(at.sitting.badge and at.sitting.finished for at in sittings):
        words = "badge earned" if _badge_of(context) else "all right"
        return ModeStatus(ModeProgress(name, total, total, last_at), words)
    best = max(min(at.sitting.score, total) for at in sittings)
    if latest.current is not None:
        words, resume = f"at problem {latest.current + 1} of {total}", sittings[0].current_path
    else:
        words, resume = f"best: {best} of {total} right", ""
    # A finished sitting does not stand in the way of the next mode; it can be taken again at any time.
    counts = ModeProgress(name, min(best, max(0, total - 1)), total, last_at, resting=latest.current is None)
    return ModeStatus(counts, words, resume)


def _readable(context: TopicContext) -> list[LearnerSitting]:
    sittings = []
    for record in latest_records(context, LATEST):
        with contextlib.suppress(Refused):
            sittings.append(from_record(context.site, context.token, record))
    return sittings


def _badge_of(context: TopicContext) -> str | None:
    return context.topic.badge if context.mode.awards_badge else None


def _has_badge(context: TopicContext) -> bool:
    """Whether the topic's badge was ever earned: only the latest sittings are looked at."""
    if _badge_of(context) is None:
        return False
    expected = (context.catalogue.course.slug, context.topic.slug)
    badges = earned_badges(context.site, context.token)
    return any((badge.course, badge.topic) == expected for badge in badges)
