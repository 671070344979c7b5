"""The web application: its routes, and what stands around every request."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from anyio.to_thread import run_sync as in_thread
from starlette.applications import Starlette
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from practicum import modes, settings
from practicum.application import clock
from practicum.application.course_watch import CourseWatch
from practicum.application.refusals import Refused
from practicum.application.site import Site
from practicum.store import StoreError
from practicum.web import (
    about_proofs,
    assets,
    badges,
    completions,
    data_files,
    draft,
    error_pages,
    event_stream,
    health,
    home,
    images,
    metrics,
    preferences,
    progress,
    scratch,
    search,
    security,
    server,
    topic,
)
from practicum.web.forms import get
from practicum.web.root_path import RootPath
from practicum.web.visitor_token import TokenIssuer, derived_key


class ShortConvertor(IntegerConvertor):
    """A number in an address, of up to six digits: Python refuses to read one of thousands."""

    regex = "[0-9]{1,6}"


register_url_convertor("short", ShortConvertor())


def create_app(
    site: Site,
    hosts: frozenset[str] | None = security.LOOPBACK,
    watch: CourseWatch | None = None,
    cookie_key: bytes | None = None,
    root_path: str = "",
) -> Starlette:
    """Return the application of a site.

    Args:
        site: The site.
        hosts: The names it answers to, without ports; None for any.
        watch: Reads and proves a draft again as its files change; None where nothing is watched.
        cookie_key: Signs cookies and files of progress. Default: a random one, so that a restart forgets visitors who
            have done nothing yet, and refuses files that were saved before.
        root_path: The path below which a proxy shows the service, such as `/practice`.
    """
    app = Starlette(
        routes=routes(),
        middleware=[
            Middleware(RootPath, root=root_path),
            Middleware(
                security.Guard,
                hosts=hosts,
                refuse=_refuse,
                tokens=TokenIssuer(cookie_key),
                has_history=lambda token: site.learner(token) is not None,
                open_paths=health.PATHS,
            ),
            Middleware(CompressedPages, minimum_size=1000, compresslevel=6),
        ],
        exception_handlers={
            Refused: error_pages.refused,
            HTTPException: error_pages.http_error,
            StoreError: error_pages.store_error,
            ClientDisconnect: _gone,
            Exception: error_pages.server_error,
        },
        lifespan=_lifespan,
    )
    app.state.site = site
    app.state.watch = watch
    app.state.progress_key = derived_key(cookie_key, "progress file")
    app.state.metrics = metrics.Metrics(site, settings.metrics_token())
    return app


def routes() -> list[Route]:
    """Return all routes: the pages around the modes, then each mode's own, in the order of the registry.

    Those below a course come last, so that an answer, the most frequent request, is not compared with all of them.
    """
    in_order = [
        get("/", home.home),
        get("/static/{name}", assets.serve),
        get("/images/{name}", images.serve),
        get("/data/{digest}/{name}", data_files.serve),
        get("/favicon.ico", assets.icon),
        get("/robots.txt", _robots),
        get("/metrics", metrics.page),
        *health.routes(),
        get("/proofs", about_proofs.about_proofs),
        get("/help", about_proofs.help_page),
        *progress.routes(),
        *preferences.routes(),
        *search.routes(),
        *badges.routes(),
        *draft.routes(),
        *event_stream.routes(),
        *(route for mode in modes.registered().values() for route in mode.part("routes").routes(mode)),
        get("/{course}/{topic}", topic.topic),
        *completions.routes(),
        *scratch.routes(),
    ]
    return sorted(in_order, key=lambda route: route.path.startswith("/{"))


def reserved_names() -> frozenset[str]:
    """Return the first segments of our own addresses, which no course can have as its slug."""
    first = (route.path.split("/")[1] for route in routes())
    return frozenset(segment for segment in first if segment and "{" not in segment)


class CompressedPages(GZipMiddleware):
    """Compresses pages; a form is answered with a redirect, which is too short for that."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


@contextlib.asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    site: Site = app.state.site
    with contextlib.suppress(StoreError):  # Pages will report it.
        clock.continue_from(await in_thread(site.store.newest_time))
    try:
        yield
    finally:
        if app.state.watch:
            app.state.watch.close()
        await site.runs.drain(server.GRACE)  # Those that no client follows, too.
        site.runs.cancel_all()


def _refuse(request: Request, status: int, code: str, message: str) -> Response:
    return error_pages.error_page(request, status, "This was not accepted", message, code=code)


def _gone(request: Request, error: Exception) -> Response:
    return Response(status_code=400)  # No one receives it: the client is gone before its request was complete.


def _robots(request: Request) -> Response:
    return PlainTextResponse("User-agent: *\nDisallow: /s/\nDisallow: /badges\n")
