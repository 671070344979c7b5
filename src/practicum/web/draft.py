"""What the pages of a draft show its author: mistakes, verdicts and what is being proved, kept up to date."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import anyio
from anyio.to_thread import run_sync as in_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from practicum.application.course_watch import CourseWatch
from practicum.application.refusals import Reason, Refused
from practicum.web import rendering
from practicum.web.forms import get

_POLL = 0.05
"""Seconds between looks at the watch: one author looks at few pages."""
_KEEP_ALIVE = 15.0
"""Seconds after which a line is sent, so that a connection that is gone is noticed."""


def routes() -> list[Route]:
    return [get("/draft/news", news)]


def news(request: Request) -> Response:
    """Send `status`, the bar of the page, whenever it changes, and `reload` when the page itself is out of date."""
    watch: CourseWatch | None = request.app.state.watch
    if watch is None:
        raise Refused(Reason.NOT_FOUND, "not-watched", "There is no such page", "Serve a draft with --watch.")
    seen = request.query_params.get("revision", "")
    revision = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else watch.revision
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_events(watch, revision), media_type="text/event-stream", headers=headers)


async def _events(watch: CourseWatch, revision: int) -> AsyncIterator[str]:
    shown, waited = -1, 0.0
    while not watch.closed:
        if watch.revision != revision:
            yield _event("reload", watch.revision)
            return
        if watch.news != shown:
            shown, waited = watch.news, 0.0
            yield _event("status", await in_thread(status, watch))
        elif waited > _KEEP_ALIVE:
            waited = 0.0
            yield ": still here\n\n"
        await anyio.sleep(_POLL)
        waited += _POLL


def status(watch: CourseWatch) -> str:
    """Return the content of the bar."""
    return rendering.fragment("draft_status.html", status=watch.status())


def _event(name: str, data: object) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
