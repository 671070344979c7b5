"""Cards: what is due comes first, one at a time. A card's schedule follows from its reviews, which are steps."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from practicum import modes
from practicum.course.render import code as highlighted
from practicum.model import Topic, Verdict
from practicum.practice import spaced_repetition
from practicum.practice.spaced_repetition import Rating, Review, ReviewQueue
from practicum.prove.catalogue import Catalogue
from practicum.store import StepRecord
from practicum.web import forms, view
from practicum.web.question import MARKS, html
from practicum.web.seat import now
from practicum.web.security import visitor
from practicum.web.site import ServedCard, Site, site
from practicum.web.view import Halt, counted

MODE = next(mode for mode in modes.ALL if mode.shows == "cards")
REVIEWED = "reviewed"
WORDS = {Rating.AGAIN: "Again", Rating.HARD: "Hard", Rating.GOOD: "Good", Rating.EASY: "Easy"}
MEANT = {
    Rating.AGAIN: "I did not know it",
    Rating.HARD: "with effort",
    Rating.GOOD: "I knew it",
    Rating.EASY: "at once",
}


@dataclass(frozen=True)
class Desk:
    """A learner before the cards of a topic."""

    catalogue: Catalogue
    topic: Topic
    cards: dict[str, ServedCard]
    """By their names, in the author's order."""
    reviews: tuple[Review, ...]
    queue: ReviewQueue

    @property
    def topic_url(self) -> str:
        return f"/{self.catalogue.course.slug}/{self.topic.slug}"

    @property
    def url(self) -> str:
        return f"{self.topic_url}/{MODE.name}"

    @property
    def met(self) -> int:
        """How many cards were met."""
        return len({one.card for one in self.reviews} & self.cards.keys())

    def of(self, card: str) -> list[Review]:
        """The reviews of one card."""
        return [one for one in self.reviews if one.card == card]


def name(question: str) -> str:
    """A card's name for good: it is the same card as long as its question is."""
    return hashlib.sha256(question.encode()).hexdigest()[:16]


def desk(where: Site, token: str, catalogue: Catalogue, topic: Topic, moment: int) -> Desk:
    """What this learner finds there."""
    cards = {name(one.card.question): one for one in where.cards(catalogue, topic)}
    learner = where.learner(token)
    steps = where.store.steps(learner, catalogue.course.slug, topic.slug, MODE.name) if learner else ()
    reviews = tuple(
        Review(step.item, Rating(int(step.data["rating"])), step.at) for step in steps if step.kind == REVIEWED
    )
    return Desk(catalogue, topic, cards, reviews, spaced_repetition.queue(list(cards), reviews, moment))


def _here(request: Request, moment: int) -> Desk:
    where = site(request)
    catalogue, topic = where.topic(request.path_params["course"], request.path_params["topic"])
    found = desk(where, visitor(request).token, catalogue, topic, moment)
    if not found.cards:
        raise Halt(
            404, "There are no cards here", "None is written, or none is proved.", (found.topic_url, topic.title)
        )
    return found


def page(request: Request) -> Response:
    """What is due, what is new, and when the next comes back."""
    moment = now()
    at = _here(request, moment)
    return view.page(
        request,
        "recall.html",
        course=at.catalogue.course,
        topic=at.topic,
        topic_url=at.topic_url,
        url=at.url,
        total=len(at.cards),
        met=at.met,
        due=len(at.queue.due) + len(at.queue.soon),
        new=len(at.queue.new),
        waiting=at.queue.waiting,
        left=at.queue.left,
        words=standing(at.queue, at.met, moment),
        back=_back(at.queue.later, moment),
    )


def _back(later: Sequence[int], moment: int) -> list[tuple[str, int]]:
    """When the cards come back that rest now, and how many each time: `in 8 days`, 3."""
    return [(f"in {when}", len(list(some))) for when, some in groupby(later, lambda due: span(due - moment))]


