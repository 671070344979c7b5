"""Whether the service can do its work, for a load balancer or a monitor."""

from __future__ import annotations

from anyio.to_thread import run_sync as in_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from practicum.application.site import Site
from practicum.store import StoreError


async def ready(request: Request) -> Response:
    """Return 200 if progress can be read; 503 with the store's code if not."""
    site: Site = request.app.state.site
    try:
        await in_thread(site.store.check)
    except StoreError as error:
        return JSONResponse({"ready": False, "code": error.code}, 503, {"cache-control": "no-store"})
    return JSONResponse({"ready": True}, headers={"cache-control": "no-store"})
