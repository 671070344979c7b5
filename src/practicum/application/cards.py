"""Cards: what is due comes first. A card's schedule follows from its reviews, which are steps."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from practicum.application.context import TopicContext
from practicum.application.refusals import Link, Reason, Refused
from practicum.application.site import ServedCard
from practicum.practice import spaced_repetition
from practicum.practice.spaced_repetition import Rating, Review, ReviewQueue

REVIEWED = "reviewed"
"""The kind of a step: a card was rated."""


@dataclass(frozen=True)
class CardSession:
    """The cards of a topic and one learner's reviews of them."""

    context: TopicContext
    cards: dict[str, ServedCard]
    """By their ids, in the author's order."""
    reviews: tuple[Review, ...]
    queue: ReviewQueue

    @property
    def seen_count(self) -> int:
        """How many cards the learner has seen."""
        return len({review.card for review in self.reviews} & self.cards.keys())

    def reviews_of(self, card: str) -> list[Review]:
        return [review for review in self.reviews if review.card == card]


def card_id(question: str) -> str:
    """Return a card's id: it is the same card as long as its question is the same."""
    return hashlib.sha256(question.encode()).hexdigest()[:16]


def card_session(context: TopicContext, moment: int) -> CardSession:
    """Return the cards and reviews as they stand at a time, in milliseconds since 1970."""
    cards = {
        card_id(served.card.question): served
        for served in context.site.cards(context.catalogue, context.topic, context.mode.name)
    }
    reviews = tuple(
        Review(step.item, Rating(int(step.data["rating"])), step.at)
        for step in context.steps()
        if step.kind == REVIEWED
    )
    return CardSession(context, cards, reviews, spaced_repetition.queue(list(cards), reviews, moment))


def existing_session(context: TopicContext, moment: int) -> CardSession:
    """Return the same, for a topic with cards. Raises Refused (not found) if it has none to show."""
    session = card_session(context, moment)
    if not session.cards:
        raise Refused(
            Reason.NOT_FOUND,
            "no-cards",
            "There are no cards here",
            "None is written, or none is proved.",
            context.topic_link,
        )
    return session


def rate_card(context: TopicContext, card: str, rating: str, seen: str, moment: int) -> None:
    """Store how well an answer was recalled. Each look at a card counts once.

    A card that is not asked now, or was reviewed again since the form was made, was rated on another page: a form from
    a page that was left open, or gone back to, does not count.

    Args:
        context: The topic and the learner.
        card: The card's id.
        rating: 1 to 4, as a form sends it.
        seen: How many reviews the card had when the form was made.
        moment: Milliseconds since 1970.

    Raises:
        Refused: Invalid, for a card, rating or count that no form sends.
    """
    session = existing_session(context, moment)
    if card not in session.cards or rating not in {str(int(one)) for one in Rating} or not seen:
        raise Refused(
            Reason.INVALID,
            "no-such-rating",
            "There is no such rating",
            "Go back to the card, and use its buttons.",
            Link(context.path, "Back"),
        )
    if card not in session.queue.now or seen != str(len(session.reviews_of(card))):
        return
    course, topic = context.catalogue.course.slug, context.topic.slug
    once = hashlib.sha256(repr((course, topic, card, seen)).encode()).hexdigest()  # Two at the same moment are one.
    context.record(context.step(REVIEWED, {"rating": int(rating)}, card, once))