def standing(queue: ReviewQueue, met: int, moment: int) -> str:
    """How it stands with the cards, in a sentence or two."""
    parts = []
    if queue.due or queue.soon:
        parts.append(f"{counted(len(queue.due) + len(queue.soon), 'card')} to look at again")
    if queue.new:
        parts.append(f"{len(queue.new)} new")
    if parts:
        return f"Now: {' and '.join(parts)}."
    after = f" The next one comes back {span(queue.later[0] - moment)} from now." if queue.later else ""
    return ("Nothing is due." if met else "There is nothing yet.") + after


def card(request: Request) -> Response:
    """The card that is next: its question, and once it is asked for, its answer.

    An address that says how often its card was seen leads on once it was seen again: going back is no new look.
    """
    moment = now()
    at = _here(request, moment)
    wanted, seen = request.query_params.get("answer"), request.query_params.get("seen")
    current = at.queue.next
    if current is None:
        return view.see(at.url)
    which, answered = wanted if wanted is not None else current, wanted is not None
    own = at.of(which)
    if answered and (which not in at.queue.now or seen not in (None, str(len(own)))):
        return view.see(f"{at.url}/card")
    shown = at.cards[which]
    return view.page(
        request,
        "card.html",
        topic=at.topic,
        topic_url=at.topic_url,
        url=at.url,
        name=which,
        seen=len(own),
        question=html(shown.card.question, short=True),
        answer=html(shown.card.answer) if answered else None,
        left=at.queue.left,
        new=not own,
        proof=_proof(shown),
        ratings=[_button(rating, gap) for rating, gap in spaced_repetition.intervals(own, moment).items()]
        if answered
        else [],
    )


def _button(rating: Rating, gap: int) -> dict[str, Any]:
    return {"value": int(rating), "word": WORDS[rating], "meant": MEANT[rating], "gap": span(gap)}


def _proof(shown: ServedCard) -> dict[str, Any]:
    """What running said of a card: in words, what was seen, and the code that was run."""
    claim, finding = shown.card.claim, shown.finding
    if claim is None:
        return {"words": "Not a matter of running.", "seen": "", "code": ""}
    proved = finding is not None and finding.verdict is Verdict.PROVED
    mark = MARKS[finding.verdict if finding else Verdict.UNPROVED]
    return {
        "words": f"Proved by a run on {view.day(shown.ran)}." if proved else f"{mark}.",
        "seen": view.spans(finding.options[0].observed) if finding and finding.options else "",
        "code": highlighted("\n\n".join(piece.strip() for piece in (shown.card.setup, claim) if piece.strip())),
    }


def rate(request: Request, form: FormData) -> Response:
    """Note how well an answer came to mind, and go to the next card. Each look at a card counts once.

    A card that is not asked now, or was seen again since the form was made, was rated on another page: what comes from
    one that was left open, or gone back to, counts for nothing.
    """
    where, moment = site(request), now()
    at = _here(request, moment)
    which, rating, seen = form.get("card"), form.get("rating"), forms.word(form, "seen", 6)
    if which not in at.cards or rating not in {str(int(one)) for one in Rating} or not seen:
        raise Halt(400, "That is no answer to a card", "Go back to the card, and use its buttons.", (at.url, "Back"))
    card = str(which)
    if card not in at.queue.now or seen != str(len(at.of(card))):
        return view.see(f"{at.url}/card")
    learner = where.enrol(visitor(request).token)
    data = {"rating": int(str(rating))}
    course, topic = at.catalogue.course.slug, at.topic.slug
    once = hashlib.sha256(repr((course, topic, card, seen)).encode()).hexdigest()  # Two at the same moment are one.
    where.store.add_step(learner, StepRecord(course, topic, MODE.name, card, REVIEWED, moment, data, once))
    after = desk(where, visitor(request).token, at.catalogue, at.topic, moment)
    return view.see(f"{at.url}/card" if after.queue.next else at.url)


def span(milliseconds: int) -> str:
    """A time until a card comes again: `1 min`, `3 days`, `2 months`."""
    minutes = max(1, round(milliseconds / 60_000))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{round(minutes / 60)} h"
    days = round(minutes / 1440)
    if days < 31:
        return counted(days, "day")
    return counted(round(days / 30.4), "month") if days < 365 else f"{days / 365:.1f} years"
