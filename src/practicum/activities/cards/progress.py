"""Progress in cards: those that were seen, and those that are due."""

from __future__ import annotations

from practicum.application.cards import card_session
from practicum.application.clock import now
from practicum.application.context import TopicContext
from practicum.application.progress import ModeStatus
from practicum.formatting import counted
from practicum.practice.progress import ModeProgress


def progress(context: TopicContext) -> ModeStatus:
    """Return how many cards the learner has seen, and how many are due."""
    session = card_session(context, now())
    seen, total = session.seen_count, len(session.cards)
    due = len(session.queue.due) if session.reviews else 0
    words = f"{due} due" if due else f"{seen} of {counted(total, 'card')} seen" if seen else ""
    last = max((review.at for review in session.reviews), default=None)
    resting = not session.queue.left and last is not None
    return ModeStatus(ModeProgress(context.mode.name, seen, total, last, due, resting), words)
