"""The home page: what this is, where a learner left off, what is due, their days, the courses and their badges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from practicum import modes
from practicum.application.activity import activity
from practicum.application.badges import earned_badges
from practicum.application.clock import now
from practicum.application.context import TopicContext, topic_path
from practicum.application.progress import TopicProgress, next_topic, site_progress
from practicum.application.showcase import Showcase, showcase
from practicum.application.site import Site
from practicum.application.sittings import resumable
from practicum.formatting import counted, decimals, long_date
from practicum.model import Course
from practicum.web import rendering
from practicum.web.activity import calendar
from practicum.web.badges import badge_rows
from practicum.web.preferences_cookie import preferences_of
from practicum.web.problem_view import html
from practicum.web.requests import site_of, token_of


def home(request: Request) -> Response:
    """For a first visit a problem with its proof; for a learner who returns what to go on with and what is due."""
    site, token = site_of(request), token_of(request)
    earned, topics = earned_badges(site, token), site_progress(site, token)
    begun = any(topic.begun for topic in topics)
    chosen = next_topic(topics)
    goal = preferences_of(request).daily_goal
    return rendering.page(
        request,
        "home.html",
        begun=begun,
        courses=[
            _course(catalogue.course, topics, {badge.topic for badge in earned if badge.course == slug})
            for slug, catalogue in site.catalogues.items()
        ],
        badges=badge_rows(site, earned),
        step=chosen.next if chosen else None,
        step_topic=chosen.topic.title if chosen else "",
        open_sittings=[one for one in _resumable(site, token) if not _suggested(one, chosen)],
        due=_due(topics, chosen),
        calendar=calendar(activity(site, token, now()), goal) if begun else None,
        showcase=None if begun else _showcase(showcase()),
    )


def _course(course: Course, topics: Sequence[TopicProgress], with_badge: set[str]) -> dict[str, Any]:
    rows = [
        {
            "url": topic_path(progress.catalogue, progress.topic),
            "title": progress.topic.title,
            "summary": progress.topic.summary,
            "minutes": progress.topic.minutes,
            "badge": progress.topic.slug in with_badge,
            "progress": _progress_words(progress),
        }
        for progress in topics
        if progress.catalogue.course.slug == course.slug
    ]
    return {"title": course.title, "summary": course.summary, "topics": rows}


def _progress_words(progress: TopicProgress) -> str:
    """How far a learner has come in a topic, in a few words."""
    if not progress.begun:
        return ""
    total = len(progress.states)
    words = f"{progress.finished} of {total} done" if progress.finished else f"{progress.begun} of {total} begun"
    return words + (f" · {progress.due} due" if progress.due else "")


def _due(topics: Sequence[TopicProgress], chosen: TopicProgress | None) -> list[dict[str, str]]:
    """The modes in which something is due, but the one that is suggested already."""
    suggested = chosen.next.state if chosen and chosen.next else None
    return [
        {"url": state.context.path, "title": topic.topic.title, "words": f"{counted(state.progress.due, 'card')} due"}
        for topic in topics
        for state in topic.states
        if state.progress.due and state is not suggested
    ]


def _suggested(sitting: dict[str, Any], chosen: TopicProgress | None) -> bool:
    return bool(chosen and chosen.next and chosen.next.path == sitting["url"])


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


def _showcase(shown: Showcase | None) -> dict[str, Any] | None:
    """The problem with its answer, for the template."""
    if shown is None:
        return None
    versions = shown.evidence.versions
    return {
        "title": shown.variant.title,
        "statement": html(shown.variant.statement),
        "measure": shown.measure.replace("_", " ").capitalize(),
        "explanation": html(shown.variant.explanation),
        "options": [
            {
                "text": html(one.option.text, short=True),
                "key": one.option.key,
                "feedback": html(one.option.feedback, short=True),
                "result": decimals(one.result),
            }
            for one in shown.options
        ],
        "runs": shown.runs,
        "day": long_date(shown.evidence.ran),
        "python": versions.get("python", ""),
    }
