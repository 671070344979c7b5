"""The pages around a challenge: home, topics, badges, what proving means, and what goes wrong."""

from __future__ import annotations

from collections import Counter
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from practicum import modes
from practicum.model import Topic
from practicum.prove.catalogue import Catalogue
from practicum.store import BadgeRecord, StoreError
from practicum.web import badge as picture
from practicum.web import challenge, progress, scratch, view
from practicum.web.seat import MODE
from practicum.web.security import visitor
from practicum.web.site import Site, first_set, site
from practicum.web.view import Halt, counted

NAME = 48
"""Letters that a name on a badge may have."""


def home(request: Request) -> Response:
    """Courses and their topics, what one is in the middle of, and the badges earned."""
    where = site(request)
    earned = _badges(request)
    topics = {(badge.course, badge.topic) for badge in earned}
    courses = [
        {
            "title": catalogue.course.title,
            "summary": catalogue.course.summary,
            "topics": [
                {
                    "url": f"/{slug}/{topic.slug}",
                    "title": topic.title,
                    "summary": topic.summary,
                    "minutes": topic.minutes,
                    "badge": (slug, topic.slug) in topics,
                    "progress": _begun(progress.way(where, visitor(request).token, catalogue, topic)),
                }
                for topic in catalogue.course.topics
                if where.offered(catalogue, topic)
            ],
        }
        for slug, catalogue in where.catalogues.items()
    ]
    return view.page(
        request,
        "home.html",
        courses=courses,
        badges=[_small(where, badge) for badge in earned],
        resume=_resume(request),
    )


def _begun(way: progress.Way) -> str:
    """How far somebody has come in a topic, in short."""
    if not way.begun:
        return ""
    words = (
        f"{way.begun} of {len(way.places)} begun" if not way.finished else f"{way.finished} of {len(way.places)} done"
    )
    due = sum(place.stand.due for place in way.places)
    return words + (f" · {due} due" if due else "")


def _resume(request: Request) -> dict[str, Any] | None:
    """The first challenge on the page that this learner is in the middle of."""
    where, token = site(request), visitor(request).token
    if where.learner(token) is None:
        return None
    pairs = ((catalogue, topic) for catalogue in where.catalogues.values() for topic in catalogue.course.topics)
    found = (challenge.resume(where, token, catalogue, topic) for catalogue, topic in pairs)
    return next((one for one in found if one), None)


def topic(request: Request) -> Response:
    """A topic: its modes with what is done of each, and one thing to do next. What has no content is not offered."""
    where = site(request)
    catalogue, known = where.topic(request.path_params["course"], request.path_params["topic"])
    url = f"/{catalogue.course.slug}/{known.slug}"
    earned = [badge for badge in _badges(request) if (badge.course, badge.topic) == (catalogue.course.slug, known.slug)]
    way = progress.way(where, visitor(request).token, catalogue, known)
    return view.page(
        request,
        "topic.html",
        course=catalogue.course,
        topic=known,
        way=way,
        modes=[_row(where, catalogue, known, place, url) for place in way.places],
        next={**_row(where, catalogue, known, way.next, url), "go": way.next.left_off} if way.next else None,
        badges=[_small(where, badge) for badge in earned],
        pad=f"{url}/scratch" if scratch.is_offered(where) else "",
    )


def _row(where: Site, catalogue: Catalogue, known: Topic, place: progress.Place, url: str) -> dict[str, Any]:
    mode, stand = place.mode, place.stand
    return {
        "name": mode.name,
        "url": f"{url}/{mode.name}",
        "title": mode.title,
        "summary": mode.summary,
        "note": _note(where, catalogue, known, mode),
        "words": place.words,
        "state": "done" if stand.finished else "begun" if stand.begun else "",
        "left": round(100 * (1 - stand.share)),
    }


def _note(where: Site, catalogue: Catalogue, known: Topic, mode: modes.Mode) -> str:
    """How much a mode asks for. Of a challenge, what its clocks add up to."""
    if mode.name != MODE:
        return f"{mode.minutes} min"
    entries = first_set(where.entries(catalogue, known, mode.name))
    total = sum(entry.problem.seconds for entry in entries)
    return f"{counted(len(entries), 'problem')} · {max(1, round(total / 60))} min"


# --- badges


def badges(request: Request) -> Response:
    """All badges of this learner."""
    small = [_small(site(request), badge) for badge in _badges(request)]
    return view.page(request, "badges.html", here="badges", badges=small)


