"""Names for the editor to complete code with, as JSON."""

from __future__ import annotations

from functools import partial

from anyio.to_thread import run_sync as in_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from practicum.web.forms import get
from practicum.web.requests import site_of, topic_of

ONE_DAY = "private, max-age=86400"


def routes() -> list[Route]:
    return [get("/{course}/{topic}/names.json", names)]


async def names(request: Request) -> Response:
    """The names that the course's environment has. 404 where no code is run, 503 where they cannot be found out now."""
    site = site_of(request)
    catalogue, _ = topic_of(request)
    if site.pool is None or not site.runs_code:
        return _json(b"{}", 404)
    find = partial(site.completions.names, catalogue, site.pool)
    found = await in_thread(find, limiter=site.completions.limiter)
    return _json(found, 200) if found else _json(b"{}", 503)


def _json(body: bytes, status: int) -> Response:
    headers = {"cache-control": ONE_DAY if status == 200 else "no-store"}
    return Response(body, status, headers, "application/json")
