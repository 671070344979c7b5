"""Run it again, while the learner watches: once as a page, or as a stream of what happens.

The answer must be closed: what a run gives is the key. Leaving the page ends the run.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectSendStream
from anyio.to_thread import run_sync as in_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from practicum import practice
from practicum.model import OptionFinding, VariantFinding, Verdict
from practicum.prove.catalogue import Catalogue, Entry
from practicum.runner import Cancel, Event, Output, Tell
from practicum.web import proof, question, view
from practicum.web.seat import index_of, now
from practicum.web.site import Site, site
from practicum.web.sittings import seat
from practicum.web.view import Halt

OUTPUT = 20_000
"""Characters of output that are kept for the page."""


@dataclass(frozen=True)
class Rerun:
    """One proof to be run anew: whose, of what, and where its page is."""

    learner: str
    entry: Entry
    variant: int
    order: tuple[int, ...]
    """The order in which this learner saw the options."""
    url: str
    run: Callable[[Tell, Cancel], VariantFinding]


class Busy:
    """Who is running something now. One run a learner at a time, so that one does not hold up all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, Cancel] = {}

    def begin(self, learner: str) -> Cancel:
        """The event that cancels the run which begins here. Raises Halt (429) if one is under way."""
        with self._lock:
            if learner in self._running:
                raise Halt(
                    429, "One at a time", "A run of yours is under way. Wait for it, or stop it, then try again."
                )
            return self._running.setdefault(learner, Cancel())

    def end(self, learner: str) -> None:
        with self._lock:
            self._running.pop(learner, None)

    def cancel_all(self) -> None:
        """The service is going down."""
        with self._lock:
            for event in self._running.values():
                event.set()


def rerun(request: Request) -> Rerun:
    """What this request asks to run again. Raises Halt unless its answer is closed, and it is this learner's."""
    where = site(request)
    at = seat(request)
    index = index_of(request, at)
    state = practice.as_of(at.sitting, now()).items[index]
    url = f"{at.url}/{index + 1}"
    if not state.status.closed:
        raise Halt(409, "Answer first", "This can be run again once your answer is in.", (at.here(), "Back"))
    entry = at.entry(index, where.draft)
    if where.pool is None or proof.found(entry, at.sitting.paper.items[index].variant) is None:
        raise Halt(409, "This cannot be run here", "The service was started without a runner.", (url, "Back"))
    item = at.sitting.paper.items[index]
    run = partial(_again, where, at.catalogue, entry, item.variant)
    return Rerun(at.record.learner, entry, item.variant, item.order, url, run)


def _again(
    where: Site,
    catalogue: Catalogue,
    entry: Entry,
    variant: int,
    tell: Tell,
    cancel: Cancel,
) -> VariantFinding:
    from practicum.prove.again import again  # With what it needs, a tenth of the time to the first page.

    assert where.pool is not None
    return again(catalogue, entry, variant, where.pool.run, tell=tell, cancel=cancel)


async def run_again(request: Request, form: FormData) -> Response:
    """The result as a page; or, if that is what is asked for, the run as it happens."""
    streamed = "text/event-stream" in request.headers.get("accept", "")
    try:
        what = await in_thread(rerun, request)
        cancel = request.app.state.busy.begin(what.learner)
    except Halt as halt:
        if streamed:
            return PlainTextResponse(str(halt.detail), halt.status_code)
        raise
    if streamed:
        return Live(what, cancel, request.app.state.busy)
    return await _page(request, what, cancel)


async def _page(request: Request, what: Rerun, cancel: Cancel) -> Response:
    printed: list[str] = []
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(_until_gone, request.receive, cancel)
            finding = await in_thread(_guarded, what, lambda happened: printed.append(_text(happened)), cancel)
            group.cancel_scope.cancel()
    finally:
        request.app.state.busy.end(what.learner)
    title = what.entry.problem.variants[what.variant].title
    told = result(what, finding, "".join(printed))
    return await in_thread(partial(view.page, request, "again.html", url=what.url, title=title, again=told))


async def _until_gone(receive: Receive, cancel: Cancel) -> None:
    """Wait until the browser hangs up, then stop the run."""
    while (await receive())["type"] != "http.disconnect":
        pass
    cancel.set()


class Live(Response):
    """A run as server-sent events: `state`, `output` as it appears, and `result`, a piece of the page."""

    media_type = "text/event-stream"

    def __init__(self, what: Rerun, cancel: Cancel, busy: Busy) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self.what = what
        self.cancel = cancel
        self.busy = busy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        tell, told = anyio.create_memory_object_stream[str](1000)
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(_until_gone, receive, self.cancel)
                group.start_soon(self._work, tell)
                async with told:
                    async for message in told:
                        await send({"type": "http.response.body", "body": message.encode(), "more_body": True})
                group.cancel_scope.cancel()
        finally:
            self.cancel.set()
            self.busy.end(self.what.learner)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _work(self, tell: MemoryObjectSendStream[str]) -> None:
        loop = asyncio.get_running_loop()

        def now(name: str, data: str) -> None:
            with suppress(anyio.WouldBlock):  # More than a page can show: it is left out.
                tell.send_nowait(event(name, data))

        def on_event(happened: Event) -> None:  # From the runner's thread.
            if text := _text(happened):
                loop.call_soon_threadsafe(now, "output", text)

        async with tell:
            await tell.send(event("state", "Running …"))
            finding = await in_thread(_guarded, self.what, on_event, self.cancel)
            told = result(self.what, finding, "")
            await tell.send(event("result", await in_thread(partial(view.part, "again_result.html", again=told))))


def _guarded(what: Rerun, tell: Tell, cancel: Cancel) -> VariantFinding:
    """The run; where the runner itself fails, that too is a finding, and not a broken page."""
    from practicum.prove.runs import Stopped

    try:
        return what.run(tell, cancel)
    except Stopped:
        params = what.entry.problem.variants[what.variant].params
        return VariantFinding(params, Verdict.ERROR, "it was stopped")
    except Exception as error:
        params = what.entry.problem.variants[what.variant].params
        return VariantFinding(params, Verdict.ERROR, f"{type(error).__name__}: {error}")


def _text(happened: Event) -> str:
    return happened.text if isinstance(happened, Output) else ""


def event(name: str, data: str) -> str:
    """One server-sent event. Its data is JSON, so that no line break in it ends the event."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def result(what: Rerun, finding: VariantFinding, printed: str) -> dict[str, Any]:
    """What came of it, for the template."""
    variant = what.entry.problem.variants[what.variant]
    same = finding.verdict is what.entry.verdict
    alone = finding.verdict is Verdict.UNPROVED and bool(finding.measured)
    took = sum(run.seconds for run in finding.runs) + sum(one.seconds for one in finding.measured)
    head = "The same again." if same else "" if alone else f"This time: {finding.verdict}."
    count = len(finding.runs) + len(finding.measured)
    why = f"{view.counted(count, 'run')}, {view.seconds(took)}." if same else view.sentence(finding.why)
    return {
        "css": "hint" if same else "" if alone else "wrong",
        "head": head,
        "why": why,
        "options": [
            {
                "key": option.key,
                "text": question.html(option.text, short=True),
                "observed": proof.observed(variant, option.observed),
            }
            for option in _ordered(finding.options, what.order)
        ],
        "output": printed[:OUTPUT],
    }


def _ordered(options: tuple[OptionFinding, ...], order: tuple[int, ...]) -> list[OptionFinding]:
    return [options[index] for index in order] if len(options) == len(order) else list(options)