def badge(request: Request) -> Response:
    """One badge, large, to save or to show. The name on it comes with the request and is kept nowhere."""
    earned, name = _badge(request), _name(request)
    url = _url(earned)
    iso = view.date_of(earned.earned)
    query = f"?{request.url.query}" if name else ""
    shown = {
        "name": earned.name,
        "topic": _topic_title(site(request), earned),
        "iso": iso,
        "date": view.day(iso),
        "url": url,
        "image": f"{url}.svg{query}",
        "file": f"{earned.topic}-badge.svg",
    }
    return view.page(request, "badge.html", badge=shown, name=name)


def badge_picture(request: Request) -> Response:
    """The badge as an SVG file."""
    earned = _badge(request)
    where = site(request)
    date = view.day(view.date_of(earned.earned))
    svg = picture.picture(earned.name, _topic_title(where, earned), date, _name(request), _segments(where, earned))
    return Response(svg, media_type="image/svg+xml", headers={"cache-control": "private, no-cache"})


def _badges(request: Request) -> tuple[BadgeRecord, ...]:
    where = site(request)
    learner = where.learner(visitor(request).token)
    return where.store.badges(learner) if learner else ()


def _badge(request: Request) -> BadgeRecord:
    wanted = (request.path_params["course"], request.path_params["topic"])
    for earned in _badges(request):
        if (earned.course, earned.topic) == wanted:
            return earned
    message = "Either it has not been earned yet, or it was earned in another browser."
    raise Halt(404, "There is no such badge here", message, ("/badges", "Your badges"))


def _name(request: Request) -> str:
    return " ".join(request.query_params.get("name", "").split())[:NAME]


def _url(badge: BadgeRecord) -> str:
    return f"/badges/{badge.course}/{badge.topic}"


def _small(where: Site, badge: BadgeRecord) -> dict[str, Any]:
    return {"name": badge.name, "url": _url(badge), "small": picture.seal(_segments(where, badge))}


def _segments(where: Site, badge: BadgeRecord) -> int:
    """How many problems its challenge has today; five if the course is gone."""
    try:
        catalogue, known = where.topic(badge.course, badge.topic)
    except Halt:
        return 5
    return len(first_set(where.entries(catalogue, known, MODE))) or 5


def _topic_title(where: Site, badge: BadgeRecord) -> str:
    try:
        return where.topic(badge.course, badge.topic)[1].title
    except Halt:
        return badge.topic


# --- what proving means


def proofs(request: Request) -> Response:
    """What the words mean, how to check, and what is served here."""
    counts = [
        {"course": catalogue.course.title, "words": _count(catalogue)}
        for catalogue in site(request).catalogues.values()
    ]
    return view.page(request, "proofs.html", here="proofs", counts=counts)


def _count(catalogue: Catalogue) -> str:
    verdicts = Counter(entry.verdict for entry in catalogue.entries.values())
    return ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())) or "no problems"


# --- what goes wrong

_HEADINGS = {
    404: ("There is no such page", "The address may be mistyped, or the page has moved."),
    405: ("That is not how this works", "This address takes forms only. Go back and use the buttons of the page."),
}


def trouble(request: Request, error: Exception) -> Response:
    """A page for what was refused: what happened, and what to do."""
    assert isinstance(error, HTTPException)
    if isinstance(error, Halt):
        return refusal(request, error.status_code, error.heading, str(error.detail), error.back)
    unknown = ("That did not work", str(error.detail))
    return refusal(request, error.status_code, *_HEADINGS.get(error.status_code, unknown))


def refusal(
    request: Request, status: int, heading: str, message: str, back: tuple[str, str] = ("/", "Go to the home page")
) -> Response:
    """A page that says what happened, and where to go; to a script of ours, the words alone."""
    if view.streams(request):
        return PlainTextResponse(" ".join(filter(None, (heading + "." if message else heading, message))), status)
    url, label = back
    return view.page(request, "error.html", status, heading=heading, message=message, back_url=url, back_label=label)


def storage(request: Request, error: Exception) -> Response:
    """The store cannot be read or written: nothing was acknowledged, and it says why."""
    assert isinstance(error, StoreError)
    return refusal(
        request, 503, "Your progress cannot be stored", f"Nothing was lost, and nothing was counted. {error}"
    )


def broken(request: Request, error: Exception) -> Response:
    """A fault of ours."""
    message = (
        "This is a fault in practicum, and nothing you did. What you answered before is stored. Try once more; if it "
        "happens again, report it with what the service printed."
    )
    return refusal(request, 500, "Something went wrong here", message)
