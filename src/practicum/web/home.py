"""The home page: courses, what a learner is in the middle of, and the badges they earned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from practicum import modes
from practicum.application.badges import earned_badges
from practicum.application.context import TopicContext, topic_path
from practicum.application.progress import TopicProgress, topic_progress
from practicum.application.site import Site
from practicum.application.sittings import resumable
from practicum.web import rendering
from practicum.web.badges import badge_rows
from practicum.web.requests import site_of, token_of


def home(request: Request) -> Response:
    """Courses and their topics, the challenge that can be resumed, and badges."""
    site, token = site_of(request), token_of(request)
    earned = earned_badges(site, token)
    return rendering.page(
        request,
        "home.html",
        courses=[
            _course(site, token, slug, {badge.topic for badge in earned if badge.course == slug})
            for slug in site.catalogues
        ],
        badges=badge_rows(site, earned),
        resume=next(_resumable(site, token), None),
    )


def _course(site: Site, token: str, slug: str, with_badge: set[str]) -> dict[str, Any]:
    catalogue = site.catalogues[slug]
    topics = [
        {
            "url": topic_path(catalogue, topic),
            "title": topic.title,
            "summary": topic.summary,
            "minutes": topic.minutes,
            "badge": topic.slug in with_badge,
            "progress": _progress_words(topic_progress(site, token, catalogue, topic)),
        }
        for topic in catalogue.course.topics
        if site.offered(catalogue, topic)
    ]
    return {"title": catalogue.course.title, "summary": catalogue.course.summary, "topics": topics}


def _progress_words(progress: TopicProgress) -> str:
    """How far a learner has come in a topic, in a few words."""
    if not progress.begun:
        return ""
    total = len(progress.states)
    words = f"{progress.finished} of {total} done" if progress.finished else f"{progress.begun} of {total} begun"
    return words + (f" · {progress.due} due" if progress.due else "")


def _resumable(site: Site, token: str) -> Iterator[dict[str, Any]]:
    """The sittings that the learner can resume, in the order of the page."""
    if site.learner(token) is None:
        return
    for catalogue in site.catalogues.values():
        for topic in catalogue.course.topics:
            for mode in modes.registered().values():
                if mode.is_sitting and (at := resumable(TopicContext(site, catalogue, topic, mode, token))):
                    number = (at.sitting.current or 0) + 1
                    yield {"url": at.current_path, "title": topic.title, "number": number, "total": at.sitting.total}
