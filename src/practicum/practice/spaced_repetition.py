"""When a card is due: a fold of its reviews with FSRS-6.

FSRS (Free Spaced Repetition Scheduler, package `fsrs`) estimates the stability and difficulty of each card, and
schedules it for when the probability of recall has fallen to 90 %. Its random spread of days is disabled, so the same
reviews give the same day everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import fsrs

NEW_PER_DAY = 12
"""Maximum number of new cards per learner and day (UTC)."""
AHEAD = 20 * 60_000
"""Milliseconds by which a card that is being learned may come early if no other card is left."""
EARLY = 4 * 3_600_000
"""Milliseconds before its time from which a card that returns after days is asked, as learners do not practise at the
same minute each day. Such a review counts as on time: FSRS counts whole days, and would count 23 hours as none."""
DAY = 86_400_000


class Rating(IntEnum):
    """How well the learner recalled the answer."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


@dataclass(frozen=True)
class Review:
    """One review of a card. `at` is the server's time in milliseconds since 1970."""

    card: str
    rating: Rating
    at: int


@dataclass(frozen=True)
class Schedule:
    """The schedule of one card after its reviews."""

    due: int
    """When it is due, in milliseconds since 1970."""
    first: int
    """When it was reviewed first."""
    reviews: int
    learning: bool
    """Whether it is in the minutes after its first review or after it was forgotten."""

    @property
    def asked_from(self) -> int:
        """The time from which it is asked."""
        return self.due - (0 if self.learning else EARLY)


@dataclass(frozen=True)
class ReviewQueue:
    """The cards of a deck to review now, by name."""

    due: tuple[str, ...]
    """Cards that are due, longest overdue first."""
    new: tuple[str, ...]
    """New cards that may still come today, in the author's order."""
    soon: tuple[str, ...]
    """Cards that are being learned and are due within minutes."""
    later: tuple[int, ...]
    """Due times of all other reviewed cards, earliest first."""
    waiting: int
    """Number of new cards that do not come today."""

    @property
    def now(self) -> tuple[str, ...]:
        """All cards that are asked now, in order."""
        return (*self.due, *self.new, *self.soon)

    @property
    def next(self) -> str | None:
        """The card to show, or None."""
        return next(iter(self.now), None)

    @property
    def left(self) -> int:
        return len(self.now)


def schedules(reviews: Iterable[Review]) -> Mapping[str, Schedule]:
    """Return the schedule of every reviewed card. Reviews may be in any order."""
    by_card: dict[str, list[Review]] = {}
    for review in sorted(reviews, key=lambda review: review.at):
        by_card.setdefault(review.card, []).append(review)
    return {card: _schedule(history) for card, history in by_card.items()}


def queue(cards: Sequence[str], reviews: Sequence[Review], now: int) -> ReviewQueue:
    """Return the review queue of these cards, given in the author's order. Reviews of other cards are ignored."""
    known = {card: schedule for card, schedule in schedules(reviews).items() if card in set(cards)}
    due = sorted((schedule.due, card) for card, schedule in known.items() if schedule.asked_from <= now)
    ahead = sorted((schedule.due, card) for card, schedule in known.items() if now < schedule.asked_from)
    soon = [(at, card) for at, card in ahead if known[card].learning and at <= now + AHEAD]
    unseen = [card for card in cards if card not in known]
    today = sum(schedule.first // DAY == now // DAY for schedule in known.values())
    new = unseen[: max(0, NEW_PER_DAY - today)]
    return ReviewQueue(
        tuple(card for _, card in due),
        tuple(new),
        tuple(card for _, card in soon),
        tuple(at for at, card in ahead if (at, card) not in soon),
        len(unseen) - len(new),
    )


def intervals(reviews: Sequence[Review], now: int) -> Mapping[Rating, int]:
    """Return for each rating in how many milliseconds the card would be due again if rated now."""
    card = _fold(reviews)
    return {rating: _milliseconds(_reviewed(card, rating, now).due) - now for rating in Rating}


def _schedule(reviews: Sequence[Review]) -> Schedule:
    card = _fold(reviews)
    return Schedule(_milliseconds(card.due), reviews[0].at, len(reviews), _is_learning(card))


def _is_learning(card: fsrs.Card) -> bool:
    from fsrs import State

    return card.state is not State.Review


def _fold(reviews: Sequence[Review]) -> fsrs.Card:
    from fsrs import Card

    card = Card(card_id=1, due=datetime.fromtimestamp(0, UTC))
    for review in reviews:
        card = _reviewed(card, review.rating, review.at)
    return card


def _reviewed(card: fsrs.Card, rating: Rating, at: int) -> fsrs.Card:
    from fsrs import Rating as FsrsRating

    reviewed_at = datetime.fromtimestamp(at / 1000, UTC)
    early = not _is_learning(card) and timedelta() < card.due - reviewed_at <= timedelta(milliseconds=EARLY)
    counts_as = card.due if early else reviewed_at
    after = _scheduler().review_card(card, FsrsRating(int(rating)), counts_as)[0]
    after.due, after.last_review = reviewed_at + (after.due - counts_as), reviewed_at
    return after


@cache
def _scheduler() -> fsrs.Scheduler:
    from fsrs import Scheduler  # imported late, as only this mode needs it

    return Scheduler(enable_fuzzing=False)


def _milliseconds(when: datetime) -> int:
    return round(when.timestamp() * 1000)
