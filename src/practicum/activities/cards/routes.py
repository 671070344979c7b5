"""The pages of cards: what is due, and each card with its answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from practicum.application import cards
from practicum.application.cards import CardSession, existing_session
from practicum.application.clock import now
from practicum.application.progress import neighbours
from practicum.application.site import ServedCard
from practicum.course.render import code as highlighted
from practicum.formatting import counted, interval, long_date
from practicum.model import Verdict
from practicum.modes import Mode
from practicum.practice import spaced_repetition
from practicum.practice.spaced_repetition import Rating, ReviewQueue
from practicum.web import rendering
from practicum.web.forms import blocking, get, post, short_field
from practicum.web.problem_view import MARKS, html
from practicum.web.requests import context_of

LABELS = {Rating.AGAIN: "Again", Rating.HARD: "Hard", Rating.GOOD: "Good", Rating.EASY: "Easy"}
MEANINGS = {
    Rating.AGAIN: "I did not know it",
    Rating.HARD: "with effort",
    Rating.GOOD: "I knew it",
    Rating.EASY: "at once",
}


def routes(mode: Mode) -> list[Route]:
    """Return the routes of a mode that holds cards."""
    path = f"/{{course}}/{{topic}}/{mode.name}"
    return [
        get(path, partial(overview, mode)),
        get(f"{path}/card", partial(card, mode)),
        post(f"{path}/rate", blocking(partial(rate, mode))),
    ]


def overview(mode: Mode, request: Request) -> Response:
    """What is due, what is new, and when the next card is due."""
    moment = now()
    session = existing_session(context_of(request, mode), moment)
    context, queue = session.context, session.queue
    return rendering.page(
        request,
        "cards/overview.html",
        mode=mode,
        course=context.catalogue.course,
        topic=context.topic,
        topic_url=context.topic_path,
        url=context.path,
        total=len(session.cards),
        seen=session.seen_count,
        waiting=queue.waiting,
        left=queue.left,
        summary=summary(queue, session.seen_count, moment),
        schedule=_schedule(queue.later, moment),
        around=neighbours(context, suggest=True),
    )


def _schedule(later: Sequence[int], moment: int) -> list[tuple[str, int]]:
    """When later cards are due, and how many each time: `in 8 days`, 3."""
    return [(f"in {when}", len(list(due))) for when, due in groupby(later, lambda due: interval(due - moment))]


def summary(queue: ReviewQueue, seen: int, moment: int) -> str:
    """Return what there is to do now, in a sentence or two."""
    parts = []
    if queue.due or queue.soon:
        parts.append(f"{counted(len(queue.due) + len(queue.soon), 'card')} to review")
    if queue.new:
        parts.append(counted(len(queue.new), "new card"))
    if parts:
        return f"Now: {' and '.join(parts)}."
    after = f" The next one is due in {interval(queue.later[0] - moment)}." if queue.later else ""
    return ("Nothing is due." if seen else "There are no cards yet.") + after


def card(mode: Mode, request: Request) -> Response:
    """The next card: its question, and once it is asked for, its answer.

    An address that says how often its card was reviewed leads on once it was reviewed again: going back is no new look.
    """
    moment = now()
    session = existing_session(context_of(request, mode), moment)
    path = session.context.path
    wanted, seen = request.query_params.get("answer"), request.query_params.get("seen")
    if session.queue.next is None:
        return rendering.redirect(path)
    id = session.queue.next if wanted is None else wanted
    reviews = session.reviews_of(id)
    if wanted is not None and (id not in session.queue.now or seen not in (None, str(len(reviews)))):
        return rendering.redirect(f"{path}/card")
    return _card_page(request, session, id, moment, answered=wanted is not None)


def _card_page(request: Request, session: CardSession, id: str, moment: int, answered: bool) -> Response:
    served, reviews, context = session.cards[id], session.reviews_of(id), session.context
    ratings = spaced_repetition.intervals(reviews, moment).items() if answered else ()
    return rendering.page(
        request,
        "cards/card.html",
        mode=context.mode,
        topic=context.topic,
        topic_url=context.topic_path,
        url=context.path,
        id=id,
        seen=len(reviews),
        question=html(served.card.question, True, served.card.images),
        answer=html(served.card.answer, images=served.card.images) if answered else None,
        left=session.queue.left,
        new=not reviews,
        proof=_proof(served),
        ratings=[_rating(rating, gap) for rating, gap in ratings],
    )


def _rating(rating: Rating, gap: int) -> dict[str, Any]:
    return {"value": int(rating), "label": LABELS[rating], "meaning": MEANINGS[rating], "gap": interval(gap)}


def _proof(served: ServedCard) -> dict[str, Any]:
    """The proof of a card: in words, what was observed, and the code that was run."""
    claim, finding = served.card.claim, served.finding
    if claim is None:
        return {"words": "Not settled by running code.", "observed": "", "code": ""}
    proved = finding is not None and finding.verdict is Verdict.PROVED
    mark = MARKS[finding.verdict if finding else Verdict.UNPROVED]
    pieces = (piece.strip() for piece in (served.card.setup, claim) if piece.strip())
    return {
        "words": f"Proved by a run on {long_date(served.ran)}." if proved else f"{mark}.",
        "observed": rendering.code_spans(finding.options[0].observed) if finding and finding.options else "",
        "code": highlighted("\n\n".join(pieces)),
    }


def rate(mode: Mode, request: Request, form: FormData) -> Response:
    """Store how well an answer was recalled, and go to the next card."""
    context, moment = context_of(request, mode), now()
    card, rating, seen = (short_field(form, name) for name in ("card", "rating", "seen"))
    cards.rate_card(context, card, rating, seen, moment)
    after = cards.card_session(context, moment)
    return rendering.redirect(f"{context.path}/card" if after.queue.next else context.path)
