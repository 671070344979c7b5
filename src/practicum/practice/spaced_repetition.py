"""When a card is due: a fold of its reviews through FSRS-6, and nothing else. Pure: time is handed in.

FSRS (Free Spaced Repetition Scheduler; its `fsrs` package) holds of each card how stable it is in memory and how hard,
and asks for it again when the chance to recall it has fallen to 90 %. Its random spread of days is switched off, so
that the same reviews give the same day everywhere.
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
"""Cards that a learner meets for the first time in one day (UTC) at the most."""
AHEAD = 20 * 60_000
"""Milliseconds by which a card that is just being learned may come early, where nothing else is left."""
EARLY = 4 * 3_600_000
"""Milliseconds before its time from which a card that comes back after days is due: nobody sits down at the same minute
each evening. Such a review counts as one in time: FSRS counts whole days, and would take the 23 hours for none."""
DAY = 86_400_000


class Rating(IntEnum):
    """How well an answer came to mind."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


@dataclass(frozen=True)
class Review:
    """One look at a card. `at` is the server's time in milliseconds since 1970."""

    card: str
    rating: Rating
    at: int


@dataclass(frozen=True)
class Schedule:
    """Where one card stands after its reviews."""

    due: int
    """When it should come again, in milliseconds since 1970."""
    first: int
    """When it was met first."""
    reviews: int
    learning: bool
    """Whether it is still in its first minutes, or in those after it was forgotten."""

    @property
    def asked_from(self) -> int:
        """From when on it is asked."""
        return self.due - (0 if self.learning else EARLY)


@dataclass(frozen=True)
class ReviewQueue:
    """Which cards of a deck come now. Each is the card's name."""

    due: tuple[str, ...]
    """Met before and due, what has waited longest first."""
    new: tuple[str, ...]
    """Never met, in the author's order, as many as may still come today."""
    soon: tuple[str, ...]
    """Just being learned, and due within minutes."""
    later: tuple[int, ...]
    """When all others that were met are due, the next first."""
    waiting: int
    """How many were never met and do not come today."""

    @property
    def now(self) -> tuple[str, ...]:
        """All cards that are asked now, in their order."""
        return (*self.due, *self.new, *self.soon)

    @property
    def next(self) -> str | None:
        """The card to show, or None if there is none for now."""
        return next(iter(self.now), None)

    @property
    def left(self) -> int:
        return len(self.now)


def schedules(reviews: Iterable[Review]) -> Mapping[str, Schedule]:
    """Where each card stands that was ever reviewed. Reviews are taken in the order of their times."""
    found: dict[str, list[Review]] = {}
    for review in sorted(reviews, key=lambda one: one.at):
        found.setdefault(review.card, []).append(review)
    return {card: _schedule(own) for card, own in found.items()}


def queue(cards: Sequence[str], reviews: Sequence[Review], now: int) -> ReviewQueue:
    """What comes now of these cards (in the author's order). Reviews of cards that are gone count for nothing."""
    known = {card: one for card, one in schedules(reviews).items() if card in set(cards)}
    due = sorted((one.due, card) for card, one in known.items() if one.asked_from <= now)
    ahead = sorted((one.due, card) for card, one in known.items() if now < one.asked_from)
    soon = [(at, card) for at, card in ahead if known[card].learning and at <= now + AHEAD]
    unseen = [card for card in cards if card not in known]
    today = sum(one.first // DAY == now // DAY for one in known.values())
    new = unseen[: max(0, NEW_PER_DAY - today)]
    return ReviewQueue(
        tuple(card for _, card in due),
        tuple(new),
        tuple(card for _, card in soon),
        tuple(at for at, card in ahead if (at, card) not in soon),
        len(unseen) - len(new),
    )


def intervals(reviews: Sequence[Review], now: int) -> Mapping[Rating, int]:
    """For each rating that one card may get now, in how many milliseconds it would come again."""
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
    from fsrs import Rating as Known

    seen = datetime.fromtimestamp(at / 1000, UTC)
    early = not _is_learning(card) and timedelta() < card.due - seen <= timedelta(milliseconds=EARLY)
    counts_as = card.due if early else seen
    after = _scheduler().review_card(card, Known(int(rating)), counts_as)[0]
    after.due, after.last_review = seen + (after.due - counts_as), seen
    return after


@cache
def _scheduler() -> fsrs.Scheduler:
    from fsrs import Scheduler  # it takes some milliseconds to import, and only this mode needs it

    return Scheduler(enable_fuzzing=False)


def _milliseconds(when: datetime) -> int:
    return round(when.timestamp() * 1000)
