"""Runs over HTTP: as server-sent events, or as a page once they have ended."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any, TypeVar

import anyio
from anyio.to_thread import run_sync as in_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from practicum.application.event_log import Message
from practicum.application.runs import FollowedRun, Recording, Work, start_recorded, too_many_followers
from practicum.web import rendering
from practicum.web.forms import get, post
from practicum.web.requests import client_of, queue_key_of, site_of
from practicum.web.root_path import root_of, with_root

T = TypeVar("T")


def routes() -> list[Route]:
    return [get("/runs/{run}", watch), post("/runs/{run}/stop", stop)]


async def respond(
    request: Request,
    work: Work[T],
    present: Callable[[T], str],
    page: Callable[[T], Response],
    recording: Recording[T] | None = None,
) -> Response:
    """Run something for a request.

    Args:
        request: The request.
        work: What to run.
        present: Returns the fragment of a page that shows the result, for one that wants events.
        page: Returns the whole page that shows the result, for one that does not.
        recording: Records the run; then the response without events is the page on which it is recorded, at once.
    """
    runs, client = site_of(request).runs, client_of(request)
    if rendering.wants_events(request):
        return EventStream(runs.start(client, work, present, recording))
    if recording:
        await start_recorded(runs, client, work, recording)
        return rendering.redirect(recording.path)
    run, waited = runs.start(client, work), False
    async with anyio.create_task_group() as group:
        group.start_soon(_until_disconnected, request.receive, group.cancel_scope)
        try:
            await run.wait()
            waited = True
        finally:
            run.cancel.set()  # No one comes back to a page that was waited for.
        group.cancel_scope.cancel()
    if not waited:
        return Response(status_code=204)  # The browser is gone.
    return await in_thread(page, await run.outcome())


async def respond_at_once(request: Request, present: Callable[[], str]) -> Response:
    """Return a fragment for a script that waits for a run's end, where there is nothing to run."""
    return await respond(
        request, lambda on_event, cancel: None, lambda _: present(), lambda _: Response(status_code=204)
    )


async def _until_disconnected(receive: Receive, scope: anyio.CancelScope) -> None:
    """Wait until the browser disconnects, then cancel what is done for it."""
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


class EventStream(Response):
    """A run as server-sent events: `run`, `state`, `output`, `epoch` and `epochs` as they come, and `result`."""

    media_type = "text/event-stream"

    def __init__(self, run: FollowedRun[Any], after: int | None = None) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._run = run
        self._after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async with anyio.create_task_group() as group:
                group.start_soon(_until_disconnected, receive, group.cancel_scope)
                async with contextlib.aclosing(self._run.messages(self._after)) as messages:
                    async for message in messages:
                        text = ": still here\n\n" if message is None else encode(message, root_of(scope))
                        await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
                group.cancel_scope.cancel()
        finally:
            self._run.cancel_if_alone()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def encode(message: Message, root: str = "") -> str:
    """Return a message as one server-sent event. Its data is JSON, so that no line break in it ends the event."""
    data = message.data
    if message.name == "epochs":
        data = rendering.fragment("epochs.html", epochs=data)
    if message.name == "result":
        data = with_root(data, root)
    return f"event: {message.name}\ndata: {json.dumps(data, allow_nan=False)}\nid: {message.id}\n\n"


def watch(request: Request) -> Response:
    """Continue to follow a run, after the message that was received last."""
    run = site_of(request).runs.get(request.path_params["run"], queue_key_of(request))
    if not rendering.wants_events(request):
        return rendering.redirect(run.recording.path if run.recording else "/")
    if run.crowded:
        raise too_many_followers()
    last = request.headers.get("last-event-id") or request.query_params.get("after", "")
    is_id = last.isascii() and last.isdigit() and len(last) < 20
    return EventStream(run, min(int(last), 1 << 60) if is_id else None)


async def stop(request: Request, form: FormData) -> Response:
    """End a run; a page that is being left asks for this too, quietly."""
    run = site_of(request).runs.get(request.path_params["run"], queue_key_of(request))
    run.cancel.set()
    if rendering.wants_events(request) or form.get("quietly") == "1" or not run.recording:
        return Response(status_code=204)
    await run.wait()
    return rendering.redirect(run.recording.path)
