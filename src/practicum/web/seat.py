"""One learner's sitting: read from the store for a page, and written to it by a form."""

from __future__ import annotations

import time
from asyncio import wrap_future
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from anyio.to_thread import run_sync as in_thread
from starlette.requests import Request

from practicum import modes, practice
from practicum.model import Topic
from practicum.practice import Decision, Event, ItemState, Paper, RecordError, Sitting, Status
from practicum.prove.catalogue import Catalogue, Entry
from practicum.store import EventRecord, SittingRecord
from practicum.web.security import visitor
from practicum.web.site import Site, site
from practicum.web.view import Halt, counted

MODE = modes.CHALLENGE.name
RETRIES = 8
"""How often a command is decided anew because another writer was first."""


def now() -> int:
    """The server's time in milliseconds since 1970: the only one that counts."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Seat:
    """One learner's sitting as it stands: its record, its rules, its topic, and the entries of its problems."""

    id: str
    record: SittingRecord
    sitting: Sitting
    catalogue: Catalogue
    topic: Topic

    @property
    def url(self) -> str:
        return f"/s/{self.id}"

    @property
    def topic_url(self) -> str:
        return f"/{self.catalogue.course.slug}/{self.topic.slug}"

    @property
    def start_url(self) -> str:
        return f"{self.topic_url}/{MODE}"

    def here(self) -> str:
        """Where the learner is: at a problem, or at the result."""
        current = self.sitting.current
        return f"{self.url}/result" if current is None else f"{self.url}/{current + 1}"

    def entry(self, index: int, draft: bool) -> Entry:
        """The problem at that place. Raises Halt (410) if the course has changed under the sitting."""
        item = self.sitting.paper.items[index]
        entry = self.catalogue.entries.get(item.problem)
        if entry is None or not item.fits(entry.problem) or not (draft or entry.verdict.served):
            raise Halt(
                410,
                "This problem has changed",
                "Its author changed it after you began, so this challenge cannot go on. What you answered is kept; "
                "take the challenge again to see the new version.",
                (self.start_url, "Take it again"),
            )
        return entry


def seat(request: Request) -> Seat:
    """The sitting at this address, if it is this learner's. Raises Halt (404) if there is none, or it is another's."""
    return _theirs(site(request), request.path_params["sitting"], site(request).learner(visitor(request).token))


def _theirs(where: Site, id: str, learner: str | None) -> Seat:
    record = where.store.sitting(id) if learner is not None else None
    if record is None or record.learner != learner:
        raise Halt(
            404,
            "There is no such challenge here",
            "Each browser sees its own challenges only. If you began this one, open it in the browser you began it in.",
        )
    at = seated(where, record)
    where.seats.put(id, at)
    return at


def seated(where: Site, record: SittingRecord) -> Seat:
    catalogue, topic = where.topic(record.course, record.topic)
    try:
        paper = Paper.from_json(record.paper)
        sitting = Sitting(paper, tuple(practice.from_json(dict(event.data)) for event in record.events))
    except RecordError as error:
        raise Halt(
            500, "This challenge cannot be read", f"Its record is damaged: {error}. Begin another one."
        ) from error
    return Seat(record.id, record, sitting, catalogue, topic)


def records(events: tuple[Event, ...]) -> list[EventRecord]:
    return [
        EventRecord(practice.kind(event), event.at, practice.to_json(event), getattr(event, "nonce", None))
        for event in events
    ]


async def act(request: Request, decide: Callable[[Seat], Decision]) -> tuple[Seat, Decision]:
    """Decide, store what comes of it, and return both once it is on disk. Decides anew where another was first.

    The first decision is made by the sitting as it is remembered. It counts only if it is stored, and the store takes
    it only if nothing has happened since; else the sitting is read again.
    """
    where = site(request)
    remembered = _remembered(request)
    if remembered is not None:
        decision = decide(remembered)
        after = await _store(where, remembered, decision)
        if after is not None:
            return after, decision
    for _ in range(RETRIES):
        at = await in_thread(seat, request)
        decision = decide(at)
        if not decision.events:
            return at, decision
        after = await _store(where, at, decision)
        if after is not None:
            return after, decision
    raise Halt(
        409, "Too much at once", "This challenge is being answered elsewhere. Reload the page to see how it stands."
    )


def _remembered(request: Request) -> Seat | None:
    """The sitting at this address as it was last seen, if it is this learner's."""
    where = site(request)
    at = where.seats.get(request.path_params["sitting"])
    return at if at is not None and at.record.learner == where.known(visitor(request).token) else None


async def _store(where: Site, at: Seat, decision: Decision) -> Seat | None:
    """The sitting once the decision's events are on disk; None if there are none, or another was first."""
    if not decision.events:
        return None
    after = at.sitting.after(decision.events)
    if after.badge and after.finished:
        await in_thread(_award, where, at)
    finished = decision.events[-1].at if after.finished else None
    # Answers that arrive together are committed together, and nothing else waits for the disk meanwhile.
    stored = where.store.append_soon(at.id, len(at.sitting.events), records(decision.events), finished)
    if not await wrap_future(stored):
        return None
    written = Seat(at.id, at.record, after, at.catalogue, at.topic)
    where.seats.put(at.id, written)
    return written


def _award(where: Site, at: Seat) -> None:
    """Give the badge, before the sitting is finished: a crash between the two then loses nothing."""
    if at.topic.badge:
        where.store.award(
            at.record.learner, at.record.course, at.record.topic, at.topic.badge, at.id, at.sitting.last_at
        )


def index_of(request: Request, at: Seat) -> int:
    """The place of the problem that this address names, from 0. Raises Halt (404)."""
    number: int = request.path_params["number"]
    if not 1 <= number <= at.sitting.total:
        message = f"This challenge has {counted(at.sitting.total, 'problem')}."
        raise Halt(404, "There is no such problem", message, (at.here(), "Go to where you are"))
    return number - 1


def place(at: Seat, sitting: Sitting, index: int) -> dict[str, Any]:
    """Where a problem stands in its challenge."""
    return {
        "url": f"{at.url}/{index + 1}",
        "number": index + 1,
        "total": sitting.total,
        "steps": [_step(state, number == index) for number, state in enumerate(sitting.items)],
    }


def _step(state: ItemState, here: bool) -> dict[str, Any]:
    css = {Status.UNSEEN: "", Status.OPEN: "now", Status.RIGHT: "right"}.get(state.status, "wrong")
    words = {Status.UNSEEN: "to come", Status.OPEN: "open", Status.RIGHT: "right"}.get(state.status, "not right")
    return {"css": css, "words": words, "now": here}
