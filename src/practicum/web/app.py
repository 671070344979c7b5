"""The web application: which address leads where, and what stands around every request."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial, wraps

from anyio.to_thread import run_sync as in_thread
from starlette.applications import Starlette
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from practicum.store import StoreError
from practicum.web import (
    again,
    assets,
    challenge,
    exercises,
    forms,
    live,
    names,
    own,
    pages,
    project,
    reading,
    recall,
    scratch,
    security,
    service,
    verdict,
)
from practicum.web.site import Site
from practicum.web.view import Halt

Page = Callable[[Request], Response] | Callable[[Request], Awaitable[Response]]
Posted = Callable[[Request, FormData], Response]
PostedAsync = Callable[[Request, FormData], Awaitable[Response]]
Read = Callable[[Request, int], Awaitable[FormData]]


def create_app(site: Site, hosts: frozenset[str] | None = security.LOOPBACK) -> Starlette:
    """The application for this site. `hosts`: the names it answers to, without ports; None for any."""
    app = Starlette(
        routes=_routes(),
        middleware=[
            Middleware(security.Guard, hosts=hosts, refuse=_refuse),
            Middleware(Packed, minimum_size=1000, compresslevel=6),
        ],
        exception_handlers={HTTPException: pages.trouble, StoreError: pages.storage, Exception: pages.broken},
        lifespan=_lifespan,
    )
    app.state.site = site
    app.state.draft = site.draft
    app.state.runs = live.Runs()
    app.state.names = names.Names()
    return app


class Short(IntegerConvertor):
    """A number in an address, of as many digits as any of ours has: Python refuses to read one of thousands."""

    regex = "[0-9]{1,6}"


register_url_convertor("short", Short())


class Packed(GZipMiddleware):
    """Pages travel packed; a form is answered with a redirect, on which packing would be time wasted."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


@contextlib.asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await app.state.runs.drained(service.GRACE)  # Those that nobody watches, too.
        app.state.runs.cancel_all()


def _routes() -> list[Route]:
    sitting = "/s/{sitting}"
    problem = sitting + "/{number:short}"
    return [
        # First: routes are tried in turn, and nothing is asked more.
        _post(problem + "/answer", challenge.answer, scratch.FORM),
        _get("/", pages.home),
        _get("/static/{name}", assets.serve),
        _get("/badges", pages.badges),
        _get("/badges/{course}/{topic}.svg", pages.badge_picture),
        _get("/badges/{course}/{topic}", pages.badge),
        _get("/proofs", pages.proofs),
        _get("/favicon.ico", assets.icon),
        _get("/robots.txt", _robots),
        _get("/runs/{run}", live.watch),
        _post("/runs/{run}/stop", live.stop),
        _get(sitting, challenge.sitting_page),
        _get(sitting + "/result", verdict.result_page),
        _get(problem, challenge.problem_page),
        _get(problem + "/clock", challenge.clock),
        _post(problem + "/hint", challenge.hint, scratch.FORM),
        _post(problem + "/skip", challenge.skip, scratch.FORM),
        _post(problem + "/next", challenge.go_on),
        _post(problem + "/again", again.run_again),
        _get(problem + "/scratch", scratch.from_problem),
        _get("/{course}/{topic}", pages.topic),
        _get("/{course}/{topic}/names.json", names.names),
        _get("/{course}/{topic}/scratch", scratch.pad),
        _post("/{course}/{topic}/scratch", scratch.run, scratch.FORM),
        _get("/{course}/{topic}/challenge", challenge.start_page),
        _post("/{course}/{topic}/challenge", _threaded(challenge.start)),
        _get("/{course}/{topic}/project", project.projects),
        _get("/{course}/{topic}/project/own", own.page),
        _post("/{course}/{topic}/project/own", own.fit, own.FORM, own.form),
        _get("/own/{fit}/report", own.report),
        _post("/own/{fit}/delete", _threaded(own.delete)),
        _get("/{course}/{topic}/project/{slug}", project.page),
        _post("/{course}/{topic}/project/{slug}", project.run, scratch.FORM),
        _post("/{course}/{topic}/project/{slug}/submit", project.submit, scratch.FORM),
        _post("/{course}/{topic}/project/{slug}/reach", project.ask),
        _get("/{course}/{topic}/project/{slug}/run/{run}", project.ran),
        _get("/{course}/{topic}/recall", recall.page),
        _get("/{course}/{topic}/recall/card", recall.card),
        _post("/{course}/{topic}/recall/rate", _threaded(recall.rate)),
        *_exercises(),
        _get("/{course}/{topic}/{mode}", reading.page),
        _get("/{course}/{topic}/{mode}/figure-{cell:short}-{number:short}.png", reading.figure),
        _post("/{course}/{topic}/{mode}/reached", reading.reached),
        _post("/{course}/{topic}/{mode}/cell/{number:short}", reading.run, scratch.FORM),
    ]


def _exercises() -> Iterator[Route]:
    """The pages of each mode whose problems are exercises."""
    for mode in exercises.exercise_modes():
        path = f"/{{course}}/{{topic}}/{mode.name}"
        yield _get(path, partial(exercises.index, mode))
        yield _get(path + "/{slug}", partial(exercises.page, mode))
        for action in (exercises.answer, exercises.hint, exercises.solution):
            yield _post(f"{path}/{{slug}}/{action.__name__}", partial(action, mode), exercises.FORM)


def _get(path: str, page: Page) -> Route:
    return Route(path, page, methods=["GET"])


def _post(path: str, handler: PostedAsync, size: int = forms.SIZE, read: Read = forms.read) -> Route:
    """A form of so many bytes, read and checked before its handler sees it."""
    return Route(path, _checked(handler, size, read), methods=["POST"])


def _threaded(handler: Posted) -> PostedAsync:
    """A handler that waits for the store, in a thread."""

    async def threaded(request: Request, form: FormData) -> Response:
        return await in_thread(handler, request, form)

    return threaded


def _checked(handler: PostedAsync, size: int, read: Read) -> Callable[[Request], Awaitable[Response]]:
    """Let a form through only if it was this visitor's own."""

    @wraps(handler)
    async def checked(request: Request) -> Response:
        form = await read(request, size)
        proof = form.get("csrf")
        if not isinstance(proof, str) or not security.visitor(request).gave(proof):
            await form.close()
            raise Halt(
                403,
                "This page was too old",
                "The form did not come from a page that this browser was just given, so nothing was stored. It may "
                "be that the browser keeps no cookies from this address. Open the page anew, then try again.",
            )
        return await handler(request, form)

    return checked


def _refuse(request: Request, status: int, message: str) -> Response:
    return pages.refusal(request, status, "This was not accepted", message)


def _robots(request: Request) -> Response:
    return PlainTextResponse("User-agent: *\nDisallow: /s/\nDisallow: /badges\n")
