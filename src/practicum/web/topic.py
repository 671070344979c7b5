"""A topic's page: its modes with the learner's progress, and one suggestion what to do next."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from practicum.application.badges import earned_badges
from practicum.application.context import topic_path
from practicum.application.progress import ModeState, topic_progress
from practicum.application.site import first_set
from practicum.formatting import counted
from practicum.web import rendering
from practicum.web.badges import badge_rows
from practicum.web.requests import site_of, token_of, topic_of


def topic(request: Request) -> Response:
    """The topic in the address. A mode without content is not offered."""
    site, token = site_of(request), token_of(request)
    catalogue, shown = topic_of(request)
    progress = topic_progress(site, token, catalogue, shown)
    here = (catalogue.course.slug, shown.slug)
    earned = tuple(badge for badge in earned_badges(site, token) if (badge.course, badge.topic) == here)
    return rendering.page(
        request,
        "topic.html",
        course=catalogue.course,
        topic=shown,
        begun=progress.begun,
        modes=[mode_row(state) for state in progress.states],
        step=progress.next,
        badges=badge_rows(site, earned),
        scratch_url=f"{topic_path(catalogue, shown)}/scratch" if site.runs_code else "",
    )


def mode_row(state: ModeState) -> dict[str, Any]:
    """Return a mode and the learner's progress in it, as a list of modes shows them."""
    mode, progress = state.mode, state.progress
    return {
        "name": mode.name,
        "url": state.context.path,
        "title": mode.title,
        "summary": mode.summary,
        "note": _note(state),
        "words": state.status.words,
        "state": "done" if progress.finished else "begun" if progress.begun else "",
        "left": round(100 * (1 - progress.share)),
    }


def _note(state: ModeState) -> str:
    """How much a mode asks for: its author's minutes, or for a sitting its problems and the sum of their clocks."""
    if not state.mode.is_sitting:
        return f"{state.mode.minutes} min"
    entries = first_set(state.context.entries())
    total = sum(entry.problem.seconds for entry in entries)
    return f"{counted(len(entries), 'problem')} · {max(1, round(total / 60))} min"
