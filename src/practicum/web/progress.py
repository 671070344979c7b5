"""The page of a learner's progress: their days, every topic mode by mode, and their badges."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from practicum.application.activity import activity
from practicum.application.badges import earned_badges
from practicum.application.clock import now
from practicum.application.context import topic_path
from practicum.application.progress import TopicProgress, next_topic, site_progress
from practicum.web import rendering
from practicum.web.activity import calendar
from practicum.web.badges import badge_rows
from practicum.web.forms import get
from practicum.web.preferences_cookie import preferences_of
from practicum.web.requests import site_of, token_of
from practicum.web.topic import mode_row


def routes() -> list[Route]:
    return [get("/progress", progress)]


def progress(request: Request) -> Response:
    """What the learner has done, and what comes next."""
    site, token = site_of(request), token_of(request)
    topics = site_progress(site, token)
    chosen = next_topic(topics)
    return rendering.page(
        request,
        "progress.html",
        here="progress",
        begun=any(topic.begun for topic in topics),
        step=chosen.next if chosen else None,
        step_topic=chosen.topic.title if chosen else "",
        calendar=calendar(activity(site, token, now()), preferences_of(request).daily_goal),
        topics=[_topic(topic) for topic in topics],
        badges=badge_rows(site, earned_badges(site, token)),
    )


def _topic(topic: TopicProgress) -> dict[str, Any]:
    return {
        "title": topic.topic.title,
        "url": topic_path(topic.catalogue, topic.topic),
        "done": topic.finished,
        "modes": [mode_row(state) for state in topic.states],
    }
