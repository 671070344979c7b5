"""The page of a learner's progress: their days, every topic mode by mode, their badges, and all of it as a file."""

from __future__ import annotations

from typing import Any

from anyio.to_thread import run_sync as in_thread
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from practicum.application.activity import activity
from practicum.application.badges import earned_badges
from practicum.application.clock import now
from practicum.application.context import topic_path
from practicum.application.preferences import Preferences
from practicum.application.progress import TopicProgress, next_topic, site_progress
from practicum.application.progress_file import MAX_SIZE, export_progress, import_progress
from practicum.formatting import iso_date
from practicum.web import rendering
from practicum.web.activity import calendar
from practicum.web.badges import badge_rows
from practicum.web.forms import get, post, read_upload
from practicum.web.preferences_cookie import keep, preferences_of
from practicum.web.requests import site_of, token_of
from practicum.web.topic import mode_row

MAX_UPLOAD = MAX_SIZE + (1 << 16)
"""Bytes of the form with a file."""


def routes() -> list[Route]:
    return [
        get("/progress", progress),
        get("/progress/file", save),
        post("/progress/file", add, MAX_UPLOAD, read_upload),
    ]


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
        added=request.query_params.get("added", ""),
    )


def save(request: Request) -> Response:
    """The learner's progress as a file."""
    moment = iso_date(now())
    data = export_progress(site_of(request), token_of(request), preferences_of(request), _key(request))
    headers = {
        "content-disposition": f'attachment; filename="practicum-progress-{moment}.json"',
        "cache-control": "no-store",
    }
    return Response(data, media_type="application/json", headers=headers)


async def add(request: Request, form: FormData) -> Response:
    """Add the progress in an uploaded file to the learner's."""
    try:
        upload = form.get("file")
        data = await upload.read() if isinstance(upload, UploadFile) else b""
    finally:
        await form.close()
    site, token = site_of(request), token_of(request)
    imported = await in_thread(import_progress, site, token, data, _key(request))
    response = rendering.redirect(f"/progress?added={'some' if imported.added else 'none'}")
    if imported.preferences != Preferences():
        keep(request, response, imported.preferences)
    return response


def _key(request: Request) -> bytes:
    key: bytes = request.app.state.progress_key
    return key


def _topic(topic: TopicProgress) -> dict[str, Any]:
    return {
        "title": topic.topic.title,
        "url": topic_path(topic.catalogue, topic.topic),
        "done": topic.finished,
        "modes": [mode_row(state) for state in topic.states],
    }
