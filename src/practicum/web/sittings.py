"""A learner's sitting read from the store for a page, and written to it by a form."""

from __future__ import annotations

from asyncio import wrap_future
from collections.abc import Callable

from anyio.to_thread import run_sync as in_thread
from starlette.requests import Request

from practicum import practice
from practicum.practice import Decision, Exam, RecordError, Sitting
from practicum.store import SittingRecord
from practicum.web.seat import Seat, records
from practicum.web.security import visitor
from practicum.web.site import Site, site
from practicum.web.view import Halt

RETRIES = 8
"""How often a command is decided anew because another writer was first."""


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
        paper = Exam.from_json(record.exam)
        sitting = Sitting(paper, tuple(practice.event_from_json(dict(event.data)) for event in record.events))
    except RecordError as error:
        raise Halt(
            500, "This challenge cannot be read", f"Its record is damaged: {error}. Begin another one."
        ) from error
    return Seat(record.id, record, sitting, catalogue, topic)


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


async def now_seated(request: Request) -> Seat:
    """The sitting at this address as far as it is known here: another process may have written since.

    Raises Halt (404) if there is none, or it is another's.
    """
    remembered = _remembered(request)
    return remembered if remembered is not None else await in_thread(seat, request)


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
    stored = where.store.append_grouped(at.id, len(at.sitting.events), records(decision.events), finished)
    if not await wrap_future(stored):
        return None
    written = Seat(at.id, at.record, after, at.catalogue, at.topic)
    where.seats.put(at.id, written)
    return written


def _award(where: Site, at: Seat) -> None:
    """Give the badge, before the sitting is finished: a crash between the two then loses nothing."""
    if at.topic.badge:
        where.store.award_badge(
            at.record.learner, at.record.course, at.record.topic, at.topic.badge, at.id, at.sitting.last_at
        )
