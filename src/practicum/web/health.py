"""Whether the service is alive, and whether it can do its work: for a load balancer or a monitor."""

from __future__ import annotations

from anyio.to_thread import run_sync as in_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from practicum.application.site import Site
from practicum.store import StoreError
from practicum.web.forms import get

PATHS = frozenset({"/healthz", "/readyz"})
_HEADERS = {"cache-control": "no-store"}


def routes() -> list[Route]:
    return [get("/healthz", alive), get("/readyz", ready)]


async def alive(request: Request) -> Response:
    """Return 200: the process answers."""
    return JSONResponse({"alive": True}, headers=_HEADERS)


async def ready(request: Request) -> Response:
    """Return 200 if the service can store progress and run code; 503 with a code if not."""
    code = await in_thread(_trouble, request.app.state.site)
    if code:
        return JSONResponse({"ready": False, "code": code}, 503, _HEADERS)
    return JSONResponse({"ready": True}, headers=_HEADERS)


def _trouble(site: Site) -> str:
    """The code of what keeps the service from its work; empty if nothing does."""
    if site.runs.stopping:
        return "stopping"
    if site.pool is not None and site.pool.queue.closed:
        return "runner-closed"
    try:
        site.store.check()
    except StoreError as error:
        return error.code
    return ""
